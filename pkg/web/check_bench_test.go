package web_test

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/workbook"
)

// large is a roster as large as any organization's: every hundredth role is no role, every fivehundredth address no address.
func large(rows int) (header []string, all [][]string) {
	for i := range rows {
		role, address := "member", fmt.Sprintf("person%d@example.com", i)
		if i%100 == 0 {
			role = "Managr"
		}
		if i%500 == 7 {
			address = fmt.Sprintf("person%d.example.com", i)
		}
		all = append(all, []string{fmt.Sprintf("Person Number %d", i), address, role, "Platform:developer; Security:team_manager", "Research", "Vienna"})
	}
	return []string{"Name", "Email", "Role", "Teams", "Department", "Office"}, all
}

// largeCSV and largeBook are the same roster in two formats.
func largeCSV(rows int) []byte {
	header, all := large(rows)
	var b bytes.Buffer
	for _, row := range append([][]string{header}, all...) {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(cell)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func largeBook(tb testing.TB, rows int) []byte {
	tb.Helper()
	header, all := large(rows)
	var b bytes.Buffer
	w, err := workbook.NewWriter(&b, workbook.Table{Sheet: "People", Header: header})
	if err != nil {
		tb.Fatal(err)
	}
	for _, row := range all {
		if err := w.Write(row, false); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// BenchmarkRoster50000 says how long a person waits for a roster of 50,000 rows: until it is checked, for each page of it, and until
// a correction is checked.
func BenchmarkRoster50000(b *testing.B) {
	const rows = 50_000
	for name, content := range map[string][]byte{"roster.csv": largeCSV(rows), "roster.xlsx": largeBook(b, rows)} {
		b.Run(name+"/check", func(b *testing.B) {
			s := open(b, sandbox.Options{})
			for i := 0; b.Loop(); i++ {
				at := s.bring(b, fmt.Sprintf("%d %s", i, name), content)
				if a := s.ask(b, http.MethodGet, at, "", nil); a.status != http.StatusOK {
					b.Fatal(a.text)
				}
			}
			runtime.GC()
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "MB-kept")
		})
		b.Run(name+"/page", func(b *testing.B) {
			s := open(b, sandbox.Options{})
			at := s.bring(b, name, content)
			for b.Loop() {
				for _, address := range []string{"?show=wrong&page=11", "?show=all&page=1000", "?q=person49999"} {
					if a := s.ask(b, http.MethodGet, at+address, "", nil); a.status != http.StatusOK {
						b.Fatal(a.text)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/3, "ms/page")
		})
		if name == "roster.xlsx" {
			continue // it takes long, and its parts are measured where they are
		}
		b.Run(name+"/correct", func(b *testing.B) {
			s := open(b, sandbox.Options{})
			at := s.bring(b, name, content)
			for i := 0; b.Loop(); i++ {
				form := fmt.Sprintf("c.8.email=person%d%%40example.org&s.8.email=%s", i, map[bool]string{true: "person7.example.com", false: fmt.Sprintf("person%d%%40example.org", i-1)}[i == 0])
				if a := s.ask(b, http.MethodPost, at+"/cells", "application/x-www-form-urlencoded", bytes.NewReader([]byte(form))); a.status != http.StatusSeeOther {
					b.Fatal(a.text)
				}
			}
		})
	}
}
