package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/roster"
)

func TestRareDomains(t *testing.T) {
	tests := []struct {
		name string
		home string
		rows int // at home
		give []string
		want []string // the suggestions
	}{
		{"one edit away", "acme.example", 30, []string{"a@acme.exmaple", "B@Acme.exampl", "c@acne.example"}, []string{"a@acme.example", "B@acme.example", "c@acme.example"}},
		{"elsewhere", "acme.example", 30, []string{"a@partner.example", "b@acme.test"}, nil},
		{"too few to know", "acme.example", 19, []string{"a@acme.exmaple"}, nil},
		{"no home", "acme.example", 30, []string{"a@acme.exmaple", "b@b.example", "c@c.example", "d@d.example"}, nil},
		{"another country", "acme.de", 30, []string{"a@acme.be"}, nil},
		{"another ending", "acme.com", 30, []string{"a@acme.co"}, []string{"a@acme.com"}},
		{"IDN", "bücher.example", 30, []string{"a@xn--bcher-kva.example"}, nil},
		{"said already", "gmail.com", 30, []string{"a@gmial.com"}, []string{"a@gmail.com"}},
		{"looks alike", "example.com", 3, []string{"a@exarnple.com", "b@examp1e.com"}, []string{"a@example.com", "b@example.com"}},
		{"looks alike, and as often", "example.com", 2, []string{"a@exarnple.com"}, nil},
		{"all letters of another script", "cepo.example", 3, []string{"a@\u0441\u0435\u0440\u043e.example"}, []string{"a@cepo.example"}},
		{"invalid anyway", "acme.example", 30, []string{"a b@acme.exmaple"}, []string{"ab@acme.exmaple"}},
	}
	for _, tt := range tests {
		var b strings.Builder
		b.WriteString("email;role\n")
		for i := range tt.rows {
			fmt.Fprintf(&b, "p%d@%s;member\n", i, tt.home)
		}
		for _, address := range tt.give {
			b.WriteString(address + ";member\n")
		}
		r, err := roster.Read(t.Context(), memory("x.csv", []byte(b.String())), roster.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for entry, err := range r.Entries(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			for _, finding := range entry.Findings {
				got = append(got, strings.TrimSuffix(strings.TrimPrefix(finding.Suggestion.String(), "did you mean "), "?"))
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" || r.Warnings+r.Invalid != len(got) {
			t.Errorf("%s: %+v (-want +got):\n%s", tt.name, r, diff)
		}
	}
}

// However many domains there are, only so many are counted, and what is counted is counted right.
func TestRareDomainsAmongMany(t *testing.T) {
	var b strings.Builder
	b.WriteString("email,role\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "p%d@domain%d.example,member\n", i, i)
	}
	for i := range 60_000 {
		fmt.Fprintf(&b, "p%d@domain1.example,member\n", i+10_000)
	}
	r, err := roster.Read(t.Context(), memory("x.csv", []byte(b.String())), roster.Options{})
	if err != nil || r.Rows != 65_000 {
		t.Fatalf("Read = %+v, %v", r, err)
	}
	warnings := 0
	for entry, err := range r.Entries(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		warnings += len(entry.Findings)
	}
	if warnings != r.Warnings || warnings < 10 || warnings > 60 {
		t.Errorf("%d warnings, %d counted", warnings, r.Warnings)
	}
}
