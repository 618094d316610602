package status_test

import (
	"slices"
	"testing"

	"rollcall/pkg/status"
)

func TestEveryStatusIsExplainedOnce(t *testing.T) {
	meanings := map[string]bool{}
	for _, s := range status.All() {
		meaning := s.Meaning(nil)
		if meanings[meaning] || meaning == "" || meaning == "unknown" {
			t.Errorf("status %d is explained by %q, twice or not at all", s, meaning)
		}
		meanings[meaning] = true
	}
	if want := []status.Status{0, 1, 2, 3, 4, 5, 6, 7, 8, 130}; !slices.Equal(status.All(), want) {
		t.Errorf("the statuses are %v, want %v", status.All(), want)
	}
	if got := status.Status(99).Meaning(nil); got != "unknown" {
		t.Errorf("99 means %q", got)
	}
}

// TestWorse orders all statuses by what a person has to hear first when runs have ended in several ways.
func TestWorse(t *testing.T) {
	order := []status.Status{
		status.Well, status.Rows, status.Locked, status.Stopped, status.Guarded, status.Roster, status.Settings, status.Refused,
		status.Unexpected, status.Interrupted,
	}
	if len(order) != len(status.All()) {
		t.Fatalf("%d statuses are ordered, there are %d", len(order), len(status.All()))
	}
	for i, worst := range order {
		for _, other := range order[:i+1] {
			if a, b := worst.Worse(other), other.Worse(worst); a != worst || b != worst {
				t.Errorf("of %d and %d, %d and %d are the worse", worst, other, a, b)
			}
		}
	}
}
