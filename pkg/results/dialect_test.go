package results_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/pkg/document"
	"rollcall/pkg/formula"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
)

// writeFile writes records to a file of that name, in a dialect.
func writeFile(t fataler, path string, o results.Options, list ...record.Record) string {
	t.Helper()
	file, err := results.Create(path, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if err := file.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestDialect(t *testing.T) {
	one := record.Record{Row: 1, Line: 2, Email: "ann@x.test", Role: "member", Outcome: record.Invited, Extra: []string{"a;b,c\nd"}}
	long := strings.Join(results.Columns(), ",") + ",Note\n"
	const row = "1,2,ann@x.test,member,,invited,,,,,,,,0,,,,,"
	for name, tt := range map[string]struct {
		give       results.Dialect
		head, last string
	}{
		"none":           {results.Dialect{}, long, row + "\"a;b,c\nd\"\n"},
		"a comma":        {results.Dialect{Delimiter: ','}, long, row + "\"a;b,c\nd\"\n"},
		"German Excel":   {results.Dialect{Delimiter: ';', Marked: true, CRLF: true}, "\ufeff" + strings.NewReplacer(",", ";", "\n", "\r\n").Replace(long), strings.ReplaceAll(row, ",", ";") + "\"a;b,c\nd\"\r\n"},
		"tabs":           {results.Dialect{Delimiter: '\t'}, strings.ReplaceAll(long, ",", "\t"), strings.ReplaceAll(row, ",", "\t") + "\"a;b,c\nd\"\n"},
		"marked commas":  {results.Dialect{Marked: true}, "\ufeff" + long, row + "\"a;b,c\nd\"\n"},
		"bars with CRLF": {results.Dialect{Delimiter: '|', CRLF: true}, strings.NewReplacer(",", "|", "\n", "\r\n").Replace(long), strings.ReplaceAll(row, ",", "|") + "\"a;b,c\nd\"\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := writeFile(t, filepath.Join(t.TempDir(), "x.csv"), results.Options{Extra: []string{"Note"}, Dialect: tt.give}, one)
			if diff := cmp.Diff(tt.head+tt.last, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A record is, byte for byte, what encoding/csv writes of cells that no spreadsheet runs.
func TestRecordsAreThoseOfEncodingCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.csv")
	rapid.Check(t, func(rt *rapid.T) {
		comma := rapid.SampledFrom([]rune{',', ';', '\t', '|', 'x', ' ', 'ü'}).Draw(rt, "delimiter")
		cells := rapid.SliceOfN(rapid.StringMatching(`[a-cx0 .:@_=+,;|"'\\\t\r\n\x00ü＝-]{0,6}`), 2, 5).Draw(rt, "cells")
		cells = append(cells, rapid.SampledFrom([]string{`\.`, "\u00a0x", "\xff", ""}).Draw(rt, "odd"))
		names := make([]string, len(cells))
		content := writeFile(rt, path, results.Options{Extra: names, Dialect: results.Dialect{Delimiter: comma}},
			record.Record{Row: 1, Line: 2, Email: "ann@b.test", Outcome: record.Failed, Extra: cells})
		var want strings.Builder
		w := csv.NewWriter(&want)
		w.Comma = comma
		defused := []string{"1", "2", "ann@b.test", "", "", "failed", "", "", "", "", "", "", "", "0", "", "", "", ""}
		for _, cell := range cells {
			defused = append(defused, formula.Defuse(cell))
		}
		if err := w.Write(defused); err != nil {
			rt.Fatal(err)
		}
		w.Flush()
		if !strings.HasSuffix(content, "\n"+want.String()) {
			rt.Errorf("%q does not end with %q", content, want.String())
		}
	})
}

// Results in any dialect are a roster that says the same.
func TestResultsOfAnyDialectAreARoster(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dialect := results.Dialect{
			Delimiter: rapid.SampledFrom([]rune{0, ',', ';', '\t', '|'}).Draw(rt, "delimiter"),
			Marked:    rapid.Bool().Draw(rt, "marked"), CRLF: rapid.Bool().Draw(rt, "CRLF"),
		}
		note := rapid.StringMatching(`[a-c =+@＝;,|"'\t\n-]{0,12}`).Draw(rt, "note")
		give := record.Record{
			Row: 1, Line: 2, Email: "ann@x.test", Role: "member", Teams: "=A;B:developer", Outcome: record.Rejected, Error: note, Extra: []string{note},
		}
		path := filepath.Join(folder, "x.results.csv")
		content := writeFile(rt, path, results.Options{Extra: []string{"Note"}, Dialect: dialect}, give)
		if marked := strings.HasPrefix(content, "\ufeff"); marked != dialect.Marked {
			rt.Errorf("marked: %v", marked)
		}
		in := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\ufeff")))
		in.Comma = max(dialect.Delimiter, '\t')
		if dialect.Delimiter == 0 {
			in.Comma = ','
		}
		if rows, err := in.ReadAll(); err != nil || len(rows) != 2 || len(rows[1]) != len(results.Columns())+1 {
			rt.Fatalf("%q: %v", content, err)
		}
		read, err := roster.Read(t.Context(), document.File(path), roster.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		for entry, err := range read.Entries(t.Context()) {
			if err != nil || entry.Email != give.Email || !slices.Equal(entry.Extra, give.Extra) || len(entry.Teams) != 2 || entry.Teams[0].Name != "=A" {
				rt.Fatalf("%q: %+v, %v", content, entry, err)
			}
		}
	})
}

// A workbook that would be too much to be read again is not written unless somebody asks for it.
func TestDefaultPathFor(t *testing.T) {
	for _, tt := range []struct {
		path    string
		rows    int
		columns int
		want    string
	}{
		{"team.results.xlsx", 40_000, 4, "team.results.xlsx"},
		{"out/team.results.xlsx", 1_048_576, 0, "out/team.results.csv"},
		{"team.results.xlsx", 50_000, 4, "team.results.csv"},
		{"team.results.xlsx", 2, 16_384 - 17, "team.results.csv"},
		{"team.results.xlsx", 2, 16_384 - 18, "team.results.xlsx"},
		{"team.results.csv", 2_000_000, 20_000, "team.results.csv"},
	} {
		if got := results.DefaultPathFor(tt.path, results.Options{Rows: tt.rows, Extra: make([]string, tt.columns)}); got != tt.want {
			t.Errorf("%d rows and %d columns in %s go to %s", tt.rows, tt.columns, tt.path, got)
		}
	}
	path := filepath.Join(t.TempDir(), "x.xlsx")
	if _, err := results.Create(path, results.Options{Extra: make([]string, 16_384)}); err == nil || !strings.Contains(err.Error(), "holds 16384 columns at most, not 16402") {
		t.Errorf("Create = %v", err)
	}
}

// What a workbook of results says comes back as it is, also what looks like a defused formula.
func TestAWorkbookOfResultsIsExact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.results.xlsx")
	extra := []string{"'=1", "a;'=1", "=1"}
	writeFile(t, path, results.Options{Extra: []string{"a", "b", "c"}}, record.Record{Row: 1, Line: 2, Email: "+ann@x.test", Role: "member", Outcome: record.Rejected, Extra: extra})
	read, err := roster.Read(t.Context(), document.File(path), roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for entry, err := range read.Entries(t.Context()) {
		if err != nil || entry.Email != "+ann@x.test" || !slices.Equal(entry.Extra, extra) {
			t.Errorf("%+v, %v", entry, err)
		}
	}
}

func TestDriftInADialect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.drift.csv")
	lines := slices.Values([]results.DriftLine{{Kind: "role", Email: "ann@x.test", HasRole: "member", WantedRole: "manager", Action: "reported", Error: "a;=b"}})
	if err := results.WriteDrift(path, results.Dialect{Delimiter: ';', Marked: true, CRLF: true}, lines); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	want := "\ufeffkind;email;has_role;wanted_role;user_id;invitation_id;expires_at;action;error\r\nrole;ann@x.test;member;manager;;;;reported;\"a;'=b\"\r\n"
	if diff := cmp.Diff(want, string(content)); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}
