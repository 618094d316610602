package onboard

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/fence"
	"rollcall/pkg/record"
)

// makeChange makes one change of the organization. Like an invitation it is claimed before its request leaves, so that
// nothing else is sent for the person while it may be at work. ctx is for the request, waits for what comes before it.
func (s *Session) makeChange(ctx, waits context.Context, d drift.Difference) (Action, error) {
	organization := s.connection.Organization.ID
	done, claim := RoleChanged, record.Claim{Run: s.run.ID, Email: d.Email, Change: record.ChangeRole, Attempt: 1}
	call := func(ctx context.Context) error {
		return s.connection.ChangeRole(ctx, organization, d.UserID, cybedefend.Role(d.Wanted))
	}
	if d.Kind == drift.LeaverInvited {
		done, claim.Change = Cancelled, record.ChangeCancel
		call = func(ctx context.Context) error {
			_, err := s.connection.CancelInvitation(ctx, organization, d.InvitationID)
			if status := cybedefend.StatusOf(err); status == http.StatusNotFound || status == http.StatusGone {
				return nil // it is gone already
			}
			return err
		}
	}
	claimed := claimedCall{ledger: s.memory.ledger, claim: claim, call: call, silence: max(s.policy.InFlightGrace(), s.policy.Timeout)}
	err := s.connection.retrier().Call(waits, func(context.Context) error { return claimed.make(ctx) })
	if err != nil {
		return Failed, err
	}
	return done, nil
}

// claimedCall makes a call that has a claim of its own, as often as it has to be made.
type claimedCall struct {
	ledger interface {
		Claim(ctx context.Context, c record.Claim) error
		Conclude(ctx context.Context, run string, then func(error), conclusions ...record.Conclusion) error
	}
	claim record.Claim
	call  func(context.Context) error
	// silence is how long a request may be at work after its reply was lost.
	silence time.Duration
	// stands says that the claim of the last attempt stands, since its reply was lost.
	stands bool
}

// make makes the call once. The claim ends with an answer; where the reply was lost it stands until the next attempt, or
// until another process has waited long enough for the request to be at work no more.
func (c *claimedCall) make(ctx context.Context) error {
	if c.stands { // it can be repeated without harm, with a claim that is good again
		if err := c.conclude(ctx, false); err != nil {
			return err
		}
		c.claim.Attempt++
	}
	ctx = fence.Stamp(ctx)
	c.claim.At = time.Now()
	if err := c.ledger.Claim(ctx, c.claim); err != nil {
		return err
	}
	c.stands = true
	err := c.call(ctx)
	class := cybedefend.ClassOf(err)
	return errors.Join(err, c.conclude(context.WithoutCancel(ctx), class == cybedefend.Lost || class == cybedefend.Foreign))
}

// conclude keeps that the attempt has ended, and whether what became of it is in doubt.
func (c *claimedCall) conclude(ctx context.Context, inDoubt bool) error {
	rec := record.Record{Email: c.claim.Email, Attempts: c.claim.Attempt}
	if inDoubt {
		rec.Trail = record.Trail{Lost: true, EndedAt: time.Now(), SilentFor: c.silence}
	}
	c.stands = inDoubt
	return c.ledger.Conclude(ctx, c.claim.Run, nil, record.Conclusion{Record: rec, InDoubt: inDoubt})
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
