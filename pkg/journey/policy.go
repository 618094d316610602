package journey

import (
	"fmt"
	"time"

	"rollcall/pkg/retry"
)

// DefaultGrace is how long a request may still be at work inside the service after its reply was lost.
const DefaultGrace = 3 * time.Second

// Policy is what decides beside the answers. [Policy.WithDefaults] fills in what was left out.
type Policy struct {
	Retry retry.Policy
	// Grace is how long a request may be at work inside the service after an answer that is not one. Zero stands for
	// [DefaultGrace].
	Grace time.Duration
	// Timeout is the client's own limit for a request: one that ran into it is given as long again to end inside the
	// service. UserTimeout is how long the kernel goes on delivering what was written to a connection that is gone.
	Timeout, UserTimeout time.Duration
	// Lag is how late a list may be where nothing shows how late it is. Zero stands for [UnknownLag].
	Lag time.Duration
}

// TellsAfter returns from when on a reading tells of those whom a ledger has forgotten that has lapsed at an instant. No
// request of before is at work any more by then, and lists are believed that would not be as long as the ledger knew better.
func (p Policy) TellsAfter(lapse time.Time) time.Time {
	return lapse.Add(p.InFlightGrace() + max(p.Lag, MemoryCounts))
}

// WithDefaults returns the policy with its defaults filled in, or an error that names the value that it cannot use.
func (p Policy) WithDefaults() (Policy, error) {
	var err error
	if p.Retry, err = retry.New(p.Retry); err != nil {
		return p, err
	}
	if p.Grace == 0 {
		p.Grace = DefaultGrace
	}
	if p.Lag == 0 {
		p.Lag = UnknownLag
	}
	if p.Grace < 0 || p.Timeout < 0 || p.UserTimeout < 0 || p.Lag < 0 {
		return p, fmt.Errorf("grace %s, timeout %s, user timeout %s and lag %s must not be negative", p.Grace, p.Timeout, p.UserTimeout, p.Lag)
	}
	return p, nil
}
