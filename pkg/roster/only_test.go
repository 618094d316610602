package roster_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/roster"
)

func TestOnly(t *testing.T) {
	const csv = "email,role,Department,Status\nAnn@Example.com,member,Lab,active\nbob@example.com,boss,Lab,active\n" +
		"cy@example.com,member,Sales,inactive\nDan <dan@example.com>,member,Lab,active\n,member,Lab,active\n"
	const left = "left out by only ann@example.COM"
	for _, tt := range []struct {
		name string
		give roster.Settings
		want []string // of each row: its rule, or "wrong", or "" if it is meant
		err  string
	}{
		{"one, whatever the letter case", roster.Settings{Only: []string{"ann@example.COM"}}, []string{"", left, left, left, left}, ""},
		{"a wrong one stays wrong", roster.Settings{Only: []string{"bob@example.com", " dan@example.com"}}, []string{
			"left out by only  dan@example.com, only bob@example.com", "wrong", "left out by only  dan@example.com, only bob@example.com", "wrong",
			"left out by only  dan@example.com, only bob@example.com",
		}, ""},
		{"a filter has its say", roster.Settings{Only: []string{"cy@example.com"}, Where: []string{"Department=Lab"}}, []string{
			"left out by only cy@example.com", "left out by only cy@example.com", "left out by where Department=Lab", "left out by only cy@example.com",
			"left out by only cy@example.com",
		}, ""},
		{
			"somebody the roster lacks",
			roster.Settings{Only: []string{"ann@example.com", "eve@example.com", "Fay@example.com"}},
			nil,
			"people.csv: nobody has the address \"eve@example.com\" (look for a slip of the pen in only eve@example.com)\n" +
				"people.csv: nobody has the address \"Fay@example.com\" (look for a slip of the pen in only Fay@example.com)",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			options, err := tt.give.Parse()
			if err != nil {
				t.Fatal(err)
			}
			read, err := roster.Read(t.Context(), memory("people.csv", []byte(csv)), options)
			if tt.err != "" {
				if refused, ok := errors.AsType[*roster.RefusedError](err); !ok || !strings.Contains(refused.Error(), tt.err) {
					t.Fatalf("%v, want %s", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for entry, err := range read.Entries(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				rule := entry.Rule.String()
				if entry.Invalid() {
					rule = "wrong"
				}
				got = append(got, rule)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOnlyIsNoOrder has the same people make the same roster, in whatever order and letter case they are named.
func TestOnlyIsNoOrder(t *testing.T) {
	one, other := roster.Settings{Only: []string{"a@x.test", "B@x.test"}}, roster.Settings{Only: []string{"b@x.test", "A@x.test"}}
	if one.Digest([32]byte{}) != other.Digest([32]byte{}) {
		t.Error("the order makes another roster")
	}
}
