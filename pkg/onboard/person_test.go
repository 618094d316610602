package onboard_test

import (
	"os"
	"testing"

	"rollcall/pkg/onboard"
	"rollcall/pkg/roster"
)

func TestIsPerson(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("team@home", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for give, want := range map[string]bool{
		"ann@example.com": true, "@": true, "Ann <ann@example.com>": true,
		"team@home": false, "./ann@example.com": false, `people\ann@example.com`: false, "team@2026.CSV": false, "team@2026.ods": false,
		"https://ann@example.com": false, "-": false, "ann": false, "": false,
	} {
		if got := (onboard.Document{Roster: give}).IsPerson(); got != want {
			t.Errorf("%q: %v, want %v", give, got, want)
		}
	}
	if (onboard.Document{Roster: "hr@example.com", Source: roster.People("hr@example.com", nil)}).IsPerson() {
		t.Error("the name of a source is taken for a person")
	}
	if got := (onboard.Document{Roster: "ann@example.com"}).DefaultResults(); got != "" {
		t.Errorf("results of one person go to %s", got)
	}
}
