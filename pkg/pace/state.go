package pace

import (
	"fmt"
	"time"
)

// demandWindow is how long after somebody has had to wait for permission the rate counts as used to the full.
const demandWindow = 250 * time.Millisecond

const (
	// Plain refusals are overload if plainRow have come right before, or if they are more than plainMost of the last
	// answers, of which the newest counts for plainShare. Single faults are neither.
	plainRow   = 2
	plainMost  = 0.12
	plainShare = 0.02
)

// State is all that a pace knows: the search for the rate, how long answers take, the limits that were told, and the
// hold. It has no clock: each method gets the instant at which it is asked. It is a value; [State.Next] changes nothing
// but what it returns. States can be compared with ==; see [State.Relative].
type State struct {
	wished   Rate // 0 if the rate is to be found
	most     Rate // of a limit that somebody else keeps to, 0 if there is none
	search   search
	latency  latency
	limits   limits
	granted  Permission // the last one
	demanded time.Time  // when somebody last had to wait
	plain    float64    // share of plain refusals among the last answers
	until    time.Time  // end of the hold
	why      string     // of the hold
}

// NewState returns the state to begin with. It fails if a number of the options is negative.
func NewState(o Options, now time.Time) (State, error) {
	if o.Rate < 0 || o.Burst < 0 || o.Start < 0 || o.Most < 0 {
		return State{}, fmt.Errorf("pace: rate %v, burst %d, start %v and most %v must be positive",
			float64(o.Rate), o.Burst, float64(o.Start), float64(o.Most))
	}
	s := State{wished: o.Rate, most: o.Most}
	ceiling := stricter(o.Rate, o.Most)
	s.search = seeking(ceiling, ceiling)
	if ceiling == 0 {
		s.search = seeking(AutoRate, 0)
	}
	return s.Next(Restored{o.Start}, now), nil
}

// Next returns the state after a signal. It is the only way in which a rate moves.
func (s State) Next(signal Signal, now time.Time) State {
	signal.move(&s, now)
	return s
}

// limit makes the strictest of the limits the ceiling.
func (s *State) limit(now time.Time) {
	ceiling, _ := s.limits.strictest()
	s.search = s.search.under(stricter(ceiling, stricter(s.wished, s.most)), now)
}

// stricter returns the lower of two rates, of which 0 stands for none.
func stricter(a, b Rate) Rate {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// Rate returns the rate in force.
func (s State) Rate() Rate { return s.search.rate }

// Rest returns how long nobody may send yet, whatever the rate, and whether that is because of a hold.
func (s *State) Rest(now time.Time) (rest time.Duration, held bool) {
	return max(0, s.until.Sub(now), s.search.rest.Sub(now)), s.Held(now)
}

// Held reports whether a hold stands.
func (s *State) Held(now time.Time) bool { return s.until.After(now) }

// Permission returns the last permission that was granted.
func (s State) Permission() Permission { return s.granted }

// Room returns how many requests may be in flight: no more than the rate needs while the service answers as usual.
func (s State) Room() int { return s.latency.room(s.search.rate) }

// Learned returns the rate that is worth remembering as [Options.Start], and whether there is one: the limit was
// measured, and none was wished for.
func (s State) Learned() (Rate, bool) {
	if s.wished > 0 || !s.search.learned(s.granted) {
		return 0, false
	}
	return s.search.limit, true
}

// Refuted reports whether the rate that was restored has turned out to be far from what the service takes, be it too high
// or too low: then it is to be forgotten, unless another one was learned.
func (s State) Refuted() bool { return s.search.refuted() }

// Relative returns the state with all instants counted from now. States with the same relative state do the same from
// now on, whenever they were reached.
func (s State) Relative(now time.Time) State {
	for _, instant := range []*time.Time{&s.until, &s.search.rest} {
		if !instant.After(now) { // it is over, no matter since when
			*instant = time.Time{}
		}
	}
	if s.until.IsZero() {
		s.why = ""
	}
	for _, instant := range append(s.search.instants(), &s.latency.since, &s.granted.at, &s.demanded, &s.until) {
		relate(instant, now)
	}
	for i := range s.limits {
		relate(&s.limits[i].at, now)
		relate(&s.limits[i].since, now)
		relate(&s.limits[i].doubt.since, now)
	}
	return s
}

// relate counts an instant from now, unless it is the zero one, which stands for never.
func relate(instant *time.Time, now time.Time) {
	if !instant.IsZero() {
		*instant = time.Unix(0, 0).UTC().Add(instant.Sub(now))
	}
}
