package guard_test

import (
	"slices"
	"testing"

	"rollcall/pkg/guard"
)

func workOf(pieces ...string) *guard.Work {
	var w guard.Work
	for _, piece := range pieces {
		w.Add("mail", piece)
	}
	return &w
}

func TestDigestIsOfTheSet(t *testing.T) {
	want := workOf("a", "b", "c").Digest("acme")
	if _, ok := guard.ParseDigest(want); !ok {
		t.Errorf("%q is no digest", want)
	}
	if got := workOf("c", "a", "b").Digest("acme"); got != want {
		t.Errorf("in another order: %s, want %s", got, want)
	}
	for name, got := range map[string]string{
		"less":              workOf("a", "b").Digest("acme"),
		"more":              workOf("a", "b", "c", "d").Digest("acme"),
		"another":           workOf("a", "b", "d").Digest("acme"),
		"elsewhere":         workOf("a", "b", "c").Digest("other"),
		"with another word": workOf("a", "b", "c").Digest("acme", "min-rows"),
	} {
		if got == want {
			t.Errorf("%s: the same digest", name)
		}
	}
	var together, apart guard.Work
	together.Add("a", "bc")
	apart.Add("ab", "c")
	if together.Digest() == apart.Digest() {
		t.Error("words run into each other")
	}
}

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		now, approved []string
		want          bool
	}{
		{nil, nil, true},
		{nil, []string{"a"}, true},
		{[]string{"a"}, nil, false},
		{[]string{"b", "a"}, []string{"a", "b", "c"}, true},
		{[]string{"c", "b", "a"}, []string{"a", "b", "c"}, true},
		{[]string{"a", "d"}, []string{"a", "b", "c"}, false},
		{[]string{"a", "a"}, []string{"a"}, true}, // it is a set
	} {
		if got := workOf(tt.now...).Within(workOf(tt.approved...).Bytes()); got != tt.want {
			t.Errorf("%q within %q: %v, want %v", tt.now, tt.approved, got, tt.want)
		}
	}
}

func TestParseDigest(t *testing.T) {
	for _, tt := range []struct{ give, want string }{
		{"3f2a9c1d2b4e", "3f2a9c1d2b4e"}, {" 3F2A9C1D2B4E ", "3f2a9c1d2b4e"}, {"3f2a", ""}, {"", ""}, {"3f2a9c1d2b4g", ""}, {"3f2a9c1d2b4e0", ""},
	} {
		got, ok := guard.ParseDigest(tt.give)
		if ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("%q: %q, %v", tt.give, got, ok)
		}
	}
}

func TestAboutRoster(t *testing.T) {
	trips := []guard.Trip{guard.Another("a.csv", "b.csv"), {Option: guard.OptionMaxNew}, {Option: guard.OptionMinRows}, guard.Reshaped("{}", "x")}
	if got, want := guard.AboutRoster(trips), []string{guard.OptionAcceptRoster, guard.OptionMinRows}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
