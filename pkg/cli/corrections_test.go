package cli

import (
	"slices"
	"testing"

	"rollcall/pkg/record"
)

func TestToCorrect(t *testing.T) {
	want := []record.Outcome{record.Rejected, record.Failed, record.Unknown, record.Invalid}
	for _, outcome := range record.Outcomes() {
		if got := toCorrect[outcome]; got != slices.Contains(want, outcome) {
			t.Errorf("a row that ended %s is to be corrected: %v", outcome, got)
		}
	}
}
