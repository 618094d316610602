package formula_test

import (
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
	}
	for _, tt := range tests {
		if got := formula.Defuse(tt.give); got != tt.want {
			t.Errorf("Defuse(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

// What is defused comes back, and no spreadsheet runs it.
func TestRestoreUndoesDefuse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`'{0,3}[=+@a\t\r\n-]{0,3}`).Draw(t, "cell")
		defused := formula.Defuse(cell)
		if got := formula.Restore(defused); got != cell {
			t.Errorf("%q becomes %q and then %q", cell, defused, got)
		}
		if defused != "" && defused[0] != '\'' && defused[0] != 'a' {
			t.Errorf("%q becomes %q", cell, defused)
		}
	})
}
