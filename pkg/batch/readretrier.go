package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"rollcall/pkg/breaker"
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
	// Zero stands for [breaker.DefaultMaxWait].
	MaxWait time.Duration
	// Unreached bounds it further while no connection can be made at all, as to a host that is misspelt. Zero: MaxWait does.
	Unreached time.Duration
	// Patience is what calls share that are bounded by MaxWait together. Nil: each is bounded alone.
	Patience *Patience
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
		p.MaxWait = breaker.DefaultMaxWait
	}
	began := time.Now()
	for tries, throttled := 1, 0; ; tries++ {
		permission, err := p.Pace.Acquire(ctx)
		if err != nil {
			return err
		}
		err = call(ctx)
		p.report(permission, err)
		tooMany := cybedefend.StatusOf(err) == http.StatusTooManyRequests
		if tooMany { // it was not tried at all
			throttled++
			tries--
		}
		if !passing(err) {
			p.Patience.answered()
			return err
		}
		since := p.Patience.failed(began)
		if ctx.Err() != nil || !policy.Again(tries) {
			return err
		}
		asked := cybedefend.AskedWait(err)
		// A random wait of almost nothing would spend the tries in an instant.
		wait := policy.Wait(tries+throttled, max(asked, policy.Base/2), rand.Float64())
		if down := time.Since(since); down+wait > p.Longest(err) {
			return &breaker.StopError{Reason: reason(err), Err: fmt.Errorf("gave up after %s: %w", down.Round(time.Second), err)}
		}
		if p.Observe != nil {
			p.Observe(err, wait)
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

// Longest returns how long a call that fails like this is repeated at most.
func (p ReadRetrier) Longest(err error) time.Duration {
	if p.Unreached > 0 && errors.Is(err, cybedefend.ErrUnreached) {
		return min(p.MaxWait, p.Unreached)
	}
	return p.MaxWait
}

// pause waits, or returns the cause of ctx when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// report tells the pace what an answer says about it.
func (p ReadRetrier) report(permission pace.Permission, err error) {
	answered := pace.Answered{Permission: permission}
	e, failed := errors.AsType[*cybedefend.Error](err)
	switch {
	case failed && e.Overload():
		answered.Kind, answered.Plain = pace.Refused, e.Status == http.StatusServiceUnavailable && !e.HasRetryAfter
	case cybedefend.ClassOf(err) <= cybedefend.FinalNo:
		answered.Kind = pace.Accepted
	}
	p.Pace.Report(answered)
}

// passing reports whether a call that changes nothing failed for a reason that may pass. A redirect and a proxy that asks
// for credentials stay, and so does what lets no connection be made.
func passing(err error) bool {
	e, ok := errors.AsType[*cybedefend.Error](err)
	switch {
	case !ok, errors.Is(err, cybedefend.ErrConnection):
		return false
	case e.Class == cybedefend.Foreign:
		return e.Status >= http.StatusBadRequest && e.Status != http.StatusProxyAuthRequired
	}
	return e.Class != cybedefend.FinalNo || e.Overload()
}

// reason returns why a run stops that has waited for too long, by the last answer.
func reason(err error) breaker.Reason {
	if cybedefend.ClassOf(err) == cybedefend.Foreign {
		return breaker.Foreign
	}
	return breaker.Overlong
}
