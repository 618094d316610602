package pace

import (
	"math"
	"time"
)

const (
	// doubling is how fast the rate grows as long as nothing speaks against it: from 10/s to 300/s in two seconds. The
	// service must have answered a few times before it is asked for twice as much, so slow answers make it slower.
	doubling        = 400 * time.Millisecond
	doublingAnswers = 8
	// steepest bounds the growth at high rates, per second: what is too much shows one answer later, and whatever has
	// left by then is refused.
	steepest Rate = 500
	// stride bounds what one answer raises, when answers are rare.
	stride = 1.5

	// cutFactor is what a refusal leaves of the rate as long as the limit is not measured.
	cutFactor = 0.7
	// cutEvery bounds how often the rate falls: after an overshoot a bucket stays empty for a while and goes on
	// refusing although the rate is right already.
	cutEvery = time.Second
	// plateau is the share of a measured limit to stay at, restart the one to begin with after a cut or an earlier run:
	// it lets the service's bucket fill a little.
	plateau = 0.99
	restart = 0.95
	// moved is how far from the measured limit the truth must be for the limit to have changed.
	moved = 1.1
	// fewest requests between two refusals say something about the limit, enough of them what is worth remembering.
	fewest = 8
	enough = 16
	// floor is the rate below which nothing pushes it: one request in ten seconds asks whether things are better.
	floor Rate = 0.1
)

// What follows is counted in requests, so that refusals are as rare among them at any rate.
const (
	// firstGrowth, per request and as a natural logarithm, is how the rate grows after the first refusal. Each further
	// one divides it by caution, down to gentlest: the limit is near, and known better.
	firstGrowth = 0.007
	caution     = 4
	gentlest    = 0.0001
	// firstPause is for how many requests everybody pauses after a refusal, so that the next are not refused, too. It
	// doubles up to longestPause as long as the rate may not be cut.
	firstPause   = 4
	longestPause = 40
	// settle is for how many requests the rate does not grow after a refusal.
	settle = 10
	// firstCalm is for how many requests the rate stays at the plateau before the first try for more. It doubles each
	// time up to longestCalm; no stay is longer than longestStay.
	firstCalm   = 60
	longestCalm = 2000
	longestStay = 30 * time.Second
)

// search is how far the search for the rate that the service takes has come. Its methods return the next state and
// know nothing but what they are told.
//
// The rate grows fast until the first refusal. From then on the limit is measured: between two refusals the service
// has given just what it can give, whatever the size of its bucket. The rate stays a little below that, and is raised
// again ever more gently and ever more seldom.
type search struct {
	rate    Rate
	ceiling Rate // never exceeded; 0 if there is none
	// limit is what the service takes as far as it was measured, 0 if it was not; firm says that it is worth
	// remembering.
	limit Rate
	firm  bool

	growth float64   // per request; 0 before the first refusal
	calm   float64   // the next stay at the plateau, in requests
	still  time.Time // no try for more before

	changed time.Time // the last raise or cut
	cut     time.Time // the last cut
	blind   bool      // it was made without a measure
	rested  time.Time // the last refusal that made everybody pause, until rest
	rest    time.Time
	pause   float64 // the next one, in requests
	mark    mark

	refusals int // in a row
}

// mark is the refusal from which the limit is measured. The zero value stands for none.
type mark struct {
	Permission
	refused int           // since
	least   Rate          // since
	idle    time.Duration // since: when more could have been sent
}

// instants returns where the instants of the state are kept.
func (s *search) instants() []*time.Time {
	return []*time.Time{&s.still, &s.changed, &s.cut, &s.rested, &s.rest, &s.mark.at}
}

// seeking returns the state of a search that begins at a rate.
func seeking(rate, ceiling Rate) search {
	return search{rate: rate, ceiling: ceiling, calm: firstCalm, pause: firstPause}
}

// restored returns the state with a limit that was measured some time ago.
func (s search) restored(limit Rate, now time.Time) search {
	s.limit, s.firm = limit, true
	s.growth, s.calm = firstGrowth/(caution*caution), 8*firstCalm
	s = s.to(limit*restart, now)
	s.still = now.Add(s.rate.interval(s.calm / 2))
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
	untried := s.growth == 0
	if ceiling > 0 && (untried || s.rate > ceiling) {
		return s.to(ceiling, now)
	}
	return s
}

