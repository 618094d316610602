// Package retry decides whether a failed attempt is made again, and after how long.
//
// It is pure: it knows no protocol, sleeps nowhere and draws no random numbers of its own. Whether an attempt may
// be repeated at all is not its question; it is asked only about those that may.
package retry

import (
	"fmt"
	"time"
)

// Defaults of a [Policy].
const (
	// DefaultAttempts lets an entry meet seven transient failures: with jittered waits of half a second to half a
	// minute between them that is longer than a restart of the service behind its gateway.
	DefaultAttempts = 8
	// DefaultBase bounds the first wait: about the time a person would give a form before pressing the key again.
	DefaultBase = 500 * time.Millisecond
	// DefaultCap bounds every wait, so that the last attempts are not minutes apart.
	DefaultCap = 30 * time.Second
)

// Policy says how often an entry is attempted and how long it waits in between. The zero value of each field
// stands for its default.
type Policy struct {
	// Attempts is how many requests an entry may cost, the first one included.
	Attempts int
	// Base bounds the wait after the first attempt; the bound doubles with each further one, up to Cap.
	Base, Cap time.Duration
}

// New returns policy with its defaults filled in, or an error that names the value it cannot use.
func New(policy Policy) (Policy, error) {
	if policy.Attempts == 0 {
		policy.Attempts = DefaultAttempts
	}
	if policy.Base == 0 {
		policy.Base = DefaultBase
	}
	if policy.Cap == 0 {
		policy.Cap = max(DefaultCap, policy.Base)
	}
	switch {
	case policy.Attempts < 0:
		return Policy{}, fmt.Errorf("attempts: %d is less than 1", policy.Attempts)
	case policy.Base < 0:
		return Policy{}, fmt.Errorf("backoff base: %s is negative", policy.Base)
	case policy.Cap < policy.Base:
		return Policy{}, fmt.Errorf("backoff cap: %s is below the base of %s", policy.Cap, policy.Base)
	}
	return policy, nil
}

// Again reports whether an entry that has cost attempts requests may be attempted once more.
func (p Policy) Again(attempts int) bool { return attempts < p.Attempts }

// Wait returns how long to wait after the given number of attempts: full jitter, so a random share of a bound that
// doubles with each attempt, on top of what the service asked for. The random number is in [0,1).
func (p Policy) Wait(attempts int, asked time.Duration, random float64) time.Duration {
	bound := p.Base
	for range attempts - 1 {
		if bound >= p.Cap/2 {
			bound = p.Cap
			break
		}
		bound *= 2
	}
	return max(asked, 0) + time.Duration(random*float64(bound))
}
