// Package ledgertest holds implementations of [ledger.Ledger] to their contract, by [Run], and has one in [Memory] for
// the tests of those who use a ledger.
package ledgertest

import (
	"context"
	"slices"
	"sync"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Memory is a ledger that is kept in memory, for tests. Like a process with its file, a Memory is a handle on a state
// that outlives it: after a crash, or beside a process that is frozen, [Memory.Restart] returns another handle. It keeps
// nobody out. It is safe for concurrent use, as long as the hooks are set before.
type Memory struct {
	// Before is called before each write, After when it is durable, with the name of the operation: claim, conclude,
	// enter, leave, begin, resume, continue, reopen, end, accept, change, approve, trip, learn, note, keep, prune or erase. They
	// may be nil, and may wait, as a process that is frozen does. An error from one is the crash of the process: the
	// operation and all that come later on this handle return it, readings, too. A write that Before refuses is not kept.
	Before, After func(op string) error

	now   func() time.Time
	state *state

	mu     sync.Mutex
	author audit.Author
	dead   error // what the process has died of; nil as long as it lives
}

var _ ledger.Ledger = (*Memory)(nil)

// NewMemory returns an empty ledger with the clock behind the times of runs and claims; nil means [time.Now].
func NewMemory(now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	return &Memory{now: now, state: &state{
		scopes: map[record.Scope]*scopeState{}, claims: map[person]*standing{},
	}}
}

// Restart returns a new handle on what is durable, without hooks. The old one still works, if it was neither closed nor
// has crashed.
func (m *Memory) Restart() *Memory { return &Memory{now: m.now, state: m.state} }

// Path implements [ledger.Ledger].
func (m *Memory) Path() string { return "memory" }

// Close implements [ledger.Ledger].
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead == nil {
		m.dead = explain(ledger.ErrClosed)
	}
	return nil
}

// explain gives an error the form that callers match.
func explain(err error) error { return &ledger.Error{Path: "memory", Err: err} }

// alive returns the error of a handle that can't be used any more.
func (m *Memory) alive(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead != nil {
		return m.dead
	}
	return ctx.Err()
}

// crash lets a hook decide whether the process dies now.
func (m *Memory) crash(hook func(string) error, op string) error {
	if hook == nil {
		return nil
	}
	err := hook(op)
	if err == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = err
	return err
}

// write does the work of an operation between its hooks.
func (m *Memory) write(ctx context.Context, op string, work func(*state) error) error {
	if err := m.alive(ctx); err != nil {
		return err
	}
	return m.writeOn(op, work)
}

// writeOn is write for an operation that was accepted already.
func (m *Memory) writeOn(op string, work func(*state) error) error {
	if err := m.crash(m.Before, op); err != nil {
		return err
	}
	if err := m.alive(context.Background()); err != nil {
		return err // it died while Before waited
	}
	m.state.mu.Lock()
	err := work(m.state)
	m.state.mu.Unlock()
	if err != nil {
		return err
	}
	return m.crash(m.After, op)
}

// read looks at the state.
func (m *Memory) read(ctx context.Context, look func(*state) error) error {
	if err := m.alive(ctx); err != nil {
		return err
	}
	m.state.mu.Lock()
	defer m.state.mu.Unlock()
	return look(m.state)
}

// Claim implements [ledger.Ledger]. It calls then before it returns, also with the error of a hook.
func (m *Memory) Claim(ctx context.Context, then func(error), claims ...record.Claim) error {
	for _, c := range claims {
		if _, err := ledger.PersonOf(c); err != nil {
			return err
		}
	}
	err := m.write(ctx, "claim", func(s *state) error {
		mailings, made := len(s.mailings), []person{}
		for _, c := range claims {
			if c.At.IsZero() {
				c.At = m.now()
			}
			c.At = micros(c.At)
			who, err := s.claim(c)
			if err != nil { // all of them or none
				for _, who := range made {
					delete(s.claims, who)
				}
				s.mailings = s.mailings[:mailings]
				return err
			}
			made = append(made, who)
		}
		return nil
	})
	if then == nil {
		return err
	}
	then(err)
	return nil
}

// Conclude implements [ledger.Ledger]. It calls then before it returns, also with the error of a hook.
func (m *Memory) Conclude(ctx context.Context, run string, then func(error), conclusions ...record.Conclusion) error {
	if err := ledger.CheckConclusions(run, conclusions); err != nil {
		return err
	}
	if err := m.read(ctx, func(s *state) error { _, err := s.run(run); return err }); err != nil {
		return err
	}
	err := m.writeOn("conclude", func(s *state) error {
		if err := s.conclude(run, conclusions); err != nil {
			return err
		}
		for _, c := range conclusions {
			m.tell(s, c.Event)
		}
		return nil
	})
	if then == nil {
		return err
	}
	then(err)
	return nil
}

// Mailings implements [ledger.Ledger].
func (m *Memory) Mailings(ctx context.Context, scope record.Scope, since time.Time) (found []time.Time, err error) {
	err = m.read(ctx, func(s *state) error {
		for _, mailing := range s.mailings {
			if mailing.scope == scope && !mailing.at.Before(micros(since)) {
				found = append(found, mailing.at)
			}
		}
		slices.SortFunc(found, time.Time.Compare)
		return nil
	})
	return found, err
}

// Doubts implements [ledger.Ledger].
func (m *Memory) Doubts(ctx context.Context, scope record.Scope) (doubts []record.Doubt, err error) {
	err = m.read(ctx, func(s *state) error {
		doubts = s.doubts(scope)
		return nil
	})
	return doubts, err
}

// Enter implements [ledger.Ledger].
func (m *Memory) Enter(ctx context.Context, scope record.Scope) (clean bool, err error) {
	err = m.write(ctx, "enter", func(s *state) error {
		clean = s.scope(scope).clean
		for _, d := range s.doubts(scope) {
			clean = clean && d.Ended()
		}
		s.scope(scope).clean = false
		return nil
	})
	return clean && err == nil, err
}

// Lapse implements [ledger.Ledger]. There never was one.
func (m *Memory) Lapse(ctx context.Context) (time.Time, error) {
	return time.Time{}, m.read(ctx, func(*state) error { return nil })
}

// Leave implements [ledger.Ledger].
func (m *Memory) Leave(ctx context.Context, scope record.Scope) error {
	return m.write(ctx, "leave", func(s *state) error {
		s.scope(scope).clean = true
		return nil
	})
}

// LearnPace implements [ledger.Ledger].
func (m *Memory) LearnPace(ctx context.Context, scope record.Scope, rate float64) error {
	at := micros(m.now())
	return m.write(ctx, "learn", func(s *state) error {
		s.scope(scope).rate, s.scope(scope).learned = rate, at
		return nil
	})
}

// Pace implements [ledger.Ledger].
func (m *Memory) Pace(ctx context.Context, scope record.Scope) (rate float64, learned time.Time, err error) {
	err = m.read(ctx, func(s *state) error {
		rate, learned = s.scope(scope).rate, s.scope(scope).learned
		return nil
	})
	return rate, learned, err
}
