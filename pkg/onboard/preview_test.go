package onboard

import (
	"testing"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/drift"
)

func TestUnsent(t *testing.T) {
	tests := []struct {
		requests  int
		perSecond float64
		left      time.Duration
		want      int
	}{
		{1000, 10, time.Minute, 400},
		{1000, 10, 2 * time.Minute, 0},
		{600, 10, time.Minute, 0},
		{5, 0.5, time.Second, 5},
		{5, 10, -time.Hour, 5},
		{0, 10, time.Second, 0},
	}
	for _, tt := range tests {
		if got := Unsent(tt.requests, tt.perSecond, tt.left); got != tt.want {
			t.Errorf("Unsent(%d, %v, %s) = %d, want %d", tt.requests, tt.perSecond, tt.left, got, tt.want)
		}
	}
}

func TestRowSet(t *testing.T) {
	set := func(rows ...int) (s rowSet) {
		for _, row := range rows {
			s.add(row)
		}
		return s
	}
	tests := []struct {
		set, other rowSet
		want       bool
	}{
		{nil, nil, true},
		{set(1), nil, true},
		{nil, set(1), false},
		{set(1, 64, 200), set(64), true},
		{set(1, 64), set(64, 200), false},
		{set(1, 63), set(1, 62), false},
		{set(1000000), set(1000000), true},
	}
	for i, tt := range tests {
		if got := tt.set.has(tt.other); got != tt.want {
			t.Errorf("%d: %v has %v: %t", i, tt.set, tt.other, got)
		}
	}
}

func TestCovers(t *testing.T) {
	change := func(email string, action amend.Action) amend.Change {
		return amend.Change{Difference: drift.Difference{Kind: drift.LeaverInvited, Email: email}, Action: action}
	}
	agreed := []amend.Change{change("a", amend.Due), change("b", amend.Reported)}
	for _, tt := range []struct {
		now  []amend.Change
		want bool
	}{
		{nil, true},
		{[]amend.Change{change("a", amend.Due)}, true},
		{[]amend.Change{change("c", amend.Reported)}, true},
		{[]amend.Change{change("b", amend.Due)}, false},
		{[]amend.Change{change("c", amend.Due)}, false},
	} {
		if got := covers(agreed, tt.now); got != tt.want {
			t.Errorf("%+v: %t", tt.now, got)
		}
	}
}