// accepted returns the state after an answer that was not a refusal. demand says whether more would have been sent at
// a higher rate: otherwise it is not known what the service says to the present one.
func (s search) accepted(demand bool, latency time.Duration, now time.Time) search {
	s.refusals = 0
	elapsed := now.Sub(s.changed).Seconds()
	fastest := math.Ln2 / max(doubling, doublingAnswers*latency).Seconds()
	growth, top := fastest, Rate(math.Inf(1))
	switch {
	case !demand, now.Before(s.rested.Add(s.rate.interval(settle))), s.rested.After(s.cut) && now.Before(s.cut.Add(cutEvery)):
		growth = 0
	case s.growth == 0:
	case s.rate < s.limit*plateau:
		growth, top = fastest/caution, s.limit*plateau
	case now.Before(s.still):
		growth = 0
	default:
		growth = min(s.growth*float64(s.rate)/(1+float64(s.rate)*latency.Seconds()/4), fastest)
		if s.limit > 0 && s.rate > s.limit*moved { // it has not been the limit for a while
			s.growth, s.calm = min(s.growth*(1+elapsed), firstGrowth), firstCalm
		}
	}
	raised := s.rate * Rate(min(math.Exp(growth*elapsed), stride))
	return s.to(min(raised, s.rate+steepest*Rate(elapsed), max(top, s.rate)), now)
}

// refused returns the state after a refusal of the request with the permission. What had left before everybody last
// paused says nothing new.
func (s search) refused(p Permission, now time.Time) search {
	s.refusals++
	if p.number > s.mark.number {
		s.mark.refused++
	}
	if !p.at.After(s.rested) {
		return s
	}
	s.rested, s.rest = now, now.Add(s.rate.interval(s.pause))
	s.pause = min(2*s.pause, longestPause)
	soon := now.Sub(s.cut) < cutEvery
	limit, firm, ok := s.mark.measure(p, s.rate)
	switch {
	case ok && (!soon || s.blind):
		if limit > s.limit*moved || limit < s.limit/moved {
			s.calm = firstCalm
		}
		s.limit, s.firm, s.blind = limit, firm, false
		s = s.cutTo(min(s.rate, limit)*restart, now)
		s.mark = mark{Permission: p, least: s.rate}
	case soon:
	case s.mark.number == 0 || s.mark.idled(p):
		share := cutFactor
		if s.limit > 0 || s.rate == s.ceiling { // the rate was known to be right, or said to be
			share = restart
		}
		s = s.cutTo(s.rate*Rate(share), now)
		s.blind, s.mark = true, mark{Permission: p, least: s.rate}
	default:
		s = s.cutTo(s.rate*cutFactor, now)
		s.mark.least = min(s.mark.least, s.rate)
	}
	return s
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
	return s.cutTo(s.rate*cutFactor, now)
}

func (s search) cutTo(rate Rate, now time.Time) search {
	if s.growth == 0 {
		s.growth = firstGrowth * caution
	}
	s.growth, s.pause = max(s.growth/caution, gentlest), firstPause
	s = s.to(rate, now)
	s.cut, s.still = now, now.Add(min(s.rate.interval(s.calm), longestStay))
	s.calm = min(2*s.calm, longestCalm)
	return s
}

// learned reports whether the limit is worth remembering, given the last permission: it was measured well, or has stood
// the test since.
func (s search) learned(last Permission) bool {
	return s.firm || s.limit > 0 && s.mark.number > 0 && last.number-s.mark.number >= firstCalm
}

// measure returns the limit as it shows between the mark and a further refusal at the present rate, and whether it is
// worth remembering. It is not ok if too little was sent in between.
func (m mark) measure(p Permission, rate Rate) (limit Rate, firm, ok bool) {
	accepted := p.number - m.number - int64(m.refused)
	elapsed := p.at.Sub(m.at)
	if m.number == 0 || accepted < fewest || elapsed <= 0 || m.idled(p) {
		return 0, false, false
	}
	limit = Rate(float64(accepted) / elapsed.Seconds())
	// A bucket that was full for a while has given less than it could: the truth is somewhere up to the present rate.
	if m.least < limit*0.9 || rate < limit*1.2 {
		return max(limit, (limit+rate)/2), accepted >= enough && rate < limit*1.2, true
	}
	return limit, accepted >= enough, true
}

// idled reports whether so much less was sent than could have been that the time since the mark says nothing.
func (m mark) idled(p Permission) bool { return m.idle > p.at.Sub(m.at)/10 }

// interval returns how long n requests take.
func (r Rate) interval(n float64) time.Duration {
	return time.Duration(min(n/float64(r)*float64(time.Second), math.MaxInt64/2))
}
