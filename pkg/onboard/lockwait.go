package onboard

import (
	"context"
	"errors"
	"time"

	"rollcall/pkg/ledger"
)

const optionLockWait = "lock-wait"

// lockLook is how long to wait before another look at a ledger that another run holds: little beside any run, and a look
// costs next to nothing.
const lockLook = 500 * time.Millisecond

// hold opens a ledger to be held. One that another run holds is waited for as long as the options say, and as ctx lasts; what
// comes of that is the last error.
func (s *Session) hold(ctx context.Context, open func() (memory, error)) (memory, error) {
	m, err := open()
	var locked *ledger.LockedError
	if s.o.LockWait == 0 || !errors.As(err, &locked) {
		return m, err
	}
	text := "waiting for up to " + s.o.LockWait.String() + " until another run has ended"
	s.o.Observer.warnOf(locked, text, nil)
	s.o.Observer.working(text)
	defer s.o.Observer.working("")
	end := time.Now().Add(s.o.LockWait)
	for errors.As(err, &locked) {
		left := time.Until(end)
		if left <= 0 {
			return m, err
		}
		select {
		case <-ctx.Done():
			return m, context.Cause(ctx)
		case <-time.After(min(lockLook, left)):
		}
		m, err = open()
	}
	return m, err
}
