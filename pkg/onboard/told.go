package onboard

import (
	"cmp"
	"net/http"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/record"
)

// toldOf returns what the lines about a change have in common.
func toldOf(claim record.Claim, d drift.Difference) audit.Event {
	e := audit.Event{Kind: audit.Kind(claim.Change.String()), Run: claim.Run, Email: claim.Email, Before: d.InvitationID}
	if claim.Change == record.ChangeRole {
		e.Before, e.After = d.Has, d.Wanted
	}
	return e
}

// telling returns the line about an attempt that has ended, nil if its request has not left.
func (c *claimedCall) telling(err error, inDoubt bool) *audit.Event {
	e, class := c.told, cybedefend.ClassOf(err)
	if err != nil {
		e.Status = cybedefend.StatusOf(err)
	}
	switch {
	case err == nil:
		e.Outcome, e.Status = audit.Changed, cmp.Or(e.Status, http.StatusOK)
		if e.Kind == audit.Cancel {
			e.Outcome = audit.Cancelled
		}
	case inDoubt:
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
