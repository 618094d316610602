package journey

import (
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
)

// undo takes in that somebody's last invitation was cancelled for good, and reports whether that is all there is to remember:
// the memory that it was sent does not count any more, and neither does a late list that still shows it as pending. A request
// in doubt may have renewed it, so there the list counts.
func (s *Sighting) undo(w Work, history plan.History, now time.Time) bool {
	id, at := history.Undoing()
	if id == "" || s.Member != nil {
		return false
	}
	gone := undone(history, id)
	switch {
	case s.Pending != nil && (!same(s.Pending.ID, id) || w.InDoubt || now.Sub(at) >= MemoryCounts):
		return false
	case s.Pending != nil:
		listed := *s.Pending
		listed.Status, gone = gone.Status, &listed
	case s.Ended != nil, s.Expired != nil && same(s.Expired.ID, id):
		return true // as the list has it
	default:
		s.Recalled = true
	}
	s.Membership = directory.Membership{Ended: gone, Perhaps: s.Perhaps}
	return true
}

// undone returns the invitation with that id as one that was cancelled, with what is remembered of it.
func undone(history plan.History, id string) *cybedefend.Invitation {
	invitation := cybedefend.Invitation{ID: id}
	for _, known := range []cybedefend.Invitation{history.Invitation, history.Seen} {
		if same(known.ID, id) {
			invitation = known
		}
	}
	invitation.Status = "cancelled"
	return &invitation
}
