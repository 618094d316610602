package pace

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// model is a service with a limit, in a simulation without clock and goroutines.
type model struct {
	// limit is how many requests a second the service accepts, after so many seconds. burst is the size of its bucket,
	// which begins full.
	limit func(seconds float64) float64
	burst float64
	// latency is how long an answer takes, jitter what is added at most.
	latency, jitter time.Duration
	// hiccup is for how long the network stands still every two seconds.
	hiccup time.Duration
	// plain says that refusals are plain, fault is the share of plain refusals that have no reason.
	plain bool
	fault float64
	// tells, if set, returns what an answer tells, given what remains in the bucket.
	tells func(seconds float64, remaining int64) []Limit

	begin Options
	// rows or seconds end the simulation.
	rows    int
	seconds float64
	seed    uint64
}

// constant is a limit that stays.
func constant(limit float64) func(float64) float64 { return func(float64) float64 { return limit } }

// course is what came of a simulation.
type course struct {
	state    State
	now      time.Time
	took     float64 // seconds
	accepted []float64
	refused  []float64 // seconds at which it happened
}

// share returns the accepted requests as a share of those that the limit allows between two instants.
func (c course) share(m model, from, to float64) float64 {
	allowed := 0.0
	for at := from; at < to; at += 0.01 {
		allowed += m.limit(at) * min(0.01, to-at)
	}
	return float64(count(c.accepted, from, to)) / allowed
}

// count returns how many instants lie between two.
func count(instants []float64, from, to float64) (n int) {
	for _, at := range instants {
		if at >= from && at < to {
			n++
		}
	}
	return n
}

// arrival is a request on its way, or its answer.
type arrival struct {
	at       time.Time
	sent     time.Time
	answered bool
	signals  []Signal
	give     Permission
}

// run simulates one sender that asks for as many permissions as there is room for, as the heart does.
func (m model) run(t *testing.T) course {
	t.Helper()
	began := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	state, err := NewState(m.begin, began)
	if err != nil {
		t.Fatal(err)
	}
	s := simulation{
		model: m, course: course{state: state, now: began}, began: began, tokens: m.burst,
		limiters: newLimiters(m.begin, state.Rate()), random: rand.New(rand.NewPCG(m.seed, 7)),
	}
	for (m.rows == 0 || len(s.accepted) < m.rows) && (m.seconds == 0 || s.since(s.now) < m.seconds) {
		if s.inFlight >= min(s.state.Room(), 128) {
			s.step()
			continue
		}
		s.next(Granted{Waited: s.acquire()})
		s.inFlight++
		s.send(arrival{at: s.travelled(s.now), sent: s.now, give: s.state.Permission()})
	}
	s.took = s.since(s.now)
	return s.course
}

// simulation is a model in motion.
type simulation struct {
	model
	course
	limiters
	random         *rand.Rand
	began          time.Time
	tokens, filled float64 // of the bucket, at so many seconds
	inFlight       int
	way            []arrival // by instant
}

func (s *simulation) since(at time.Time) float64 { return at.Sub(s.began).Seconds() }

// acquire waits for permission as [Pace.Acquire] does, and reports whether it would have come sooner at a higher rate.
func (s *simulation) acquire() (waited bool) {
	for {
		for rest, held := s.state.Rest(s.now); rest > 0; rest, held = s.state.Rest(s.now) {
			waited = waited || !held
			s.pass(rest)
			s.rested(s.now)
		}
		delay := s.limiter.ReserveN(s.now, 1).DelayFrom(s.now)
		s.pass(delay)
		waited = waited || delay > 0
		if rest, _ := s.state.Rest(s.now); rest <= 0 {
			return waited
		}
	}
}

// pass lets time pass.
func (s *simulation) pass(d time.Duration) {
	until := s.now.Add(d)
	for len(s.way) > 0 && !s.way[0].at.After(until) {
		s.step()
	}
	s.now = until
}

// step has the next request or answer arrive.
func (s *simulation) step() {
	a := s.way[0]
	s.way, s.now = s.way[1:], a.at
	if !a.answered {
		s.send(s.serve(a))
		return
	}
	s.inFlight--
	for _, signal := range a.signals {
		if answer, ok := signal.(Answered); ok && answer.Kind == Accepted {
			answer.Took = a.at.Sub(a.sent)
			signal = answer
		}
		s.next(signal)
	}
}

func (s *simulation) next(signal Signal) {
	before := s.state.Rate()
	if s.state = s.state.Next(signal, s.now); s.state.Rate() != before {
		s.follow(s.state.Rate(), s.now)
	}
}

func (s *simulation) send(a arrival) {
	at, _ := slices.BinarySearchFunc(s.way, a.at, func(b arrival, at time.Time) int {
		return cmp.Or(b.at.Compare(at), -1) // after those of the same instant
	})
	s.way = slices.Insert(s.way, at, a)
}

// travelled returns when something arrives that leaves at an instant.
func (s *simulation) travelled(from time.Time) time.Time {
	d := s.latency / 2
	if s.jitter > 0 {
		d += time.Duration(s.random.Int64N(int64(s.jitter / 2)))
	}
	at := from.Add(d)
	if into := at.Sub(s.began) % (2 * time.Second); into < s.hiccup {
		at = at.Add(s.hiccup - into)
	}
	return at
}

// serve returns the answer to a request.
func (s *simulation) serve(a arrival) arrival {
	at := s.since(a.at)
	limit := s.limit(at)
	s.tokens, s.filled = min(s.model.burst, s.tokens+(at-s.filled)*limit), at
	answer := Answered{Permission: a.give, Kind: Refused, Plain: s.plain}
	switch {
	case s.random.Float64() < s.fault:
		answer.Plain = true
	case s.tokens >= 1-1e-6:
		s.tokens--
		answer.Kind = Accepted
	default:
		if wait := math.Ceil((1 - s.tokens) / limit); wait > 1 && !s.plain {
			a.signals = append(a.signals, Held{Until: a.at.Add(time.Duration(wait) * time.Second)})
		}
	}
	if answer.Kind == Accepted {
		s.accepted = append(s.accepted, at)
	} else {
		s.refused = append(s.refused, at)
	}
	if s.tells != nil {
		a.signals = append(a.signals, Told{s.tells(at, int64(s.tokens))})
	}
	a.signals = append(a.signals, answer)
	a.at, a.answered = s.travelled(a.at), true
	return a
}
