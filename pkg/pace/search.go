package pace

import (
	"math"
	"time"
)

const (
	// doubling is how fast the rate grows in slow start: from 10/s to 300/s in two seconds. The service must have
	// answered a few times before it is asked for twice as much, so slow answers make it slower.
	doubling        = 400 * time.Millisecond
	doublingAnswers = 8
	// steepest bounds the growth at high rates, per second: what is too much shows one answer later, and whatever has
	// left by then is refused.
	steepest Rate = 700
	// stride bounds what one answer raises, when answers are rare.
	stride = 1.5
	// floor is the rate below which nothing pushes it: one request in ten seconds asks whether things are better.
	floor Rate = 0.1

	// plateau is the share of a known limit to stay at, restart the one to begin with after a cut or an earlier run: it
	// lets the service's bucket fill a little. The way from one to the other is taken at approach times the speed of
	// slow start.
	plateau  = 0.99
	restart  = 0.95
	approach = 0.25
)

const (
	// A try for more begins gently: the rate grows by gentlest per request or slowest per second, whichever is more, so
	// that a limit that is near costs one refusal. The speed doubles every quickening, so that a limit that is far away
	// is reached in seconds, however far it is.
	gentlest   = 0.0001
	slowest    = 0.02
	quickening = 2 * time.Second
	// calm is for how many requests the rate stays at the plateau before a try for more, within the bounds of time.
	calm                      = 700
	shortestStay, longestStay = 3 * time.Second, 30 * time.Second
	// Once the limit has fallen far, it may come back as suddenly: for dipLasts a stay is no longer than dipShare of the
	// time since, within shortestStay and longestDip.
	dipShare   = 0.5
	longestDip = 15 * time.Second
	dipLasts   = 10 * time.Minute
	// longestTrust bounds how long a restored rate is kept without a try for more.
	longestTrust = 5 * time.Second
	// settle is for how many requests the rate does not grow after a refusal, and longestSettle for how long at most.
	settle        = 10
	longestSettle = 3 * time.Second
)

// search is how far the search for the rate that the service takes has come. Its methods return the next state and
// know nothing but what they are told.
//
// It is slow start until the first refusal: the rate doubles in equal times. From then on the limit is measured from one
// refusal to the next. The rate stays a little below it, and now and then it tries for more: additive increase at first,
// then ever faster, as the convex part of CUBIC (RFC 9438) does.
type search struct {
	rate    Rate
	ceiling Rate // never exceeded; 0 if there is none
	// limit is what the service takes as far as is known, 0 if nothing is. It is firm if it was measured well.
	limit Rate
	firm  bool
	// unproven says that the limit is a restored one that this service has not confirmed yet, shallow that the limit is
	// the rate at which a bucket with hardly any burst refused.
	unproven, shallow bool
	remembered        Rate // the restored limit, whatever has come of it; 0 if there was none

	found  bool      // something was refused: slow start is over
	still  time.Time // no try for more before
	excess float64   // requests that were sent above the limit in this try
	fell   time.Time // the limit fell far

	changed  time.Time // the last raise or cut
	cut      time.Time // the last cut
	bottom   Rate      // after it
	blind    bool      // it was made without a measure
	rested   time.Time // the last refusal that made everybody pause, until rest
	rest     time.Time
	pause    float64 // the next one, in requests
	mark     mark
	refusals int // in a row
}

// instants returns where the instants of the state are kept.
func (s *search) instants() []*time.Time {
	return []*time.Time{&s.still, &s.fell, &s.changed, &s.cut, &s.rested, &s.rest, &s.mark.at}
}

// seeking returns the state of a search that begins at a rate.
func seeking(rate, ceiling Rate) search {
	return search{rate: rate, ceiling: ceiling, pause: firstPause}
}

// restored returns the state with a limit that was measured some time ago.
func (s search) restored(limit Rate, now time.Time) search {
	s.limit, s.firm, s.unproven, s.found, s.remembered = limit, true, true, true, limit
	s = s.to(limit*restart, now)
	s.bottom, s.still = s.rate, now.Add(min(s.rate.interval(calm/2), longestTrust))
	return s
}

