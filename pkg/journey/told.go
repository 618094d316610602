package journey

import (
	"cmp"
	"net/http"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/record"
)

// told returns the event of an attempt for the audit trail, nil if no request has left. Before is the entry ahead of it.
func told(run string, before *Work, a Answer, step *Step) *audit.Event {
	status := cybedefend.StatusOf(a.Err)
	if status == 0 && a.Err != nil && classOf(a.Err) == cybedefend.NotProcessed {
		return nil
	}
	w := &step.Work
	e := audit.Event{
		Kind: audit.Invite, Run: run, Email: w.Email, Role: string(before.Invite.Role), Before: before.Replaces,
		After: w.InvitationID, Status: w.HTTPStatus, Outcome: outcomeOf(step),
	}
	if a.Cancels {
		e.Kind, e.Role, e.After = audit.Cancel, "", ""
		if step.Heard == Accepted {
			e.Outcome = audit.Cancelled
		}
	}
	return &e
}

// Found returns the event of a request in doubt that a reading was to settle.
func Found(run string, change record.Change, step Step) *audit.Event {
	w := &step.Work
	e := audit.Event{
		Kind: audit.Kind(change.String()), Run: run, Email: w.Email, Role: cmp.Or(string(w.Invite.Role), w.Role), Before: w.Replaces,
		After: w.InvitationID, Outcome: audit.NoEffect,
	}
	if step.Move == Settled {
		e.Outcome = w.Outcome.String()
	}
	return &e
}

// outcomeOf says in a word what an answer has come to.
func outcomeOf(step *Step) string {
	switch {
	case step.Move == Settled:
		return step.Work.Outcome.String()
	case step.Work.InDoubt, step.Work.Unheard:
		return audit.InDoubt
	case step.Move == Again:
		return audit.Again
	}
	return audit.Refused
}

// told returns the event of an attempt that has ended, nil if its request has not left.
func (c *Change) told(err error) *audit.Event {
	e, class := c.Event, cybedefend.ClassOf(err)
	if err != nil {
		e.Status = cybedefend.StatusOf(err)
	}
	switch {
	case err == nil:
		e.Outcome, e.Status = audit.Changed, cmp.Or(e.Status, http.StatusOK)
		if e.Kind == audit.Cancel {
			e.Outcome = audit.Cancelled
		}
	case mayWork(err):
		e.Outcome = audit.InDoubt
	case class == cybedefend.NotProcessed && e.Status == 0:
		return nil
	case class == cybedefend.NotProcessed:
		e.Outcome = audit.Again
	default:
		e.Outcome = audit.Refused
	}
	return &e
}
