// Package pace keeps the one sending rate that everybody who talks to the service shares.
//
// A [Pace] hands out permission to send, one request at a time. It finds the rate that the service takes by itself: it
// begins politely, rises as long as the service is content, falls back when it is refused or when answers become
// markedly slower, and settles just below the limit that it has measured. What the service tells about its limits is
// heeded before anything is refused. A rate that was asked for is never exceeded. A hold stops everybody until an
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
	// AutoRate is where "auto" begins: modest, since the limits of the service are not published, and a second of it
	// fits into the burst that most limits allow.
	AutoRate Rate = 10
	// lateness is what "auto" may make up for when the machine was late: timers are, by a millisecond.
	lateness = 5 * time.Millisecond
	// catchUp is how much faster than the rate requests may leave that were held up.
	catchUp = 1.02
	// pressing is how long after somebody has had to wait for permission the rate counts as used to the full.
	pressing = 250 * time.Millisecond
)

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
}

// Pace is the shared sending rate. It is safe for concurrent use.
type Pace struct {
	limiter *rate.Limiter
	door    *rate.Limiter
	wished  Rate // 0 if the rate is to be found
	// turn is held by the one who waits for the limiter: a limiter tells its waiters when they come how long to wait,
	// and many of them would not notice for long that the rate has changed.
	turn chan struct{}

	mu      sync.Mutex
	search  search
	latency latency
	limits  map[string]told
	granted Permission // the last one
	pressed time.Time  // when somebody last had to wait
	until   time.Time  // end of the hold
	why     string     // of the hold
}

// New returns a pace that starts at the rate wished for, or at the one to find it from.
func New(o Options) (*Pace, error) {
	if o.Rate < 0 || o.Burst < 0 || o.Start < 0 {
		return nil, fmt.Errorf("pace: rate %v, burst %d and start %v must be positive", float64(o.Rate), o.Burst, float64(o.Start))
	}
	p := &Pace{wished: o.Rate, search: seeking(o.Rate, o.Rate), limits: map[string]told{}, turn: make(chan struct{}, 1)}
	if o.Rate == 0 {
		p.search = seeking(AutoRate, 0)
	}
	p.limiter = rate.NewLimiter(rate.Limit(p.search.rate), max(o.Burst, 1))
	p.door = rate.NewLimiter(rate.Limit(p.search.rate*catchUp), max(o.Burst, 1)+1)
	p.Recall(o.Start)
	return p, nil
}

// Recall begins just below a rate that was learned earlier. It does nothing if the rate is zero, or one is wished for.
func (p *Pace) Recall(learned Rate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wished == 0 && learned > 0 {
		now := time.Now()
		p.set(p.search.recalling(learned, now), now)
	}
}

// Learned returns the rate that is worth remembering as [Options.Start], and whether there is one: the limit was
// measured, and none was wished for.
func (p *Pace) Learned() (Rate, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wished > 0 || !p.search.learned(p.granted) {
		return 0, false
	}
	return p.search.limit, true
}

// Wait returns the permission for one request to leave, or the cause of ctx when that ends first.
func (p *Pace) Wait(ctx context.Context) (Permission, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return Permission{}, context.Cause(ctx)
	}
	waited := false
	for {
		for rest, held := p.stop(); rest > 0; rest, held = p.stop() {
			waited = waited || !held
			if err := sleep(ctx, rest); err != nil {
				return Permission{}, err
			}
		}
		// A reservation instead of Limiter.Wait: Wait gives up early, with an error of its own, when it foresees
		// that a deadline will pass.
		delay := p.limiter.Reserve().Delay()
		if err := sleep(ctx, delay); err != nil {
			return Permission{}, err
		}
		waited = waited || delay > 0
		if rest, _ := p.stop(); rest <= 0 {
			return p.grant(waited), nil
		}
	}
}

