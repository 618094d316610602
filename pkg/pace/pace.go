// Package pace keeps the one sending rate that everybody who talks to the service shares.
//
// A [Pace] hands out permission to send, one request at a time. A refusal lowers the rate for everybody, at most
// once a second; content answers raise it again, slowly, up to the rate asked for. A hold stops everybody until an
// instant. It knows no protocol and counts nothing but time.
package pace

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// AutoRate is the rate of "auto": modest, since the limits of the service are not published, and still 500 people
	// in less than a minute.
	AutoRate Rate = 10
	// cutFactor is what a refusal leaves of the rate.
	cutFactor = 0.7
	// cutEvery bounds how often the rate falls: after an overshoot a bucket stays empty for a while and goes on
	// refusing although the rate is right already.
	cutEvery = time.Second
	// raiseShare is the share of the wished rate that one second of content answers gives back.
	raiseShare = 0.02
	// floorShare is the share of the wished rate below which no refusal pushes it.
	floorShare = 0.01
)

// Options configure a [Pace]. The zero value is the automatic rate.
type Options struct {
	// Rate is the rate wished for; it is never exceeded. Zero stands for [AutoRate].
	Rate Rate
	// Burst is how many requests may leave at once after a pause. Zero stands for 1: a burst of b overshoots the
	// first second by b.
	Burst int
}

// Pace is the shared sending rate. It is safe for concurrent use; many waiters react late to a falling rate, so let
// one dispatcher wait for all workers.
type Pace struct {
	limiter *rate.Limiter

	mu      sync.Mutex
	wished  Rate
	current Rate
	changed time.Time // of the last cut or raise
	until   time.Time // end of the hold
	why     string    // of the hold
}

// New returns a pace that starts at its wished rate.
func New(o Options) (*Pace, error) {
	if o.Rate == 0 {
		o.Rate = AutoRate
	}
	if o.Burst == 0 {
		o.Burst = 1
	}
	if o.Rate < 0 || o.Burst < 0 {
		return nil, fmt.Errorf("pace: rate %v and burst %d must be positive", float64(o.Rate), o.Burst)
	}
	return &Pace{limiter: rate.NewLimiter(rate.Limit(o.Rate), o.Burst), wished: o.Rate, current: o.Rate}, nil
}

// Wait returns when one request may leave, or with the cause of ctx when that ends first.
func (p *Pace) Wait(ctx context.Context) error {
	for {
		for rest := p.hold(); rest > 0; rest = p.hold() {
			if err := sleep(ctx, rest); err != nil {
				return err
			}
		}
		// A reservation instead of Limiter.Wait: Wait gives up early, with an error of its own, when it foresees
		// that a deadline will pass.
		if err := sleep(ctx, p.limiter.Reserve().Delay()); err != nil {
			return err
		}
		if !p.Held() {
			return nil
		}
	}
}

// Held reports whether a hold stands. Ask it right before a request leaves: the hold may be younger than the
// permission.
func (p *Pace) Held() bool { return p.hold() > 0 }

// Hold stops everybody until the instant. A hold only ever grows; why is shown to the person who waits.
func (p *Pace) Hold(until time.Time, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until, p.why = until, why
	}
}

// Refused lowers the rate, since the service has had too much. It reports whether it did: one cut a second at most.
func (p *Pace) Refused() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.changed) < cutEvery && p.current < p.wished {
		return false
	}
	p.set(cut(p.current, p.wished), now)
	return true
}

// Accepted raises a lowered rate again: a little for each second without a refusal.
func (p *Pace) Accepted() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current >= p.wished {
		return
	}
	now := time.Now()
	if elapsed := now.Sub(p.changed); elapsed >= cutEvery {
		p.set(raise(p.current, p.wished), now)
	}
}

func (p *Pace) set(current Rate, now time.Time) {
	p.current, p.changed = current, now
	p.limiter.SetLimitAt(now, rate.Limit(current))
}

// State is what a pace is doing at the moment.
type State struct {
	// Rate is the rate in force, Wished the one asked for.
	Rate, Wished Rate
	// HeldUntil is the end of the hold, zero if none stands; Why is its reason.
	HeldUntil time.Time
	Why       string
}

// State returns what the pace is doing now.
func (p *Pace) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := State{Rate: p.current, Wished: p.wished}
	if p.until.After(time.Now()) {
		state.HeldUntil, state.Why = p.until, p.why
	}
	return state
}

// hold returns how long the hold still stands.
func (p *Pace) hold() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// cut returns the rate after a refusal.
func cut(current, wished Rate) Rate { return max(current*cutFactor, wished*floorShare) }

// raise returns the rate after a second of content answers.
func raise(current, wished Rate) Rate { return min(current+wished*raiseShare, wished) }

// sleep waits, or returns the cause of ctx when that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
