package pace

import "time"

// Signal is something that a pace learns: [Granted], [Answered], [Told], [Held] or [Restored]. The set is closed.
type Signal interface {
	// move makes the state what it is after the signal.
	move(s *State, now time.Time)
}

// Permission is the leave to send one request. It is given back with the answer to that request. The zero value stands
// for a request that needed none: a refusal of that moves nothing.
type Permission struct {
	number int64
	at     time.Time
	rate   Rate // at that time
}

// Relative returns the permission with its instant counted from now, as [State.Relative] does.
func (p Permission) Relative(now time.Time) Permission {
	relate(&p.at, now)
	return p
}

// Granted says that one request may leave. [State.Permission] is its permission then. [Pace.Acquire] reports it itself.
type Granted struct {
	// Waited says that the request would have left earlier at a higher rate.
	Waited bool
}

// Kind is what an answer says about the load of the service.
type Kind uint8

const (
	// Unclear says nothing: an answer that was lost, or that has another cause than the load. It is the zero value.
	Unclear Kind = iota
	// Accepted says that the service has answered as it should, be it with a no. It raises the rate.
	Accepted
	// Refused says that the service had too much to do when the request came. It lowers the rate.
	Refused
)

// Answered says that a request was answered.
type Answered struct {
	Permission Permission
	Kind       Kind
	// Plain says that the refusal tells neither that requests are too many nor when to come again, as a 503 without
	// Retry-After. A single one does little: any fault may be behind it. Several in a row are overload. It counts only
	// with Refused.
	Plain bool
	// Took is how long the service took to accept one of the requests that are sent side by side. Zero stands for a
	// time that doesn't count. Answers that become markedly slower lower a rate that is to be found.
	Took time.Duration
}

// Told says what an answer told about the limits of the service, possibly nothing. The strictest limit counts. Report
// it before the [Answered] of the same answer.
type Told struct {
	Limits []Limit
}

// Held says that nobody may send until an instant. A hold only ever grows. Why is shown to the person who waits.
type Held struct {
	Until time.Time
	Why   string
}

// Restored says which rate was learned earlier. The search begins just below it. Zero, or a rate that is wished for,
// makes it void.
type Restored struct {
	Rate Rate
}

func (g Granted) move(s *State, now time.Time) {
	if g.Waited {
		s.demanded = now
	} else if s.granted.number > 0 {
		s.search.mark.idle += max(0, now.Sub(s.granted.at)-s.search.rate.interval(1))
	}
	s.granted = Permission{number: s.granted.number + 1, at: now, rate: s.search.rate}
}

func (a Answered) move(s *State, now time.Time) {
	if a.Took > 0 {
		slower := false
		if s.latency, slower = s.latency.took(a.Took, now); slower && s.wished == 0 {
			s.search = s.search.slowed(now)
		}
	}
	switch a.Kind {
	case Accepted:
		s.plain -= s.plain * plainShare
		s.search = s.search.accepted(now.Sub(s.demanded) < demandWindow, s.latency.mean, now)
		if !s.limits.none() {
			s.limits.accepted(a.Permission, now)
			s.limit(now)
		}
	case Refused:
		a.refuse(s, now)
	case Unclear:
	}
}

// refuse makes the state what it is after a refusal.
func (a Answered) refuse(s *State, now time.Time) {
	if a.Plain {
		s.plain += (1 - s.plain) * plainShare
		if s.plain < plainMost && s.search.refusals < plainRow {
			s.search.refusals++
			return
		}
	}
	s.search = s.search.refused(a.Permission, now)
	if !s.limits.none() && !a.Plain {
		s.limits.refused(a.Permission)
		s.limit(now)
	}
}

func (t Told) move(s *State, now time.Time) {
	if len(t.Limits) == 0 && s.limits.none() {
		return
	}
	s.limits.hear(t.Limits, now)
	_, rest := s.limits.strictest()
	if until := now.Add(rest); rest > 0 && until.After(s.search.rest) {
		s.search.rest = until
	}
	s.limit(now)
}

func (h Held) move(s *State, _ time.Time) {
	if h.Until.After(s.until) {
		s.until, s.why = h.Until, h.Why
	}
}

func (r Restored) move(s *State, now time.Time) {
	if s.wished == 0 && r.Rate > 0 {
		s.search = s.search.restored(r.Rate, now)
	}
}
