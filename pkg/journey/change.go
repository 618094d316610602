package journey

import (
	"context"
	"errors"
	"net/http"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/fence"
	"rollcall/pkg/record"
)

// Doubtful are the people about whom a request may still take effect, by key: nothing else is changed about them. The zero
// value has nobody.
type Doubtful map[string]bool

// DoubtfulOf returns the people whom claims are about that could not be settled.
func DoubtfulOf(doubts []record.Doubt) Doubtful {
	people := make(Doubtful, len(doubts))
	for _, doubt := range doubts {
		people[email.Fold(doubt.Email)] = true
	}
	return people
}

// Has reports whether the person of an address is among them.
func (d Doubtful) Has(address string) bool { return d[email.Fold(address)] }

// Change makes one change of an organization that is no invitation, as often as it has to be made: it can be repeated
// without harm. Each attempt has a claim of its own, so that nothing else is sent for the person while it may be at work.
// It is for one goroutine. Its exported fields are required.
type Change struct {
	Store Store
	// Claim is what each attempt claims, the first with the attempt 1: the run, the address and the kind of change.
	Claim record.Claim
	// Call makes the call, in exactly one request.
	Call func(context.Context) error
	// Event is what the lines of the audit trail about its attempts have in common.
	Event audit.Event
	// Silence is how long a request may be at work after its reply was lost.
	Silence time.Duration
	// Stamp marks a context with the moment from which a claim is good. Nil: [fence.Stamp].
	Stamp func(context.Context) context.Context

	attempts int
	// stands says that the claim of the last attempt stands, since its reply was lost, and unheard that there was another
	// such attempt before.
	stands, unheard bool
}

// Make makes one attempt. The claim ends with an answer; where the reply was lost it stands until the next attempt, or until
// another process has waited long enough for the request to be at work no more. Its error is that of the call or the store.
func (c *Change) Make(ctx context.Context) error {
	if c.stands { // it can be repeated without harm, with a claim that is good again
		if err := c.conclude(ctx, false, nil); err != nil {
			return err
		}
		c.unheard = true
	}
	stamp := c.Stamp
	if stamp == nil {
		stamp = fence.Stamp
	}
	ctx = stamp(ctx)
	c.attempts++
	claim := c.Claim
	claim.Attempt, claim.At = c.attempts, time.Now()
	if err := c.Store.Claim(ctx, nil, claim); err != nil {
		return err
	}
	err := c.Call(ctx)
	return errors.Join(err, c.conclude(context.WithoutCancel(ctx), mayWork(err), c.told(err)))
}

// mayWork reports whether a request may be at work after its answer.
func mayWork(err error) bool {
	class := cybedefend.ClassOf(err)
	return class == cybedefend.Lost || class == cybedefend.Foreign
}

// conclude keeps that the attempt has ended, and whether what became of it is in doubt.
func (c *Change) conclude(ctx context.Context, inDoubt bool, told *audit.Event) error {
	rec := record.Record{Email: c.Claim.Email, Attempts: c.attempts}
	if inDoubt {
		rec.Trail = record.Trail{Lost: true, EndedAt: time.Now(), SilentFor: c.Silence}
	}
	c.stands = inDoubt
	return c.Store.Conclude(ctx, c.Claim.Run, nil, record.Conclusion{Record: rec, InDoubt: inDoubt, Event: told})
}

// Unclear reports whether the last attempt was refused for good after another one whose reply was lost and which may have
// made the change: the next reading tells.
func (c *Change) Unclear(err error) bool {
	return c.unheard && cybedefend.ClassOf(err) == cybedefend.FinalNo
}

// Gone returns nil for the refusal of a cancellation which says that the invitation is not there any more, and any other
// error as it is.
func Gone(err error) error {
	if status := cybedefend.StatusOf(err); status == http.StatusNotFound || status == http.StatusGone {
		return nil
	}
	return err
}
