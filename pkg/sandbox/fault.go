package sandbox

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"time"
)

// Fault is one way not to answer properly. The zero value is a proper answer.
type Fault struct {
	Kind Kind
	// Status is that of [ErrorBefore] and [ErrorAfter]; 0 means 500.
	Status int
	// RetryAfter is what [Unavailable] and [Throttle] ask for, rounded up to whole seconds; 0 means one second.
	RetryAfter time.Duration
}

// Kind is a kind of fault.
type Kind uint8

// The kinds of fault. Those up to Throttle leave the call without any effect; after the others it has taken effect
// and only its reply is lost.
const (
	None Kind = iota
	// ErrorBefore answers with a 5xx.
	ErrorBefore
	// CutBefore closes the connection.
	CutBefore
	// Unavailable answers 503 with Retry-After.
	Unavailable
	// Throttle answers 429.
	Throttle
	// ErrorAfter answers with a 5xx.
	ErrorAfter
	// CutAfter closes the connection.
	CutAfter
	// Truncate closes the connection in the middle of the reply's body.
	Truncate
	// Garble answers with the right status and a body that is not JSON.
	Garble
	// Hollow answers with the right status and an empty object.
	Hollow
	// Hang doesn't answer until the client has gone.
	Hang
)

var kindNames = [...]string{
	None: "none", ErrorBefore: "error_before", CutBefore: "cut_before", Unavailable: "unavailable", Throttle: "throttle",
	ErrorAfter: "error_after", CutAfter: "cut_after", Truncate: "truncate", Garble: "garble", Hollow: "hollow", Hang: "hang",
}

// Kinds returns every kind of fault.
func Kinds() []Kind {
	return []Kind{
		ErrorBefore, CutBefore, Unavailable, Throttle, ErrorAfter, CutAfter, Truncate, Garble, Hollow, Hang,
	}
}

// String returns the kind's name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the name that [Kind.String] writes.
func (k *Kind) UnmarshalText(text []byte) error {
	for i, name := range kindNames {
		if name == string(text) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown kind of fault %q", text)
}

// Before reports whether the fault keeps the call from taking effect.
func (k Kind) Before() bool { return ErrorBefore <= k && k <= Throttle }

// Faults are the probabilities, from 0 to 1, with which an invite meets a fault; they add up to 1 at most. See
// [Kind] for what each does.
type Faults struct {
	ErrorBefore, ErrorAfter, CutBefore, CutAfter, Truncate, Unavailable float64
	// Everywhere lets the faults meet all calls, those for credentials included, not only invites.
	Everywhere bool
	// Status is that of ErrorBefore and ErrorAfter; 0 means 500.
	Status int
	// RetryAfter is what Unavailable asks for; 0 means one second.
	RetryAfter time.Duration
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

func (f Faults) chances() [6]chance {
	return [...]chance{
		{ErrorBefore, f.ErrorBefore},
		{ErrorAfter, f.ErrorAfter},
		{CutBefore, f.CutBefore},
		{CutAfter, f.CutAfter},
		{Truncate, f.Truncate},
		{Unavailable, f.Unavailable},
	}
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
			return Fault{Kind: chance.kind, Status: f.Status, RetryAfter: f.RetryAfter}
		}
		drawn -= chance.probability
	}
	return Fault{}
}

// fault returns the fault that meets the request.
func (s *Sandbox) fault(q *request) Fault {
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
