package onboard_test

import (
	"strings"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/onboard"
)

// TestWhatWasForgottenNamesNoPassword writes for programs where something was forgotten.
func TestWhatWasForgottenNamesNoPassword(t *testing.T) {
	var out strings.Builder
	p := onboard.Pruned{Ledgers: []string{"postgres://ada:pa55word@db.example.com/rollcall", "l.db"}, Pruned: ledger.Pruned{Rows: 1}}
	if err := p.Write(&out, true); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, `["postgres://ada@db.example.com/rollcall","l.db"]`) {
		t.Errorf("it says %s", text)
	}
}
