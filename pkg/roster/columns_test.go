package roster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/roster"
)

func TestColumns(t *testing.T) {
	for _, test := range []struct {
		name, document string
		options        roster.Options
		want           []string
	}{
		{"a roster", "email,role\nada@example.com,member\n", roster.Options{}, []string{"email", "role"}},
		{"no column for addresses", "Login;Cost center\nada;7\n", roster.Options{}, []string{"Login", "Cost center"}},
		{"a delimiter", "a,b|c\n1,2|3\n", roster.Options{Delimiter: '|'}, []string{"a,b", "c"}},
		{"wrong rows", "email,role\nada,king\n", roster.Options{}, []string{"email", "role"}},
		{"YAML", "- {email: ada@example.com, extra: {Department: Finance}}\n", roster.Options{}, []string{"email", "role", "teams", "Department"}},
		{"a PDF document", "%PDF-1.7\n", roster.Options{}, nil},
		{"nothing", "", roster.Options{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := roster.Columns(t.Context(), memory("people", []byte(test.document)), test.options)
			if (err == nil) != (test.want != nil) {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
