package nearest_test

import (
	"testing"

	"rollcall/pkg/nearest"
)

func TestWord(t *testing.T) {
	known := []string{"Platform", "Security", "Équipe", "us", "eu"}
	for _, test := range []struct{ give, want string }{
		{"Platfrom", "Platform"},  // neighbours are swapped
		{"platform!", "Platform"}, // letter case and punctuation do not count
		{"equipe", "Équipe"},      // nor do accents
		{"Securty", "Security"},
		{"Scurtiy", "Security"}, // two slips
		{"Sales", ""},
		{"eo", ""}, // of two letters, one is half
		{"", ""},
	} {
		if got := nearest.Word(test.give, known); got != test.want {
			t.Errorf("%q is near %q, want %q", test.give, got, test.want)
		}
	}
}