// to returns the state with another rate within the bounds.
func (s search) to(rate Rate, now time.Time) search {
	s.rate, s.changed = max(rate, floor), now
	if s.ceiling > 0 {
		s.rate = min(s.rate, s.ceiling)
	}
	return s
}

// under returns the state with another ceiling, which was told and not measured. As long as nothing was refused it is
// the rate.
func (s search) under(ceiling Rate, now time.Time) search {
	s.ceiling = ceiling
	if ceiling > 0 && (!s.found || s.rate > ceiling) {
		return s.to(ceiling, now)
	}
	return s
}

// accepted returns the state after an answer that was not a refusal. demand says whether more would have been sent at
// a higher rate: otherwise it is not known what the service says to the present one.
func (s search) accepted(demand bool, latency time.Duration, now time.Time) search {
	s.refusals = 0
	s.unproven = s.unproven && now.Before(s.still)
	elapsed := now.Sub(s.changed).Seconds()
	fastest := math.Ln2 / max(doubling, doublingAnswers*latency).Seconds()
	growth, top := fastest, Rate(math.Inf(1))
	switch {
	case !demand, s.settling(now):
		growth = 0
	case !s.found:
	case s.rate < s.limit*plateau:
		growth, top = fastest*approach, s.limit*plateau
	case now.Before(s.still):
		growth = 0
	default:
		quicker := math.Exp2(min(now.Sub(s.still).Seconds()/quickening.Seconds(), 60))
		growth = max(gentlest*float64(s.rate), slowest) * quicker
		// What is in flight when the first refusal comes may be refused, too.
		growth = min(growth/(1+float64(s.rate)*latency.Seconds()/4), fastest)
		s.excess += max(0, float64(s.rate-s.limit)*elapsed)
	}
	raised := s.rate * Rate(min(math.Exp(growth*elapsed), stride))
	return s.to(min(raised, s.rate+steepest*Rate(elapsed), max(top, s.rate)), now)
}

// settling reports whether the last refusal was so short a time ago that the rate may not grow.
func (s search) settling(now time.Time) bool {
	return now.Before(s.rested.Add(min(s.rate.interval(settle), longestSettle))) ||
		s.rested.After(s.cut) && now.Before(s.cut.Add(cutEvery))
}

// slowed returns the state after answers have become markedly slower.
func (s search) slowed(now time.Time) search {
	if now.Sub(s.cut) < cutEvery {
		return s
	}
	if s.limit == 0 {
		s.limit = s.rate
	}
	s.mark = mark{}
	return s.cutTo(s.rate*cutFactor, calm, now)
}

// cutTo returns the state with a lower rate. A try for more comes after so many requests.
func (s search) cutTo(rate Rate, stay float64, now time.Time) search {
	s.found, s.excess, s.pause = true, 0, firstPause
	s = s.to(rate, now)
	still := min(max(s.rate.interval(stay), shortestStay), longestStay)
	if down := now.Sub(s.fell); !s.fell.IsZero() && down < dipLasts {
		share := time.Duration(dipShare * float64(down))
		still = min(still, max(shortestStay, min(share, longestDip)))
	}
	s.cut, s.bottom, s.still = now, s.rate, now.Add(still)
	return s
}

// learned reports whether the limit is worth remembering, given the last permission: it was measured well, or has stood
// the test since. A rate far above it shows that the limit has gone.
func (s search) learned(last Permission) bool {
	if s.rate > farAbove*s.limit {
		return false
	}
	stood := s.limit > 0 && s.mark.number > 0 && last.number-s.mark.number >= proof
	return !s.unproven && (s.firm || stood)
}

// refuted reports whether the rate is far from the restored one that it began with.
func (s search) refuted() bool {
	return s.remembered > 0 && (s.rate > farAbove*s.remembered || s.remembered > farAbove*s.rate)
}

// interval returns how long n requests take.
func (r Rate) interval(n float64) time.Duration {
	return time.Duration(min(n/float64(r)*float64(time.Second), math.MaxInt64/2))
}
