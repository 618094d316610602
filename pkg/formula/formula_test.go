package formula_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rollcall/pkg/formula"
)

func TestDefuse(t *testing.T) {
	tests := []struct{ give, want string }{
		{"", ""},
		{"ann@x.test", "ann@x.test"},
		{"=1+1", "'=1+1"},
		{"+ann@x.test", "'+ann@x.test"},
		{"-", "'-"},
		{"@ann", "'@ann"},
		{"\tx", "'\tx"},
		{"'=1", "''=1"},
		{"''", "''"},
		{"'ann", "'ann"},
		{" =1", " =1"},
		{"-5", "'-5"},
		{"＝1+1", "'＝1+1"},
		{"＋1", "'＋1"},
		{"－1", "'－1"},
		{"＠SUM(1)", "'＠SUM(1)"},

		// Parts.
		{`Ann;=HYPERLINK("http://x.test")`, `Ann;'=HYPERLINK("http://x.test")`},
		{"Ann;=1+1;x", "Ann;'=1+1;x"},
		{"Ann,=1+1", "Ann,'=1+1"},
		{"Ann\t=1+1", "Ann\t'=1+1"},
		{"Ann|=1+1", "Ann|'=1+1"},
		{"Ann\n=1+1", "Ann\n'=1+1"},
		{"Ann\r\n=1+1", "Ann\r\n'=1+1"},
		{"Ann\r=1+1", "Ann\r'=1+1"},
		{"=1;+2,-3|@4", "'=1;'+2,'-3|'@4"},
		{"Ann;＝1", "Ann;'＝1"},
		{"a;'=1", "a;''=1"},
		{"\t=1", "'\t'=1"},
		{"a;\t=1", "a;\t'=1"},
		{";=1", ";'=1"},

		// What nothing would run stays as it is.
		{"a;b", "a;b"},
		{"a;", "a;"},
		{";", ";"},
		{"a;'b", "a;'b"},
		{"Platform:developer; Security:team_manager", "Platform:developer; Security:team_manager"},
		{"Platform:developer;\r\nSecurity:team_manager", "Platform:developer;\r\nSecurity:team_manager"},
		{"one\n\n\ttwo", "one\n\n\ttwo"},
		{"ann+tag@x.test", "ann+tag@x.test"},
		{"Ann <ann@x.test>, Bo <bo@x.test>", "Ann <ann@x.test>, Bo <bo@x.test>"},
		{"2026-11-28", "2026-11-28"},
		{"a=b;c+d", "a=b;c+d"},
		{"\xff;\xff", "\xff;\xff"},
	}
	for _, tt := range tests {
		got := formula.Defuse(tt.give)
		if got != tt.want {
			t.Errorf("Defuse(%q) = %q, want %q", tt.give, got, tt.want)
		}
		if back := formula.Restore(got); back != tt.give {
			t.Errorf("Restore(%q) = %q, want %q", got, back, tt.give)
		}
	}
}

// What never was defused stays as it is, unless it looks so.
func TestRestore(t *testing.T) {
	tests := []struct{ give, want string }{
		{"'", "'"},
		{"'ann", "'ann"},
		{"=1", "=1"},
		{"a;=1", "a;=1"},
		{"'=1", "=1"},
		{"a;'=1;''=2", "a;=1;'=2"},
		{"O'Neil;'t Hooft", "O'Neil;'t Hooft"},
	}
	for _, tt := range tests {
		if got := formula.Restore(tt.give); got != tt.want {
			t.Errorf("Restore(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

// What is defused comes back, only apostrophes are added, and no spreadsheet runs it, wherever it is split.
func TestRestoreUndoesDefuse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`('{0,3}[=+@a＝＋－＠,;|\t\r\n-]{0,3}){0,4}`).Draw(t, "cell")
		defused := formula.Defuse(cell)
		if got := formula.Restore(defused); got != cell {
			t.Errorf("%q becomes %q and then %q", cell, defused, got)
		}
		if strings.ReplaceAll(defused, "'", "") != strings.ReplaceAll(cell, "'", "") {
			t.Errorf("%q becomes %q", cell, defused)
		}
		if defused != "" && strings.ContainsAny(defused[:1], "\t\r\n") {
			t.Errorf("%q becomes %q", cell, defused)
		}
		for _, separator := range []string{"", ",", ";", "|", "\t", "\r", "\n"} {
			parts := []string{defused}
			if separator != "" {
				parts = strings.Split(defused, separator)
			}
			for _, part := range parts {
				if strings.ContainsAny(firstOf(strings.TrimLeft(part, "\t\r\n")), "=+-@＝＋－＠") {
					t.Errorf("%q becomes %q, which %q splits into %q", cell, defused, separator, part)
				}
			}
		}
	})
}

// firstOf returns the first character.
func firstOf(text string) string {
	for _, char := range text {
		return string(char)
	}
	return ""
}

func BenchmarkDefuse(b *testing.B) {
	for b.Loop() {
		formula.Defuse("Platform:developer; Security:team_manager")
	}
}
