package roster_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"rollcall/pkg/document"
	"rollcall/pkg/roster"
)

// benchRows is enough for the fixed costs to vanish.
const benchRows = 1_000_000

// cleanCSV returns a roster of so many people without a finding.
func cleanCSV(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("name,email,role,teams,department,employee_id\n")
	for i := range rows {
		fmt.Fprintf(&b, "Person Number %d,person.%d@example.com,member,Platform:developer; Security,Engineering,%06d\n", i, i, i)
	}
	return b.Bytes()
}

func memory(name string, content []byte) document.Source {
	return document.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

func perRow(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

// readPlainly measures the yardstick: the standard reader that does nothing with what it reads.
func readPlainly(b *testing.B, content []byte) time.Duration {
	b.Helper()
	began := time.Now()
	reader := csv.NewReader(bytes.NewReader(content))
	for {
		if _, err := reader.Read(); errors.Is(err, io.EOF) {
			return time.Since(began)
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// The whole check of a clean roster is to cost no more than three times what encoding/csv alone does.
func BenchmarkRead(b *testing.B) {
	content := cleanCSV(benchRows)
	source := memory("people.csv", content)
	b.ReportAllocs()
	var yardstick time.Duration
	for b.Loop() {
		b.StopTimer()
		yardstick += readPlainly(b, content)
		b.StartTimer()
		r, err := roster.Read(b.Context(), source, roster.Options{})
		if err != nil || r.Rows != benchRows || !r.Clean() {
			b.Fatalf("Read = %+v, %v", r, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(yardstick), "x-encoding/csv")
	perRow(b)
}

func BenchmarkEntries(b *testing.B) {
	r, err := roster.Read(b.Context(), memory("people.csv", cleanCSV(benchRows)), roster.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		rows := 0
		for _, err := range r.Entries(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			rows++
		}
		if rows != benchRows {
			b.Fatalf("%d rows", rows)
		}
	}
	perRow(b)
}
