package journey_test

import (
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
)

// TestWhatWasUndone has an invitation be cancelled for good a while ago, and lists that know of it, or do not.
func TestWhatWasUndone(t *testing.T) {
	listed := func(id, status string) cybedefend.Invitation {
		return cybedefend.Invitation{ID: id, Email: entry().Email, Status: status, ExpiresAt: noon.Add(time.Hour)}
	}
	for _, test := range []struct {
		name    string
		ago     time.Duration
		inDoubt bool
		list    []cybedefend.Invitation
		want    string // the state, and the id
	}{
		{"the list forgets it", time.Minute, false, nil, "ended i1"},
		{"the list has forgotten it", time.Hour, false, nil, "ended i1"},
		{"the list has it", time.Minute, false, []cybedefend.Invitation{listed("i1", "cancelled")}, "ended i1"},
		{"the list is late", time.Minute, false, []cybedefend.Invitation{listed("i1", "pending")}, "ended i1"},
		{"the list insists", time.Hour, false, []cybedefend.Invitation{listed("i1", "pending")}, "pending i1"},
		{"somebody has sent another", time.Minute, false, []cybedefend.Invitation{listed("i1", "cancelled"), listed("i2", "pending")}, "pending i2"},
		{"a request may have renewed it", time.Minute, true, []cybedefend.Invitation{listed("i1", "pending")}, "pending i1"},
	} {
		w := entry()
		w.InDoubt = test.inDoubt
		in := plan.Inputs{At: noon, Histories: plan.HistoriesOf(map[string]plan.History{w.Email: {
			Times: 1, At: noon.Add(-test.ago - time.Minute), Invitation: listed("i1", "pending"), Undone: map[string]time.Time{"i1": noon.Add(-test.ago)},
		}})}
		d := lateReading(t, []cybedefend.User{{ID: "u0", Email: "admin@x.example"}}, test.list...)
		got := placeOf(journey.See(d, w, in, 0).Membership)
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func placeOf(m directory.Membership) string {
	switch {
	case m.Pending != nil:
		return "pending " + m.Pending.ID
	case m.Ended != nil && directory.EndedHow(m.Ended.Status) == "cancelled":
		return "ended " + m.Ended.ID
	}
	return "elsewhere"
}
