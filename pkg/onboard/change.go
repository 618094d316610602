package onboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/fence"
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
	var claimed claimedCall
	done, claim := RoleChanged, record.Claim{Run: c.run, Email: d.Email, Change: record.ChangeRole, Attempt: 1}
	call := func(ctx context.Context) error {
		return c.connection.ChangeRole(ctx, organization, d.UserID, cybedefend.Role(d.Wanted))
	}
	if d.Kind == drift.LeaverInvited {
		done, claim.Change = Cancelled, record.ChangeCancel
		call = func(ctx context.Context) error {
			_, err := c.connection.CancelInvitation(ctx, organization, d.InvitationID)
			if status := cybedefend.StatusOf(err); status == http.StatusNotFound || status == http.StatusGone {
				claimed.told.Status = status
				return nil // it is gone already
			}
			return err
		}
	}
	claimed = claimedCall{ledger: c.ledger, claim: claim, silence: c.silence, told: toldOf(claim, d), call: func(ctx context.Context) error {
		if err := call(ctx); err != nil {
			return err
		}
		return c.keep(context.WithoutCancel(ctx), d, done)
	}}
	err := c.connection.retrier().Call(waits, func(context.Context) error { return claimed.make(ctx) })
	switch {
	case err == nil:
		return done, nil
	case claimed.claim.Attempt > 1 && cybedefend.ClassOf(err) == cybedefend.FinalNo:
		return Due, err // an earlier attempt, whose reply was lost, may have done it: the next reading tells
	}
	return Failed, err
}

// claimedCall makes a call that has a claim of its own, as often as it has to be made.
type claimedCall struct {
	ledger  ledger.Ledger
	claim   record.Claim
	call    func(context.Context) error
	silence time.Duration
	// told is what its lines in the audit trail have in common.
	told audit.Event
	// stands says that the claim of the last attempt stands, since its reply was lost.
	stands bool
}

// make makes the call once. The claim ends with an answer; where the reply was lost it stands until the next attempt, or
// until another process has waited long enough for the request to be at work no more.
func (c *claimedCall) make(ctx context.Context) error {
	if c.stands { // it can be repeated without harm, with a claim that is good again
		if err := c.conclude(ctx, false, nil); err != nil {
			return err
		}
		c.claim.Attempt++
	}
	ctx = fence.Stamp(ctx)
	c.claim.At = time.Now()
	if err := c.ledger.Claim(ctx, c.claim); err != nil {
		return err
	}
	err := c.call(ctx)
	class := cybedefend.ClassOf(err)
	inDoubt := class == cybedefend.Lost || class == cybedefend.Foreign
	return errors.Join(err, c.conclude(context.WithoutCancel(ctx), inDoubt, c.telling(err, inDoubt)))
}

// conclude keeps that the attempt has ended, and whether what became of it is in doubt.
func (c *claimedCall) conclude(ctx context.Context, inDoubt bool, told *audit.Event) error {
	rec := record.Record{Email: c.claim.Email, Attempts: c.claim.Attempt}
	if inDoubt {
		rec.Trail = record.Trail{Lost: true, EndedAt: time.Now(), SilentFor: c.silence}
	}
	c.stands = inDoubt
	return c.ledger.Conclude(ctx, c.claim.Run, nil, record.Conclusion{Record: rec, InDoubt: inDoubt, Event: told})
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