// grant numbers a permission. Whether it was waited for says whether more would be sent at a higher rate.
func (p *Pace) grant(waited bool) Permission {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if waited {
		p.pressed = now
	} else if p.granted.number > 0 {
		p.search.mark.idle += max(0, now.Sub(p.granted.at)-p.search.rate.interval(1))
	}
	p.granted = Permission{number: p.granted.number + 1, at: now}
	return p.granted
}

// Pass returns when a request that has its permission may really leave, or with the cause of ctx when that ends first.
// That is at once as a rule; but what something has held up on the way, such as a disk that stood still for a moment,
// does not leave all at once.
func (p *Pace) Pass(ctx context.Context) error { return sleep(ctx, p.door.Reserve().Delay()) }

// Held reports whether a hold stands. Ask it right before a request leaves: the hold may be younger than the
// permission.
func (p *Pace) Held() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until) > 0
}

// Hold stops everybody until the instant. A hold only ever grows; why is shown to the person who waits.
func (p *Pace) Hold(until time.Time, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until, p.why = until, why
	}
}

// Refused says that the service has had too much when the request with this permission came. It lowers the rate: blindly
// at most once a second, and to the limit once that is measured.
func (p *Pace) Refused(permission Permission) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.set(p.search.refused(permission, now), now)
}

// Accepted says that the service has answered a request as it should, be it with a no. It raises the rate.
func (p *Pace) Accepted() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.set(p.search.accepted(now.Sub(p.pressed) < pressing, p.latency.mean, now), now)
}

// Took says how long the service took to accept one of the requests that are sent side by side. Answers that become
// markedly slower lower a rate that is to be found.
func (p *Pace) Took(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	next, slower := p.latency.took(d, now)
	p.latency = next
	if slower && p.wished == 0 {
		p.set(p.search.slowed(now), now)
	}
}

// Told says what an answer told about the service's limits, possibly nothing. The strictest one counts.
func (p *Pace) Told(limits ...Limit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(limits) == 0 && len(p.limits) == 0 {
		return
	}
	now := time.Now()
	for _, l := range limits {
		p.limits[l.Name] = p.limits[l.Name].next(l, now)
	}
	ceiling := p.wished
	for name, t := range p.limits {
		if now.Sub(t.at) > stale {
			delete(p.limits, name)
			continue
		}
		most, rest := t.rate()
		if most > 0 && (ceiling == 0 || most < ceiling) {
			ceiling = most
		}
		if until := now.Add(rest); rest > 0 && until.After(p.search.rest) {
			p.search.rest = until
		}
	}
	p.set(p.search.under(ceiling, now), now)
}

// Room returns how many requests may be in flight: no more than the rate needs while the service answers as usual.
func (p *Pace) Room() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.latency.room(p.search.rate)
}

func (p *Pace) set(next search, now time.Time) {
	if next.rate != p.search.rate {
		p.limiter.SetLimitAt(now, rate.Limit(next.rate))
		p.door.SetLimitAt(now, rate.Limit(next.rate*catchUp))
		if p.wished == 0 {
			late := int(float64(next.rate) * lateness.Seconds())
			p.limiter.SetBurstAt(now, 1+late)
			p.door.SetBurstAt(now, 2+late)
		}
	}
	p.search = next
}

// State is what a pace is doing at the moment.
type State struct {
	// Rate is the rate in force, Wished the one asked for, zero if it is to be found.
	Rate, Wished Rate
	// HeldUntil is the end of the hold, zero if none stands; Why is its reason.
	HeldUntil time.Time
	Why       string
}

// State returns what the pace is doing now.
func (p *Pace) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := State{Rate: p.search.rate, Wished: p.wished}
	if p.until.After(time.Now()) {
		state.HeldUntil, state.Why = p.until, p.why
	}
	return state
}

// stop returns how long nobody may send yet, and whether that is because of a hold.
func (p *Pace) stop() (rest time.Duration, held bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	hold := time.Until(p.until)
	return max(hold, time.Until(p.search.rest)), hold > 0
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
