package pace

import (
	"math"
	"time"
)

const (
	// slowdown is how many times their usual time answers must take, and slowdownLeast how much more than it at least,
	// to say that the service has too much to do.
	slowdown      = 3
	slowdownLeast = 200 * time.Millisecond
	// round is how often that is judged, by no fewer than roundAnswers; slowRounds in a row must say so, since this
	// machine may have been busy for once.
	round        = time.Second
	roundAnswers = 5
	slowRounds   = 2
	// smoothing is the share of the newest answer in the average.
	smoothing = 0.1
	// unknownLatency stands for the time of an answer before the first one.
	unknownLatency = 400 * time.Millisecond
	// headroom is how many times what the rate needs at the usual latency may be in flight, spare how many beside: the
	// disk takes its time, too.
	headroom = 2
	spare    = 16
)

// latency is how long answers take. Its methods return the next state.
type latency struct {
	mean  time.Duration // of the last answers; 0 before the first one
	usual time.Duration // when all is well; 0 before the first round is over
	slow  int           // rounds in a row that were markedly slower
	count int           // of answers in this round
	since time.Time     // the round began
}

// took returns the state after an answer, and whether answers have become markedly slower.
func (l latency) took(d time.Duration, now time.Time) (next latency, slower bool) {
	d = max(d, 1)
	if l.mean == 0 {
		l.mean, l.since = d, now
	}
	l.mean += time.Duration(smoothing * float64(d-l.mean))
	if l.count++; l.count < roundAnswers || now.Sub(l.since) < round {
		return l, false
	}
	l.count, l.since = 0, now
	switch {
	case l.usual == 0:
		l.usual = l.mean
	case l.mean > slowdown*l.usual && l.mean > l.usual+slowdownLeast:
		if l.slow++; l.slow < slowRounds {
			return l, false
		}
		l.slow, l.usual = 0, min(l.mean, 2*l.usual) // which may be usual from now on
		return l, true
	default:
		l.slow, l.usual = 0, min(l.mean, l.usual+l.usual/10+1)
	}
	return l, false
}

// room returns how many requests may be in flight: what the rate needs by Little's law, with headroom. Answers that
// become slower don't let it grow at once: that would be more of what slows them.
func (l latency) room(rate Rate) int {
	d := l.mean
	switch {
	case d == 0:
		d = unknownLatency
	case l.usual > 0:
		d = min(d, 2*l.usual)
	}
	return spare + int(math.Ceil(min(headroom*float64(rate)*d.Seconds(), math.MaxInt32)))
}
