package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/pace"
	"rollcall/pkg/retry"
)

// ReadRetrier makes calls that change nothing at the service: each one waits for the pace, and one that fails for a
// passing reason is repeated within the policy. Its [ReadRetrier.Call] fits [directory.Options].
type ReadRetrier struct {
	Pace  *pace.Pace
	Retry retry.Policy
	// MaxWait bounds how long one call is repeated, and alone does so for calls that are refused for being too many (429).
	// Zero stands for [DefaultMaxWait].
	MaxWait time.Duration
	// Observe, if set, is told about each failure that is followed by another try.
	Observe func(err error, wait time.Duration)
}

// Call makes the call until it succeeds, is refused for good, or has failed for too long; then it returns the last error.
func (p ReadRetrier) Call(ctx context.Context, call func(context.Context) error) error {
	policy, err := retry.New(p.Retry)
	if err != nil {
		return err
	}
	if p.MaxWait == 0 {
		p.MaxWait = DefaultMaxWait
	}
	began := time.Now()
	for tries, throttled := 1, 0; ; tries++ {
		permission, err := p.Pace.Wait(ctx)
		if err != nil {
			return err
		}
		if err = call(ctx); cybedefend.ClassOf(err) <= cybedefend.FinalNo {
			p.Pace.Accepted()
		}
		tooMany := statusOf(err) == http.StatusTooManyRequests
		if tooMany { // it was not tried at all
			throttled++
			tries--
		}
		if !passing(err) || ctx.Err() != nil || !policy.Again(tries) {
			return err
		}
		asked := askedWait(err)
		// A random wait of almost nothing would spend the tries in an instant.
		wait := policy.Wait(tries+throttled, max(asked, policy.Base/2), rand.Float64())
		if time.Since(began)+wait > p.MaxWait {
			return &StopError{Reason: Overlong, Err: fmt.Errorf("gave up after %s: %w", time.Since(began).Round(time.Second), err)}
		}
		if p.Observe != nil {
			p.Observe(err, wait)
		}
		if overload(statusOf(err)) {
			p.Pace.Refused(permission)
		}
		if tooMany && asked <= time.Second { // which is the refused call's alone, as it is with invites
			if err := pause(ctx, wait); err != nil {
				return err
			}
			continue
		}
		p.Pace.Hold(time.Now().Add(wait), "the service could not be read: "+cause(err))
	}
}

// pause waits, or returns the cause of ctx when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// passing reports whether a call that changes nothing failed for a reason that may pass.
func passing(err error) bool {
	e, ok := errors.AsType[*cybedefend.Error](err)
	return ok && e.Class != cybedefend.FinalNo
}
