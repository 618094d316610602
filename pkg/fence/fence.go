// Package fence keeps a request from leaving late: after its process was frozen, or after its process has ended.
//
//	ctx = fence.Stamp(ctx) // before the claim is asked for
//	… write the claim down, build the request …
//	transport := &http.Transport{DialContext: fence.Dial(net.Dialer{})} // HTTP/1.1 only
//	… with a GotConn hook that calls fence.Arm(ctx, info.Conn) …
//
// Two rules make it safe for another process to look up what became of a claim and to go on:
//
//   - A claim is good for [Good], counted from the moment of [Stamp]. [Fresh] looks at that before a connection is asked
//     for, and an armed connection looks once more inside Write, where the bytes leave. A process that was frozen in
//     between, by SIGSTOP or by a suspended machine, sends nothing when it wakes up.
//   - The kernel gives up after [UserTimeout] what it could not deliver. Without that limit it delivers a request long
//     after the process that wrote it was killed.
//
// What remains is a freeze in the few instructions between the last look and the system call, and a virtual machine that
// is paused as a whole, whose clocks stand still, too. The user timeout reaches to the next hop only: behind a proxy the
// patience of the proxy counts.
//
// The package knows neither claims nor services. It logs nothing.
package fence

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Good is how long a claim is good for. It is far longer than writing a claim down takes, and short enough to wait for.
const Good = 5 * time.Second

// ErrStale means that the stamp is older than [Good], so that nothing may be sent for it any more.
var ErrStale = errors.New("the claim is older than " + Good.String() + ": the process may have been frozen; claim again")

type stampKey struct{}

// stamp is a moment on a clock.
type stamp struct {
	at      time.Duration
	now     func() time.Duration
	written atomic.Bool // whether something has left under it
	counted atomic.Bool // whether a request of it was held back, and counted
}

// Stamp returns a context that is marked with the present moment, by a clock that goes on while the machine sleeps. Stamp
// before the claim is asked for, not after it was granted: the freeze may come in between.
func Stamp(ctx context.Context) context.Context { return StampBy(ctx, sinceBoot) }

// StampBy is [Stamp] by another clock, for tests. The clock must never go back; whatever zero it counts from, Fresh and the
// connections compare its readings with each other only.
func StampBy(ctx context.Context, now func() time.Duration) context.Context {
	return context.WithValue(ctx, stampKey{}, &stamp{at: now(), now: now})
}

// Fresh returns [ErrStale] if the stamp in ctx is older than [Good]. Without a stamp it returns nil.
func Fresh(ctx context.Context) error {
	s := stampOf(ctx)
	err := s.fresh()
	if err != nil {
		s.count(&early)
	}
	return err
}

// The requests of this process that were held back.
var early, late atomic.Uint64

// HeldBack returns how many requests of this process were not sent since their stamp was stale: before a connection was
// asked for, by [Fresh], and at the connection itself. A stamp counts once, wherever it was found to be stale first.
func HeldBack() (before, at uint64) { return early.Load(), late.Load() }

func (s *stamp) count(in *atomic.Uint64) {
	if s.counted.CompareAndSwap(false, true) {
		in.Add(1)
	}
}

func stampOf(ctx context.Context) *stamp {
	s, _ := ctx.Value(stampKey{}).(*stamp)
	return s
}

func (s *stamp) fresh() error {
	if s == nil {
		return nil
	}
	// A clock that goes back tells no age at all. Where no better clock exists, it is the wall clock, which may do so.
	if age := s.now() - s.at; age < 0 || age > Good {
		return ErrStale
	}
	return nil
}

// wallClock is the clock of systems that have no better one.
func wallClock() time.Duration { return time.Duration(time.Now().UnixNano()) }
