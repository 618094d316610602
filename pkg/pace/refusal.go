package pace

import "time"

const (
	// cutFactor is what a refusal leaves of the rate as long as nothing is measured, mildFactor what a single one leaves
	// where the limit is known, and deepest the least that one cut leaves.
	cutFactor  = 0.7
	mildFactor = 0.9
	deepest    = 0.25
	// cutEvery bounds how often the rate falls: after an overshoot a bucket stays empty for a while and goes on
	// refusing although the rate is right already.
	cutEvery = time.Second
	// firstPause is for how many requests everybody pauses after a refusal, so that the next are not refused, too. It
	// doubles up to longestPause as long as the rate may not be cut. No pause is longer than longestBreak.
	firstPause   = 4
	longestPause = 40
	longestBreak = 10 * time.Second
	// fewest requests between two refusals say something about the limit, enough of them what is worth remembering. A
	// guess is worth remembering once proof of them were sent at it.
	fewest = 8
	enough = 16
	proof  = 60
	// A try has come from far below if the rate is farAbove the measured one, and more requests were sent above the
	// limit than buckets hold as a rule, deep.
	farAbove = 1.5
	deep     = 30
	// rim is the share to begin with of a rate at which a bucket without burst refuses.
	rim = 0.985
	// risen is how much the rate must have grown since the last cut for the refusal to be about the growth.
	risen = 1.08
	// small is the size of a small bucket: so many requests more would have emptied it earlier.
	small = 5
	// fallen is the share of the limit below which it has fallen far.
	fallen = 0.75
	// hiccups is the rate above which uneven arrival matters more than the size of the bucket.
	hiccups Rate = 100
)

// mark is the refusal from which the limit is measured. The zero value stands for none.
type mark struct {
	Permission
	refused int           // since
	idle    time.Duration // since: when more could have been sent
}

// measure returns the limit as it shows between the mark and a further refusal. It is not ok if too little was sent in
// between. A bucket that is empty at both instants has given what it got meanwhile, whatever its size. If it was full
// for a while it has got more than it shows.
func (m mark) measure(p Permission) (limit Rate, ok bool) {
	elapsed := p.at.Sub(m.at)
	if m.number == 0 || m.accepted(p) < fewest || elapsed <= 0 || m.idled(p) {
		return 0, false
	}
	return Rate(float64(m.accepted(p)) / elapsed.Seconds()), true
}

// accepted returns how many requests were accepted between the mark and the permission, as far as is known.
func (m mark) accepted(p Permission) int64 { return p.number - m.number - int64(m.refused) }

// idled reports whether so much less was sent than could have been that the time since the mark says nothing.
func (m mark) idled(p Permission) bool { return m.idle > p.at.Sub(m.at)/10 }

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
	s.rested, s.rest = now, now.Add(min(s.rate.interval(s.pause), longestBreak))
	s.pause = min(2*s.pause, longestPause)
	soon := now.Sub(s.cut) < cutEvery
	limit, measured := s.mark.measure(p)
	switch {
	case s.unproven:
		return s.letGo(now)
	case s.shallow && s.mark.accepted(p) < 2*enough && s.mark.refused < 4:
		// A bucket without burst refuses every other request as long as the rate is a little too high.
		s.limit *= restart
		return s.cutTo(min(s.rate, s.limit)*restart, calm, now)
	case measured && p.at.After(s.still) && p.rate > farAbove*limit && s.excess > deep:
		return s.blindly(p, now) // the average since the mark says nothing about the present
	case measured && (!soon || s.blind):
		return s.measured(limit, p, now)
	case soon:
		return s
	case s.mark.number == 0 || s.mark.idled(p):
		if s.limit > 0 || s.rate == s.ceiling { // the rate was known to be right, or said to be
			s = s.cutTo(p.rate*restart, calm, now)
			s.blind, s.mark = true, mark{Permission: p}
			return s
		}
		return s.blindly(p, now)
	}
	return s.further(p, now)
}

// letGo returns the state after a refusal that shows that a restored limit is wrong: slow start begins again. Nothing is
// measured from here on, since the service's bucket fills meanwhile.
func (s search) letGo(now time.Time) search {
	s.unproven, s.limit, s.firm = false, 0, false
	s = s.cutTo(min(s.rate/2, AutoRate), calm, now)
	s.found, s.mark = false, mark{}
	return s
}

// blindly returns the state after the first refusal. It measures nothing: all that is known is that the rate was too
// high. How much too high shows at the next refusal, which comes at once if the service has a deep bucket; otherwise
// the rate may rise again nearly as far.
func (s search) blindly(p Permission, now time.Time) search {
	s.limit, s.firm = p.rate*restart, false
	s = s.cutTo(p.rate*cutFactor, calm, now)
	s.blind, s.mark = true, mark{Permission: p}
	return s
}

// measured returns the state after a refusal that measures the limit. The truth lies between the measure and the rate
// that was refused: a deep bucket gives the measure, one without burst the rate.
func (s search) measured(limit Rate, p Permission, now time.Time) search {
	n := s.mark.accepted(p)
	s.shallow = false
	switch {
	case s.blind && p.rate > s.bottom*risen:
		s.shallow = rim*p.rate > limit
		limit = max(limit, rim*p.rate)
	case p.at.After(s.still):
		// The less was sent above the limit, the less burst the service has.
		scale := max(1, float64(s.rate/hiccups))
		over := max(0, p.rate*Rate(1-(1-rim)/scale)-limit)
		depth := s.excess / scale
		s.shallow = over > 0 && s.excess < 2
		limit += max(over/Rate(1+depth*depth), min(over, limit/20)/Rate(1+depth))
	case s.firm && n < enough && s.mark.refused < 4:
		limit = max(limit, s.limit*mildFactor)
	}
	if s.firm {
		limit = max(limit, s.limit*Rate(1-small/float64(n)))
		if limit < s.limit*fallen {
			s.fell = now
		}
	}
	s.limit, s.firm, s.blind = limit, n >= enough, false
	s = s.cutTo(min(s.rate, limit)*restart, calm, now)
	s.mark = mark{Permission: p}
	return s
}

// further returns the state after a refusal before anything could be measured: hardly anything is accepted.
func (s search) further(p Permission, now time.Time) search {
	rate := s.rate * mildFactor
	if s.refusals >= 3 || !s.firm {
		most := 2 * float64(s.mark.accepted(p)+1) / p.at.Sub(s.mark.at).Seconds()
		rate = min(s.rate*cutFactor, max(Rate(most), s.rate*deepest))
	}
	if s.firm {
		s.fell = now
	}
	s.limit, s.firm = rate/restart, false
	return s.cutTo(rate, proof, now)
}
