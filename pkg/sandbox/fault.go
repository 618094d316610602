package sandbox

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// Fault is one way not to answer properly. The zero value is a proper answer.
type Fault struct {
	Kind Kind
	// Status is that of [ErrorBefore] and [ErrorAfter]; 0 means 500.
	Status int
	// RetryAfter is what [Unavailable], [Throttle] and [Forbidden] ask for, rounded up to whole seconds; 0 means one
	// second.
	RetryAfter time.Duration
	// Late is how long after its answer an invite takes effect, where the answer tells nothing of the invitation:
	// [ErrorAfter], [CutAfter], [Garble], [Hollow], [Hang], [Empty], [Queued] and [FailureAfter].
	Late time.Duration
}

// Faults are the probabilities, from 0 to 1, with which an invite meets a fault; they add up to 1 at most. See
// [Kind] for what each does.
type Faults struct {
	ErrorBefore, ErrorAfter, CutBefore, CutAfter, Truncate, Unavailable float64
	// Others are the probabilities of the other kinds.
	Others map[Kind]float64
	// Everywhere lets the faults meet all calls, those for credentials included, not only invites.
	Everywhere bool
	// Status is that of ErrorBefore and ErrorAfter; 0 means 500.
	Status int
	// RetryAfter is what Unavailable asks for; 0 means one second.
	RetryAfter time.Duration
	// Late is that of [Fault].
	Late time.Duration
	// Reset cuts connections with a reset instead of an orderly close. It holds for scripted faults, too.
	Reset bool
}

// Call is one call as faults see it.
type Call struct {
	Operation Operation
	// Email is the folded address that an invite names, empty for other calls and for an invite that can't be read.
	Email string
	// Number counts the calls of this operation and e-mail that got past the rate limit, from 1.
	Number int
}

// chance is the probability of one kind.
type chance struct {
	kind        Kind
	probability float64
}

// chances returns every probability, always in the same order.
func (f Faults) chances() []chance {
	chances := []chance{
		{ErrorBefore, f.ErrorBefore},
		{ErrorAfter, f.ErrorAfter},
		{CutBefore, f.CutBefore},
		{CutAfter, f.CutAfter},
		{Truncate, f.Truncate},
		{Unavailable, f.Unavailable},
	}
	for _, kind := range slices.Sorted(maps.Keys(f.Others)) {
		chances = append(chances, chance{kind, f.Others[kind]})
	}
	return chances
}

func (f Faults) check() error {
	var p problems
	for _, chance := range f.chances() {
		p.demand(chance.kind.known(), "faults: unknown kind %d", chance.kind)
		p.demand(chance.probability >= 0, "faults: negative probability %g of %s", chance.probability, chance.kind)
	}
	// Tenths don't add up to exactly 1 in binary.
	p.demand(f.sum() <= 1+1e-9, "faults: probabilities add up to %g, more than 1", f.sum())
	p.demand(f.Status == 0 || f.Status >= 500 && f.Status <= 599, "faults: status %d is not a 5xx", f.Status)
	p.duration("retry after of faults", f.RetryAfter)
	p.duration("lateness of faults", f.Late)
	return p.err()
}

// sum is the probability of any fault.
func (f Faults) sum() (sum float64) {
	for _, chance := range f.chances() {
		sum += chance.probability
	}
	return sum
}

// draw returns the fault that meets call. It depends on nothing but its arguments, so that the same calls meet the
// same faults in whatever order they arrive.
func (f Faults) draw(seed uint64, call Call) Fault {
	if call.Operation != Invite && !f.Everywhere {
		return Fault{}
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(string(call.Operation) + "\x00" + call.Email + "\x00" + strconv.Itoa(call.Number)))
	drawn := rand.New(rand.NewPCG(seed, hash.Sum64())).Float64()
	for _, chance := range f.chances() {
		if drawn < chance.probability {
			return Fault{Kind: chance.kind, Status: f.Status, RetryAfter: f.RetryAfter, Late: f.Late}
		}
		drawn -= chance.probability
	}
	return Fault{}
}

// fault returns the fault that meets the request: the standing one, the script's or one by chance.
func (s *Sandbox) fault(q *request) Fault {
	s.mu.Lock()
	standing := s.current.standing
	s.mu.Unlock()
	if standing.meets(q.operation) {
		return standing.Fault
	}
	if s.options.Script == nil && s.options.Faults.sum() == 0 {
		return Fault{}
	}
	call := Call{Operation: q.operation, Email: q.address()}
	s.mu.Lock()
	key := call
	s.calls[key]++
	call.Number = s.calls[key]
	s.mu.Unlock()
	if s.options.Script != nil {
		return s.options.Script(call)
	}
	return s.options.Faults.draw(s.options.Seed, call)
}
