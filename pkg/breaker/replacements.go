package breaker

import (
	"cmp"
	"errors"
	"fmt"

	"rollcall/pkg/journey"
	"rollcall/pkg/record"
)

// Replacements says whether pending invitations may be replaced. That is the one thing that takes something away before it
// gives: the invitation is cancelled, and the service may refuse the new one. So one entry goes alone, as a canary, and the
// others follow once the service has accepted its new invitation. Whoever ends without either has nobody else begin.
//
// It is a pure value like [State]; the zero value is that of a run that begins. It is told of every step.
type Replacements struct {
	// canary is the row that all others wait for, 0 if none is under way.
	canary int
	// proven says that the service has accepted a new invitation.
	proven bool
	// shut is why no other is begun in this run, nil if others may be.
	shut error
}

// bare reports whether an entry has lost its invitation and may not have a new one.
func bare(w journey.Work) bool { return w.LeftWithout() != "" }

// May reports whether a request for the entry may leave: whether it cancels nothing, has cancelled before or may have in this
// run, so that there is nothing more to lose, or may be the canary or follow it.
func (r Replacements) May(w journey.Work) bool {
	if w.Replaces == "" || w.Trail.Cancelled == w.Replaces || w.Unheard && w.Trail.Tries > 0 {
		return true
	}
	return r.shut == nil && (r.proven || r.canary == 0 || r.canary == w.Row)
}

// Left returns the state once a request for the entry is under way, or in doubt. One that has lost its invitation in an
// earlier part of the run is as good a canary as any, and has nothing to lose.
func (r Replacements) Left(w journey.Work) Replacements {
	if !r.proven && r.canary == 0 && (w.Replaces != "" || bare(w)) {
		r.canary = w.Row
	}
	return r
}

// Next returns the state after a step: an answer or what a reading has settled.
func (r Replacements) Next(step journey.Step) Replacements {
	w := step.Work
	switch settled := step.Move == journey.Settled; {
	case w.Replaces == "" && w.Trail.Cancelled == "" && r.canary != w.Row:
		return r
	case step.Heard == journey.Accepted && step.Move != journey.Again, settled && w.Outcome == record.Invited:
		r.proven = r.proven || r.canary == w.Row // it tells nothing of a refusal that is still looked into
	case settled && w.Outcome == record.Unknown && r.proven: // a lost reply is no refusal
	case settled && bare(w):
		r.shut = cmp.Or(r.shut, refusalOf(step))
	case settled: // it has lost nothing, and shows nothing
	case step.Heard == journey.Refused && w.Trail.Cancelled != "": // unless the person turns out to be there
		if r.proven = false; r.canary == 0 {
			r.canary = w.Row
		}
		return r
	default:
		return r
	}
	if r.canary == w.Row {
		r.canary = 0
	}
	return r
}

// refusalOf returns why an entry has no new invitation.
func refusalOf(step journey.Step) error {
	why := step.Err
	if why == nil {
		why = errors.New(step.Work.Error)
	}
	return fmt.Errorf("line %d: %w", step.Work.Line, why)
}

// Err returns why no other invitation is replaced in this run, nil if nothing speaks against it.
func (r Replacements) Err() error {
	if r.shut == nil {
		return nil
	}
	return &StopError{Reason: Replacing, Err: r.shut}
}
