package journey

import "rollcall/pkg/plan"

// Later says what a reading means for an entry that is to be sent, and none of whose requests is in doubt, if the reading
// began after the one by which that was decided: whoever was invited or has joined since then is not sent. Whom it does not
// show is sent as was decided, since a list may be late or have gaps.
func Later(w Work, s Sighting, in plan.Inputs) Step {
	step := Step{Move: Send, Work: w, At: w.Trail.DueAt}
	if !s.found() || s.Unsure || s.Member == nil && same(s.Pending.ID, w.Replaces) {
		return step
	}
	if next := (Step{Work: w}).verdict(s, in); next.Move == Settled {
		return next
	}
	return step
}
