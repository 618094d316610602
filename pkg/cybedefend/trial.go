package cybedefend

import (
	"errors"
	"time"
)

// tooYoung is how long a fresh token may be refused. A token says from when on it counts (nbf), by the clock of the identity
// provider, and the service's clock may be behind.
const tooYoung = 2 * time.Second

var (
	errTokenExpired = errors.New("the access token has run out and will be renewed")
	errTokenFresh   = errors.New("a fresh access token was refused, which may pass in two seconds if clocks differ")
)

// verdict is what a 401 means. The zero value is that it is final.
type verdict struct {
	// err says why another try may do better, nil if it won't.
	err error
	// wait is how long to wait before it. It counts only if err is errTokenFresh.
	wait time.Duration
}

// trial is what the service has made of one token so far.
type trial struct {
	// accepted is set once the service has taken the token.
	accepted bool
	// refusedAt is when it was refused for the first time before it was accepted, zero if it never was.
	refusedAt time.Time
}

// refuse takes in a 401 to a request that was sent at an instant, and arrived now. It returns what that means for a token
// that can't be renewed, and whether the token had been good before. Refusals of requests that were sent less than tooYoung
// after the first refusal tell nothing that the first one did not.
func (t *trial) refuse(sent, now time.Time) (answer verdict, wasGood bool) {
	// Round strips the monotonic clock, which stands still while a machine is suspended.
	sent, now = sent.Round(0), now.Round(0)
	switch {
	case !t.refusedAt.IsZero() && sent.Before(t.refusedAt.Add(tooYoung)):
		return verdict{errTokenFresh, max(0, t.refusedAt.Add(tooYoung).Sub(now))}, false
	case t.accepted:
		return verdict{}, true
	case t.refusedAt.IsZero():
		t.refusedAt = now
		return verdict{errTokenFresh, tooYoung}, false
	}
	return verdict{}, false
}
