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

// The whole check of a clean roster is to take no more than twice as long as encoding/csv alone.
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

// people returns the people of cleanCSV in one line each, or in a list.
func people(rows int, lines bool) []byte {
	var b bytes.Buffer
	between, end := ",\n", "]"
	if lines {
		between, end = "\n", ""
	} else {
		b.WriteByte('[')
	}
	for i := range rows {
		if i > 0 {
			b.WriteString(between)
		}
		fmt.Fprintf(&b, `{"email":"person.%d@example.com","role":"member","teams":[{"team":"Platform","role":"developer"},{"team":"Security"}],"extra":{"department":"Engineering","employee_id":"%06d"}}`, i, i)
	}
	b.WriteString(end)
	return b.Bytes()
}

// JSON Lines are to cost no more than the same people in a list of JSON.
func BenchmarkJSONLines(b *testing.B) {
	const rows = benchRows / 10
	list, lines := memory("people.json", people(rows, false)), memory("people.jsonl", people(rows, true))
	read := func(source document.Source) time.Duration {
		began := time.Now()
		r, err := roster.Read(b.Context(), source, roster.Options{})
		if err != nil || r.Rows != rows || !r.Clean() {
			b.Fatalf("Read = %+v, %v", r, err)
		}
		return time.Since(began)
	}
	b.ReportAllocs()
	var yardstick time.Duration
	for b.Loop() {
		b.StopTimer()
		yardstick += read(list)
		b.StartTimer()
		read(lines)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(yardstick), "x-json")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
