package onboard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// changer makes changes of an organization that are no invitations. Each is claimed before its request leaves, so that
// nothing else is sent for the person while it may be at work.
type changer struct {
	connection *Connection
	ledger     ledger.Ledger
	observer   Observer
	run        string
	// silence is how long a request may be at work after its reply was lost.
	silence time.Duration
	// told has what was done so far told wherever the audit trail goes.
	told func(context.Context) error
	// deadline is when to stop, zero if never; listed says where the changes are listed.
	deadline time.Time
	listed   remedy.Hint
}

// make makes the changes that are due, until stop. They can be repeated without harm, so a run that is cut short here
// simply makes the rest the next time, and what was in flight once more.
func (c changer) make(ctx context.Context, stop <-chan struct{}, changes []Change) error {
	waits, release := until(ctx, stop)
	defer release()
	if !c.deadline.IsZero() {
		var cancel context.CancelFunc
		waits, cancel = context.WithDeadlineCause(waits, c.deadline, &breaker.StopError{Reason: breaker.Deadline})
		defer cancel()
	}
	defer c.observer.working("")
	made := 0
	failed, err := c.tellStuck(ctx, changes)
	if err != nil {
		return err
	}
	for i := range changes {
		change := &changes[i]
		if change.Action != Due {
			continue
		}
		if err := context.Cause(waits); err != nil {
			return err
		}
		c.observer.working("changing what differs: " + change.Email)
		done, err := c.makeOne(ctx, waits, change.Difference)
		switch {
		case err != nil && waits.Err() != nil:
			return context.Cause(waits)
		case breaker.ReasonOf(err) != 0 || isLedgers(err):
			return err
		}
		if change.Action, change.Err = done, err; err == nil {
			made++
			c.observer.changed(*change)
			if made%trailBatch == 0 {
				if err := c.told(context.WithoutCancel(ctx)); err != nil {
					return err
				}
			}
			if done == RoleChanged {
				if err := c.keepRole(ctx, change.Difference); err != nil {
					return err
				}
			}
			continue
		}
		if done == Failed {
			failed++
		}
		c.observer.warnOf(err, "could not be changed for certain", map[string]any{"email": change.Email, "kind": string(change.Kind)})
		if errors.Is(err, cybedefend.ErrCredentials) {
			return err
		}
	}
	if err := c.readBack(waits, changes); err != nil {
		return err
	}
	if failed > 0 {
		return refusal(status.Rows, fmt.Errorf("%d of %s failed", failed, plural.Of(failed+made, "change")), c.listed)
	}
	return nil
}

// isLedgers reports whether the ledger could not keep what has to be kept.
func isLedgers(err error) bool {
	_, ok := errors.AsType[*ledger.Error](err)
	return ok
}

// makeOne makes one change. ctx is for the request, waits for what comes before it.
func (c changer) makeOne(ctx, waits context.Context, d drift.Difference) (Action, error) {
	organization := c.connection.Organization.ID
	done, change := RoleChanged, journey.Change{
		Store: c.ledger, Claim: record.Claim{Run: c.run, Email: d.Email, Change: record.ChangeRole}, Silence: c.silence,
		Call: func(ctx context.Context) error {
			return c.connection.ChangeRole(ctx, organization, d.UserID, cybedefend.Role(d.Wanted))
		},
	}
	if d.Kind != drift.Role {
		done, change.Claim.Change = Cancelled, record.ChangeCancel
		change.Call = func(ctx context.Context) error {
			_, err := c.connection.CancelInvitation(ctx, organization, d.InvitationID)
			if err != nil && journey.Gone(err) == nil {
				change.Event.Status = cybedefend.StatusOf(err)
				return nil
			}
			return err
		}
	}
	change.Event = eventOf(change.Claim, d)
	call := change.Call
	change.Call = func(ctx context.Context) error {
		if err := call(ctx); err != nil {
			return err
		}
		return c.keep(context.WithoutCancel(ctx), d, done)
	}
	err := c.connection.retrier().Call(waits, func(context.Context) error { return change.Make(ctx) })
	switch {
	case err == nil:
		return done, nil
	case change.Unclear(err):
		return Due, err
	}
	return Failed, err
}

// eventOf returns what the lines of the audit trail about a change have in common.
func eventOf(claim record.Claim, d drift.Difference) audit.Event {
	e := audit.Event{Kind: audit.Kind(claim.Change.String()), Run: claim.Run, Email: claim.Email, Before: d.InvitationID}
	if claim.Change == record.ChangeRole {
		e.Before, e.After = d.Has, d.Wanted
	}
	return e
}

// until returns a context that ends with ctx, and as interrupted once stop is closed. Call release when it is not needed
// any more.
func until(ctx context.Context, stop <-chan struct{}) (_ context.Context, release func()) {
	ctx, end := context.WithCancelCause(ctx)
	var waits sync.WaitGroup
	waits.Go(func() {
		select {
		case <-stop:
			end(&breaker.StopError{Reason: breaker.Interrupted})
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		end(nil)
		waits.Wait()
	}
}
