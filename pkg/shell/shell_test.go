package shell_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/shell"
)

func TestAWordIsQuotedForItsShell(t *testing.T) {
	for _, c := range []struct{ system, word, want string }{
		{"linux", "team.csv", "team.csv"},
		{"linux", "", "''"},
		{"linux", "the team.csv", "'the team.csv'"},
		{"linux", "Ann's.csv", `'Ann'\''s.csv'`},
		{"windows", `C:\Users\ann\team.csv`, `C:\Users\ann\team.csv`},
		{"windows", "", `""`},
		{"windows", `C:\the team.csv`, `"C:\the team.csv"`},
		{"windows", "a&b.csv", `"a&b.csv"`},
		{"windows", "email=Work Email", `"email=Work Email"`},
	} {
		if got := shell.Quote(c.system, c.word); got != c.want {
			t.Errorf("%s: %s, want %s", c.system, got, c.want)
		}
	}
}

func TestPatternsAreExpandedWhereNoShellDoes(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"a.csv", "b.csv", "c.xlsx"} {
		if err := os.WriteFile(at(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	given := []string{at("*.csv"), "-", at("none*.csv"), at("c.xlsx"), "https://hr.example.com/*.csv"}
	want := []string{at("a.csv"), at("b.csv"), "-", at("none*.csv"), at("c.xlsx"), "https://hr.example.com/*.csv"}
	if diff := cmp.Diff(want, shell.Expand("windows", given)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(given, shell.Expand("linux", given)); diff != "" {
		t.Error(diff)
	}
}
