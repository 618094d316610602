package pace

import (
	"fmt"
	"time"
)

// Limit is what the service tells about one of its rate limits. All of it is advice, and what makes no sense is
// ignored.
type Limit struct {
	// Name tells limits apart; it may be empty.
	Name string
	// Quota is how many requests a Window allows; 0 if it was not told.
	Quota  int64
	Window time.Duration
	// Remaining is how many requests are left. It counts only if HasRemaining is set.
	Remaining    int64
	HasRemaining bool
	// Reset is how long until the quota is whole again. It counts only if HasReset is set.
	Reset    time.Duration
	HasReset bool
}

const (
	// share is how much of a limit that was told is used: clocks differ, and requests don't travel evenly.
	share = 0.99
	// longWindow is the length from which a quota may be used faster than it comes back, as long as enough remains:
	// what remains would last for spread at least.
	longWindow = time.Minute
	spread     = 30 * time.Second
	// longestWindow and largestQuota are beyond what any service means.
	longestWindow = 31 * 24 * time.Hour
	largestQuota  = 1e9
	// observation is how far apart two answers must be to tell by them whether a window is running out, or whether
	// others use the same limit. Resets come in whole seconds.
	observation = 1500 * time.Millisecond
	// scarce is the share of the most that ever remained below which others must be using the limit, too, and least the
	// smallest share of it left to us.
	scarce = 0.25
	least  = 0.1
	// stale is after how long a limit counts no more that answers don't tell any more.
	stale = 10 * time.Second
	// longestRest bounds the pause for a quota that is used up: beyond it the service may say so itself.
	longestRest = 10 * time.Second
)

// told is what is known about a limit by all that was told of it.
type told struct {
	Limit
	at time.Time
	// runsOut says that the window was seen to come closer to its end. A bucket, which fills all the time, has none: it
	// tells the same reset always, and its few remaining requests are no reason to wait for it.
	runsOut bool
	since   time.Time     // the observation began
	from    time.Duration // the reset at that time
	most    int64         // that ever remained
	lately  int64         // the most that remained in the observation before
	high    int64         // the most that remained in this one
	doubt   doubt
}

// mostLimits bounds how many limits are kept apart. Services tell two or three.
const mostLimits = 8

// limits are those that were told lately. A slot without an instant is free.
type limits [mostLimits]told

// hear takes in limits that were told.
func (l *limits) hear(heard []Limit, now time.Time) {
	for _, one := range heard {
		slot := 0 // its own, else a free one, else the one that was not told for the longest time
		for i := range l {
			if !l[i].at.IsZero() && l[i].Name == one.Name {
				slot = i
				break
			}
			if l[i].at.Before(l[slot].at) {
				slot = i
			}
		}
		if l[slot].Name != one.Name {
			l[slot] = told{}
		}
		l[slot] = l[slot].next(one, now)
	}
	for i := range l {
		if now.Sub(l[i].at) > stale {
			l[i] = told{}
		}
	}
}

// none reports whether none was told lately.
func (l *limits) none() bool {
	for i := range l {
		if !l[i].at.IsZero() {
			return false
		}
	}
	return true
}

// accepted takes in that the service accepted a request.
func (l *limits) accepted(p Permission, now time.Time) {
	for i := range l {
		l[i].doubt = l[i].doubt.took(l[i].Limit, p, now)
	}
}

// refused takes in that the service refused a request for being too many.
func (l *limits) refused(p Permission) {
	for i := range l {
		l[i].doubt = l[i].doubt.refused(p)
	}
}

// strictest returns the rate that keeps all limits, 0 if there is none, and how long nobody should send.
func (l *limits) strictest() (ceiling Rate, rest time.Duration) {
	for i := range l {
		most, pause := l[i].rate()
		if most > 0 && (ceiling == 0 || most < ceiling) {
			ceiling = most
		}
		rest = max(rest, pause)
	}
	return ceiling, rest
}

// binding returns the limit that is the ceiling, if one is.
func (l *limits) binding(ceiling Rate) (t told, ok bool) {
	for i := range l {
		if most, _ := l[i].rate(); most > 0 && most == ceiling {
			return l[i], true
		}
	}
	return told{}, false
}

// words returns the limit in words.
func (t told) words() string {
	if t.HasRemaining && t.runsOut && t.doubt.verdict != misread && (t.Quota == 0 || t.Window == 0 || t.Remaining < t.Quota/10) {
		return fmt.Sprintf("%d requests left for the next %s", t.Remaining, t.Reset)
	}
	return fmt.Sprintf("%d requests per %s", t.Quota, t.Window)
}

