package pace

import (
	"time"

	"golang.org/x/time/rate"
)

const (
	// lateness is what "auto" may make up for when the machine was late: timers are, by a millisecond.
	lateness = 5 * time.Millisecond
	// catchUp is how much faster than the rate requests may leave that were held up: at the plateau of a limit, or at the
	// share of one that was told, that is still within the limit.
	catchUp = 1.01
)

// limiters space the requests out at the rate in force.
type limiters struct {
	// limiter paces the permissions, burstGate what has its permission and was held up since. Both have the same burst: the
	// claims take a different time each on their way to the disk, and a bucket of one token refuses whatever comes closer
	// after another request than its rate allows.
	limiter, burstGate *rate.Limiter
	burst              int // 0 if it follows the rate
}

func newLimiters(o Options, r Rate) limiters {
	l := limiters{}
	if o.Rate > 0 {
		l.burst = max(o.Burst, 1)
	}
	burst := l.of(r)
	l.limiter, l.burstGate = rate.NewLimiter(rate.Limit(r), burst), rate.NewLimiter(rate.Limit(r*catchUp), burst)
	return l
}

// follow has the limiters follow the rate.
func (l limiters) follow(r Rate, now time.Time) {
	burst := l.of(r)
	l.limiter.SetLimitAt(now, rate.Limit(r))
	l.burstGate.SetLimitAt(now, rate.Limit(r*catchUp))
	l.limiter.SetBurstAt(now, burst)
	l.burstGate.SetBurstAt(now, burst)
}

// rested has what piled up during a rest not made up for: a service that has just refused something takes no burst.
func (l limiters) rested(now time.Time) {
	if more := int(l.limiter.TokensAt(now)) - 1; l.burst == 0 && more > 0 {
		l.limiter.AllowN(now, more)
	}
}

// of returns the burst at a rate.
func (l limiters) of(r Rate) int {
	if l.burst > 0 {
		return l.burst
	}
	return 1 + int(float64(r)*lateness.Seconds())
}
