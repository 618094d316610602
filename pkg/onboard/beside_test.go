package onboard

import (
	"io"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/document"
	"rollcall/pkg/plan"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
)

// What is written for whoever works on a roster looks as that does.
func TestDialectOf(t *testing.T) {
	const head, row = "email;role", "ann@x.test;member"
	wide := func(text string) string {
		var b strings.Builder
		for _, char := range []byte(text) {
			b.Write([]byte{char, 0})
		}
		return b.String()
	}
	tabs := strings.NewReplacer(";", "\t").Replace(head + "\n" + row + "\n")
	for name, tt := range map[string]struct {
		name, content, encoding string
		want                    results.Dialect
	}{
		"commas":                   {name: "a.csv", content: "email,role\nann@x.test,member\n", want: results.Dialect{Delimiter: ','}},
		"commas and CRLF":          {name: "a.csv", content: "email,role\r\nann@x.test,member\r\n", want: results.Dialect{Delimiter: ',', CRLF: true}},
		"marked commas":            {name: "a.csv", content: "\ufeffemail,role\nann@x.test,member\n", want: results.Dialect{Delimiter: ',', Marked: true}},
		"semicolons":               {name: "a.csv", content: head + "\n" + row + "\n", want: results.Dialect{Delimiter: ';', Marked: true}},
		"a hint of Excel's":        {name: "a.csv", content: "sep=;\r\n" + head + "\r\n" + row + "\r\n", want: results.Dialect{Delimiter: ';', Marked: true, CRLF: true}},
		"Windows-1252":             {name: "a.csv", content: head + ";Name\r\n" + row + ";J\xf6rg\r\n", want: results.Dialect{Delimiter: ';', Marked: true, CRLF: true}},
		"tabs":                     {name: "a.tsv", content: tabs, want: results.Dialect{Delimiter: '\t'}},
		"UTF-16 with tabs":         {name: "a.txt", content: "\xff\xfe" + wide(tabs), want: results.Dialect{Delimiter: '\t', Marked: true}},
		"UTF-16 without a mark":    {name: "a.txt", content: wide(tabs), encoding: "utf-16le", want: results.Dialect{Delimiter: '\t', Marked: true}},
		"lines of an old Mac":      {name: "a.csv", content: "email|role\rann@x.test|member\r", want: results.Dialect{Delimiter: '|'}},
		"YAML":                     {name: "a.yaml", content: "- {email: ann@x.test, role: member}\r\n"},
		"JSON Lines":               {name: "a.jsonl", content: "{\"email\":\"ann@x.test\",\"role\":\"member\"}\r\n"},
		"standard input":           {name: "-", content: head + "\r\n" + row + "\r\n"},
		"a name without extension": {name: "a", content: head + "\n" + row + "\n", want: results.Dialect{Delimiter: ';', Marked: true}},
	} {
		t.Run(name, func(t *testing.T) {
			settings := roster.Settings{Encoding: tt.encoding}
			options, err := settings.Parse()
			if err != nil {
				t.Fatal(err)
			}
			source := document.Source{Name: tt.name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(tt.content)), nil }}
			r, err := roster.Read(t.Context(), source, options)
			if err != nil {
				t.Fatal(err)
			}
			if got := (Document{Roster: tt.name}).dialectOf(r); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// Mistakes of an option are one each, whatever rows go by them.
func TestOptionFaults(t *testing.T) {
	var faults optionFaults
	if faults.add(nil) || faults.add(&plan.Problem{Field: "teams", Reason: "none"}) || faults.correct(0) != nil {
		t.Error("rows are blamed on an option")
	}
	one := plan.Problem{Field: "teams", Reason: "no team A", Suggestion: "one of B", Option: "team", Value: "A"}
	for range 3 {
		same := one
		faults.add(&same)
	}
	want := []string{"team A: no team A (one of B); it is for 3 rows without a team"}
	if got := faults.lines(nil); !slices.Equal(got, want) {
		t.Errorf("lines = %q", got)
	}
	if faults.correct(4) != nil || faults.correct(3).String() != "correct team" {
		t.Errorf("correct = %v, %v", faults.correct(4), faults.correct(3))
	}
}
