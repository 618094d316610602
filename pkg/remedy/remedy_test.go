package remedy_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/remedy"
)

// flag shows a remedy as a command line does.
func flag(r remedy.Remedy) string { return "--" + r.String() }

func TestRender(t *testing.T) {
	for _, tt := range []struct {
		name        string
		give        remedy.Hint
		plain, flag string
		want        []remedy.Remedy
	}{
		{"nothing", nil, "", "", nil},
		{"empty words", remedy.Words(""), "", "", nil},
		{"words", remedy.Words("keep one"), "keep one", "keep one", nil},
		{"an option without a value", remedy.Words("leave out ").Use("sheet", ""), "leave out sheet", "leave out --sheet", []remedy.Remedy{{Option: "sheet"}}},
		{
			"a remedy between words", remedy.Use("reinvite", "ended").Words(" renews it"),
			"reinvite ended renews it", "--reinvite ended renews it",
			[]remedy.Remedy{{Option: "reinvite", Value: "ended"}},
		},
		{
			"two remedies", remedy.Words("say ").Use("map", "role=Rang").Words(", or give everybody the same with ").Use("role", ""),
			"say map role=Rang, or give everybody the same with role", "say --map role=Rang, or give everybody the same with --role",
			[]remedy.Remedy{{Option: "map", Value: "role=Rang"}, {Option: "role"}},
		},
		{"words that look like a remedy", remedy.Words(`write "--role"`), `write "--role"`, `write "--role"`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.give.String(); got != tt.plain {
				t.Errorf("String() = %q, want %q", got, tt.plain)
			}
			if got := tt.give.Render(flag); got != tt.flag {
				t.Errorf("Render(flag) = %q, want %q", got, tt.flag)
			}
			if diff := cmp.Diff(tt.want, tt.give.Remedies()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Two hints that begin alike share no end.
func TestHintsThatBeginAlike(t *testing.T) {
	begun := remedy.Words("choose ").Words("one with ")
	left, right := begun.Use("map", "email=Login"), begun.Use("sheet", "People")
	if left.String() != "choose one with map email=Login" || right.String() != "choose one with sheet People" || begun.String() != "choose one with " {
		t.Errorf("%q, %q, %q", left, right, begun)
	}
}

func TestHintIsATextInJSON(t *testing.T) {
	type finding struct {
		Suggestion remedy.Hint `json:"suggestion,omitempty"`
	}
	for give, want := range map[string]finding{
		`{}`:                           {},
		`{"suggestion":"role member"}`: {remedy.Use("role", "member")},
	} {
		text, err := json.Marshal(want)
		if err != nil || string(text) != give {
			t.Errorf("Marshal = %s, %v, want %s", text, err, give)
		}
		var got finding
		if err := json.Unmarshal([]byte(give), &got); err != nil || got.Suggestion.String() != want.Suggestion.String() {
			t.Errorf("Unmarshal(%s) = %q, %v", give, got.Suggestion, err)
		}
	}
}

func ExampleHint_Render() {
	hint := remedy.Words("choose one with ").Use("map", "email=Login")
	fmt.Println(hint)
	fmt.Println(hint.Render(func(r remedy.Remedy) string { return "--" + r.Option + " " + r.Value }))
	// Output:
	// choose one with map email=Login
	// choose one with --map email=Login
}
