package amend

import (
	"context"
	"errors"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Maker makes changes for a run. Its fields are required but for the functions that are told something.
type Maker struct {
	Service Service
	Scope   record.Scope
	Ledger  ledger.Ledger
	Run     string
	// Call makes a call at the pace of the service, and again where that may help.
	Call func(ctx context.Context, call func(context.Context) error) error
	// Now tells the service's time.
	Now func() time.Time
	// Silence is how long a request may be at work after its reply was lost.
	Silence time.Duration
	// Working is told what is being done, Changed of each change that was made, and Warn of what could not be done.
	Working func(what string)
	Changed func(Change)
	Warn    func(err error, text string, about Change)
	// Told has what was done so far told wherever the audit trail goes.
	Told func(context.Context) error
}

// toldEvery is after how many changes the audit trail is told.
const toldEvery = 256

// Made counts what has become of changes.
type Made struct{ Made, Failed int }

// Make makes the changes that are due, until waits ends; ctx is for requests that are in flight then. They can be repeated
// without harm, so a run that is cut short here simply makes the rest the next time, and what was in flight once more. What
// became of each is noted in it; an error is what keeps the rest from being made.
func (m Maker) Make(ctx, waits context.Context, changes []Change) (n Made, err error) {
	if n.Failed, err = m.tellStuck(ctx, changes); err != nil {
		return n, err
	}
	for i := range changes {
		change := &changes[i]
		if !change.IsDue() {
			continue
		}
		if err := context.Cause(waits); err != nil {
			return n, err
		}
		m.working("changing what differs: " + change.Email)
		done, err := m.makeOne(ctx, waits, *change)
		switch {
		case err != nil && waits.Err() != nil:
			return n, context.Cause(waits)
		case breaker.ReasonOf(err) != 0 || isLedgers(err):
			return n, err
		}
		if change.Action, change.Err = done, err; err == nil {
			n.Made++
			if err := m.tell(ctx, *change, n.Made); err != nil {
				return n, err
			}
			continue
		}
		if done == Failed {
			n.Failed++
		}
		m.warn(err, "could not be changed for certain", *change)
		if errors.Is(err, cybedefend.ErrCredentials) {
			return n, err
		}
	}
	return n, m.readBack(waits, changes)
}

// tell tells of a change that was made, after so many.
func (m Maker) tell(ctx context.Context, c Change, made int) error {
	if m.Changed != nil {
		m.Changed(c)
	}
	if made%toldEvery == 0 {
		if err := m.Told(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
	return m.remember(ctx, c)
}

// isLedgers reports whether the ledger could not keep what has to be kept.
func isLedgers(err error) bool {
	_, ok := errors.AsType[*ledger.Error](err)
	return ok
}

// makeOne makes one change. ctx is for the request, waits for what comes before it.
func (m Maker) makeOne(ctx, waits context.Context, c Change) (Action, error) {
	step := kinds[c.Step]
	change := journey.Change{
		Store: m.Ledger, Claim: record.Claim{Run: m.Run, Email: c.Email, Change: step.claims}, Silence: m.Silence,
	}
	change.Event = eventOf(change.Claim, c)
	change.Call = func(ctx context.Context) error {
		err := step.call(ctx, m.Service, m.Scope.OrganizationID, c)
		if err != nil && step.goneIsDone && journey.Gone(err) == nil {
			change.Event.Status, err = cybedefend.StatusOf(err), nil
		}
		if err != nil {
			return err
		}
		return m.keep(context.WithoutCancel(ctx), c, step.done)
	}
	if c.Step == Demote { // so that a crash in the middle does not hide that somebody is on the way out
		if err := m.keep(ctx, c, Due); err != nil {
			return Due, err
		}
	}
	err := m.Call(waits, func(context.Context) error { return change.Make(ctx) })
	switch {
	case err == nil:
		return step.done, nil
	case change.Unclear(err):
		return Due, err
	}
	return Failed, err
}

// eventOf returns what the lines of the audit trail about a change have in common.
func eventOf(claim record.Claim, c Change) audit.Event {
	e := audit.Event{Kind: audit.Kind(claim.Change.String()), Run: claim.Run, Email: claim.Email, Team: c.Team.Name, Before: c.InvitationID}
	if c.Step != Cancel {
		e.Before, e.After = c.Has, c.After()
	}
	return e
}

func (m Maker) working(what string) {
	if m.Working != nil {
		m.Working(what)
	}
}

func (m Maker) warn(err error, text string, about Change) {
	if m.Warn != nil {
		m.Warn(err, text, about)
	}
}
