package onboard

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/ledger"
)

func TestLockWait(t *testing.T) {
	locked, broken, deadline := &ledger.LockedError{Path: "x.db"}, errors.New("broken"), errors.New("the deadline")
	for _, tt := range []struct {
		name         string
		wait         time.Duration
		free, within time.Duration // when the other run ends, and how long ctx lasts
		then         error         // what opening comes to after that
		want         error
		after        time.Duration
	}{
		{"no wait", 0, time.Second, time.Hour, nil, locked, 0},
		{"nobody to wait for", time.Minute, 0, time.Hour, nil, nil, 0},
		{"it ends in time", time.Minute, 10*time.Second - 1, time.Hour, nil, nil, 10 * time.Second},
		{"it does not", time.Minute + 1, time.Hour, time.Hour, nil, locked, time.Minute + 1},
		{"the deadline is sooner", time.Minute, time.Hour, 3 * time.Second, nil, deadline, 3 * time.Second},
		{"something else is wrong by then", time.Minute, time.Second, time.Hour, broken, broken, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), tt.within, deadline)
				defer cancel()
				var said []string
				s := &Session{}
				s.o.LockWait = tt.wait
				s.o.Observer.Working = func(what string) { said = append(said, what) }
				s.o.Observer.Warn = func(w Warning) { said = append(said, w.Text+w.Err.Error()) }
				began := time.Now()
				_, err := s.hold(ctx, func() (memory, error) {
					if time.Since(began) < tt.free {
						return memory{}, locked
					}
					return memory{}, tt.then
				})
				if !errors.Is(err, tt.want) || err != nil && tt.want == nil || time.Since(began) != tt.after {
					t.Errorf("%v after %s, want %v after %s", err, time.Since(began), tt.want, tt.after)
				}
				if waited := tt.after > 0; waited != (len(said) == 3) {
					t.Errorf("said %q", said)
				}
			})
		})
	}
}
