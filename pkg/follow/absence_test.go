package follow

import (
	"slices"
	"testing"
	"time"

	"rollcall/pkg/ledger"
)

// day is a night of a schedule.
func day(n int) time.Time { return time.Date(2026, 11, n, 2, 0, 0, 0, time.UTC) }

// TestLive has rosters that were let through on some nights, the last one first, as "name since-at".
func TestLive(t *testing.T) {
	seen := func(roster string, since, at int) ledger.Accepted {
		return ledger.Accepted{Roster: roster, Since: day(since), At: day(at)}
	}
	for _, tt := range []struct {
		name     string
		accepted []ledger.Accepted
		follows  string
		now      int
		want     []string
	}{
		{"nothing was let through", nil, "a.csv", 1, nil},
		{"none but its own", []ledger.Accepted{seen("a2.csv", 2, 3), seen("a1.csv", 1, 1)}, "a3.csv", 4, nil},
		{"a new one takes the place of the last", []ledger.Accepted{seen("a.csv", 1, 3)}, "b.csv", 4, nil},
		{"and keeps it", []ledger.Accepted{seen("b.csv", 5, 6), seen("b.csv", 4, 4), seen("a.csv", 1, 3)}, "b.csv", 7, nil},
		{"unless that comes again", []ledger.Accepted{seen("a.csv", 1, 5), seen("b.csv", 4, 4)}, "b.csv", 6, []string{"a.csv"}},
		{"in turns", []ledger.Accepted{seen("b.csv", 4, 4), seen("a.csv", 3, 3), seen("b.csv", 2, 2), seen("a.csv", 1, 1)}, "a.csv", 5, []string{"b.csv"}},
		{"a third one takes the place of one alone", []ledger.Accepted{seen("b.csv", 4, 4), seen("a.csv", 3, 3), seen("b.csv", 2, 2), seen("a.csv", 1, 1)}, "c.csv", 5, []string{"a.csv"}},
		{"and stays there", []ledger.Accepted{seen("c.csv", 5, 7), seen("a.csv", 3, 6), seen("b.csv", 2, 4), seen("a.csv", 1, 1)}, "c.csv", 8, []string{"a.csv"}},
		{"the last reading alone", []ledger.Accepted{seen("b2.csv", 4, 4), seen("b1.csv", 2, 3), seen("a.csv", 1, 1)}, "a.csv", 5, []string{"b2.csv"}},
		{"almost too long ago", []ledger.Accepted{seen("b.csv", 2, 2), seen("a.csv", 1, 1)}, "a.csv", 36, []string{"b.csv"}},
		{"too long ago", []ledger.Accepted{seen("b.csv", 2, 2), seen("a.csv", 1, 1)}, "a.csv", 37, nil},
		{"of another ledger", []ledger.Accepted{seen("b.csv", 2, 2), seen("a.csv", 1, 1)}, "", 3, []string{"b.csv"}},
		{"all of another ledger", []ledger.Accepted{seen("b.csv", 2, 4), seen("a.csv", 1, 3)}, "", 5, []string{"b.csv", "a.csv"}},
	} {
		series := ""
		if tt.follows != "" {
			series = ledger.Series(tt.follows)
		}
		var got []string
		for _, a := range live(tt.accepted, series, day(tt.now)) {
			got = append(got, a.Roster)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhoeverHasNamedSomebodyLastDecides(t *testing.T) {
	a := Absence{
		named:     map[string]time.Time{"ann+work@x.example": day(3), "bo@x.example": day(1)},
		mailboxes: map[string]time.Time{"ann@x.example": day(3), "bo@x.example": day(1)},
		asked:     map[string]time.Time{},
	}
	for _, tt := range []struct {
		name, key       string
		asked, evidence int
		want            bool
	}{
		{"named by a roster", "bo@x.example", 0, 0, true},
		{"under another spelling", "ann+home@x.example", 0, 0, true},
		{"named by none", "cy@x.example", 0, 0, false},
		{"asked for before", "ann+work@x.example", 2, 0, true},
		{"asked for since", "ann+work@x.example", 4, 0, false},
		{"in the same moment", "ann+work@x.example", 3, 0, true},
		{"named before the roster was first read", "bo@x.example", 0, 2, true},
		{"named since the roster was first read", "ann+work@x.example", 0, 2, false},
	} {
		clear(a.asked)
		if tt.asked > 0 {
			a.asked["ann@x.example"] = day(tt.asked)
		}
		if a.Evidence = (time.Time{}); tt.evidence > 0 {
			a.Evidence = day(tt.evidence)
		}
		if got := a.knows(tt.key); got != tt.want {
			t.Errorf("%s: known %v, want %v", tt.name, got, tt.want)
		}
	}
	for key, want := range map[string]bool{"ann+work@x.example": false, "ann+home@x.example": true} {
		if got := a.doubt(key, "") != ""; got != want {
			t.Errorf("%s: in doubt %v, want %v", key, got, want)
		}
	}
	if doubt := a.doubt("ann@x.example", "ann+work@x.example"); doubt != "" {
		t.Errorf("the owner of the invitation was named, and yet: %s", doubt)
	}
}

func TestUnchanged(t *testing.T) {
	a := Absence{Evidence: day(1)}
	for now, want := range map[time.Time]string{
		day(1):                       "",
		day(7).Add(22 * time.Hour):   "",
		day(8).Add(-5 * time.Minute): "the roster has been the very same for 7 nights: is it still exported?",
		day(9):                       "the roster has been the very same for 8 nights: is it still exported?",
	} {
		if got := a.Unchanged(now); got != want {
			t.Errorf("on %s: %q, want %q", now, got, want)
		}
	}
	if got := new(Absence).Unchanged(day(30)); got != "" {
		t.Errorf("a roster that is read for the first time: %q", got)
	}
}

func TestAnotherRosterTrips(t *testing.T) {
	accepted := ledger.Accepted{Roster: "out/People-2026-11-01.csv", Shape: "{}", At: day(1)}
	unknown := accepted
	unknown.Shape = ""
	for _, tt := range []struct {
		name string
		give Absence
		now  Edition
		want int
	}{
		{"the first", Absence{}, Edition{Name: "a.csv", Shape: "{}"}, 0},
		{"the same on another day", Absence{Accepted: accepted, same: &accepted}, Edition{Name: "people-2026-11-02.csv", Shape: "{}"}, 0},
		{"another name", Absence{Accepted: accepted}, Edition{Name: "staff.csv", Shape: "{}"}, 1},
		{"other settings", Absence{Accepted: accepted, same: &accepted}, Edition{Name: "people-2026-11-02.csv", Shape: `{"sheet":"x"}`}, 1},
		{"settings that nobody remembers", Absence{Accepted: unknown, same: &unknown}, Edition{Name: "people-2026-11-02.csv", Shape: `{"sheet":"x"}`}, 0},
		{"a name that nobody remembers", Absence{Accepted: ledger.Accepted{At: day(1)}}, Edition{Name: "a.csv"}, 0},
	} {
		if got := len(tt.give.trips(tt.now)); got != tt.want {
			t.Errorf("%s: %d trips, want %d", tt.name, got, tt.want)
		}
	}
}
