// Package pace keeps the one sending rate that everybody who talks to the service shares.
//
// A [Pace] hands out permission to send, one request at a time. It finds the rate that the service takes by itself: slow
// start until the first refusal; then it measures the limit, stays just below it and tries for more now and then. It
// falls back when it is refused or when answers become markedly slower. What the service tells about its limits is
// kept to before anything is refused, and dropped when the service itself acts against it. A rate that was asked for is
// never exceeded. A hold stops everybody until an instant.
//
// All that a pace knows and decides is a [State], a value, and [State.Next], a pure function. A [Pace] adds the clock,
// the waiting and a mutex. It knows no protocol and counts nothing but time.
package pace

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// AutoRate is where "auto" begins: modest, since the limits of the service are not published, and a second of it fits
// into the burst that most limits allow.
const AutoRate Rate = 10

// ErrHeld says that a hold came up after the permission was granted, so the request may not leave.
var ErrHeld = errors.New("pace: a hold stands: acquire permission again")

// Options configure a [Pace]. The zero value finds the rate by itself.
type Options struct {
	// Rate is the rate wished for; it is never exceeded. Zero stands for finding it, beginning at [AutoRate].
	Rate Rate
	// Burst is how many requests may leave at once after a pause, at a rate that is wished for. Zero stands for 1: a
	// burst of b overshoots the first second by b.
	Burst int
	// Start is a rate that was learned earlier, to begin just below it. It counts only where the rate is to be found;
	// zero stands for none.
	Start Rate
	// Most is the rate of a limit that is kept to by Reserve: it is never exceeded, and begun with where the rate is to be found,
	// since somebody has said that the service takes it. Zero stands for none.
	Most Rate
	// Reserve books a slot of a limit that several processes share and returns how long to wait for it. [Pace.Acquire]
	// calls it once its own limiter lets a request leave, one call at a time. Nil stands for no shared limit.
	Reserve func(context.Context) (time.Duration, error)
}

// Pace is the shared sending rate. It is safe for concurrent use.
type Pace struct {
	limiters
	reserve func(context.Context) (time.Duration, error)
	// turn is held by the one who waits for the limiter: a limiter tells its waiters when they come how long to wait,
	// and many of them would not notice for long that the rate has changed.
	turn chan struct{}

	mu    sync.Mutex
	state State
}

// New returns a pace that starts at the rate wished for, or at the one to find it from.
func New(o Options) (*Pace, error) {
	state, err := NewState(o, time.Now())
	if err != nil {
		return nil, err
	}
	return &Pace{limiters: newLimiters(o, state.Rate()), reserve: o.Reserve, turn: make(chan struct{}, 1), state: state}, nil
}

// Restore begins just below a rate that was learned earlier. It does nothing if the rate is zero, or one is wished for.
func (p *Pace) Restore(learned Rate) { p.Report(Restored{learned}) }

// Learned returns the rate that is worth remembering as [Options.Start], and whether there is one: the limit was
// measured, and none was wished for.
func (p *Pace) Learned() (Rate, bool) { return p.now().Learned() }

// Refuted reports whether the rate that was restored has turned out to be far from what the service takes, be it too high
// or too low: then it is to be forgotten, unless another one was learned.
func (p *Pace) Refuted() bool { return p.now().Refuted() }

// Room returns how many requests may be in flight: no more than the rate needs while the service answers as usual.
func (p *Pace) Room() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.latency.room(p.state.search.rate)
}

// Rate returns the rate in force.
func (p *Pace) Rate() Rate {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.search.rate
}

// Status returns what the pace is doing now.
func (p *Pace) Status() Status { return p.now().Status(time.Now()) }

// Hold stops everybody until the instant. A hold only ever grows; why is shown to the person who waits.
func (p *Pace) Hold(until time.Time, why string) { p.Report(Held{until, why}) }

// Report says what came of a request, or what else there is to know.
func (p *Pace) Report(signal Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, before := time.Now(), p.state.search.rate
	if signal.move(&p.state, now); p.state.search.rate != before {
		p.follow(p.state.search.rate, now)
	}
}

// Acquire returns the permission for one request to leave. It fails with the cause of ctx when that ends first, and when
// no slot of a shared limit can be reserved.
func (p *Pace) Acquire(ctx context.Context) (Permission, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return Permission{}, context.Cause(ctx)
	}
	waited := false
	for {
		for rest, held := p.rest(); rest > 0; rest, held = p.rest() {
			waited = waited || !held
			if err := sleep(ctx, rest); err != nil {
				return Permission{}, err
			}
			p.rested(time.Now())
		}
		// A reservation instead of Limiter.Wait: Wait gives up early, with an error of its own, when it foresees
		// that a deadline will pass.
		delay := p.limiter.Reserve().Delay()
		if err := sleep(ctx, delay); err != nil {
			return Permission{}, err
		}
		waited = waited || delay > 0
		if err := p.share(ctx); err != nil {
			return Permission{}, err
		}
		if rest, _ := p.rest(); rest <= 0 {
			return p.grant(waited), nil
		}
	}
}

// AcquireNow returns the permission for one request to leave, or false if that has to be waited for.
func (p *Pace) AcquireNow() (Permission, bool) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	default:
		return Permission{}, false
	}
	if rest, _ := p.rest(); rest > 0 || p.reserve != nil || !p.limiter.Allow() {
		return Permission{}, false
	}
	return p.grant(false), true
}

// share waits for a slot of the limit that several processes share, if there is one.
func (p *Pace) share(ctx context.Context) error {
	if p.reserve == nil {
		return nil
	}
	wait, err := p.reserve(ctx)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("pace: reserve a slot of the shared limit: %w", err)
	}
	return sleep(ctx, wait)
}

// grant returns the next permission.
func (p *Pace) grant(waited bool) Permission {
	p.mu.Lock()
	defer p.mu.Unlock()
	Granted{Waited: waited}.move(&p.state, time.Now())
	return p.state.granted
}

// Leave returns when a request that has its permission may really leave. Call it after the claim. As a rule it returns
// at once; but what something has held up on the way, such as a disk that stood still for a moment, does not leave all
// at once. It fails with [ErrHeld] if a hold came up since the permission was granted, and with the cause of ctx when
// that ends first: then the request may not leave.
func (p *Pace) Leave(ctx context.Context) error {
	if err := sleep(ctx, p.burstGate.Reserve().Delay()); err != nil {
		return err
	}
	if _, held := p.rest(); held {
		return ErrHeld
	}
	return nil
}

// rest returns how long nobody may send yet, and whether that is because of a hold.
func (p *Pace) rest() (rest time.Duration, held bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Rest(time.Now())
}

// now returns the present state.
func (p *Pace) now() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

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