// next returns what is known after a limit was told once more.
func (t told) next(l Limit, now time.Time) told {
	l = l.sensible()
	if l.Quota != t.Quota || l.Window != 0 && l.Window != t.Window {
		t.doubt = doubt{} // another limit is another question
	}
	t = t.observe(l, now)
	r, rest := t.advice()
	t.doubt = t.doubt.told(t.Limit, r > 0 && r < crawl || rest > 0, now)
	return t
}

// observe returns what is known of the course of the limit.
func (t told) observe(l Limit, now time.Time) told {
	if l.Window == 0 {
		// The longest time to a reset is the window, as far as is known.
		l.Window = max(t.Window, l.Reset)
	}
	if t.at.IsZero() {
		t.since, t.from, t.lately = now, l.Reset, l.Remaining
	}
	t.Limit, t.at = l, now
	t.most, t.high = max(t.most, l.Remaining), max(t.high, l.Remaining)
	elapsed := now.Sub(t.since)
	if elapsed < observation {
		return t
	}
	if fell := t.from - l.Reset; fell >= 0 { // else a new window has begun
		t.runsOut = fell > 0 && (fell-elapsed).Abs() <= 2*time.Second
	}
	t.since, t.from, t.lately, t.high = now, l.Reset, t.high, l.Remaining
	return t
}

// sensible returns the limit without what makes no sense.
func (l Limit) sensible() Limit {
	if l.Quota < 0 || l.Quota > largestQuota {
		l.Quota = 0
	}
	if l.Window < 0 || l.Window > longestWindow {
		l.Window = 0
	}
	if !l.HasReset || l.Reset < 0 || l.Reset > longestWindow {
		l.Reset, l.HasReset = 0, false
	}
	if !l.HasRemaining || l.Remaining < 0 || l.Quota > 0 && l.Remaining > 2*l.Quota {
		l.Remaining, l.HasRemaining = 0, false
	}
	return l
}

// rate returns the rate that keeps the limit as far as it can be believed, 0 if none is known, and how long nobody should
// send since nothing remains.
func (t told) rate() (rate Rate, rest time.Duration) {
	rate, rest = t.advice()
	switch {
	case t.doubt.verdict == misread:
		if rate = t.steady(); rate < crawl {
			rate = 0
		}
		return rate, 0
	case t.doubt.verdict == untested && rate > 0 && rate < crawl:
		rate = t.doubt.eased(rate)
	}
	return rate, rest
}

// steady returns the rate at which the quota comes back, 0 if it is not known.
func (t told) steady() Rate {
	if t.Quota == 0 || t.Window == 0 {
		return 0
	}
	return share * Rate(float64(t.Quota)/t.Window.Seconds())
}

// advice returns the rate that keeps the limit as it was told, 0 if it is not known, and how long nobody should send.
func (t told) advice() (rate Rate, rest time.Duration) {
	steady := t.steady()
	if !t.HasRemaining {
		return steady, 0
	}
	remaining := float64(t.Remaining)
	lasting := Rate(remaining / spread.Seconds())
	switch {
	case t.Window > longWindow && !t.runsOut:
		return max(steady, lasting), 0
	case t.runsOut && t.Remaining == 0:
		return max(steady, Rate(1/t.Window.Seconds())), t.pause()
	case t.Window > longWindow:
		return max(lasting, t.evenly()), 0
	case t.runsOut && steady == 0:
		return t.evenly(), 0
	case t.runsOut && t.Reset > 2*time.Second: // seconds are too coarse for the end of a window
		return min(steady, t.evenly()), 0
	case !t.runsOut && t.most > 3 && float64(t.lately) < scarce*float64(t.most):
		return steady * Rate(max(least, float64(t.lately)/(scarce*float64(t.most)))), 0
	}
	return steady, 0
}

// evenly returns the rate that spreads what remains over the rest of the window, which was rounded up to seconds.
func (t told) evenly() Rate {
	return Rate(float64(t.Remaining) / max(t.Reset-time.Second/2, time.Second/2).Seconds())
}

// pause returns how long to wait for a quota that is used up.
func (t told) pause() time.Duration {
	if t.Reset > longestRest {
		return 0
	}
	return t.Reset
}
