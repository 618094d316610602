package batch_test

import "errors"

var errCrashed = errors.New("the process is dead")

// crash is the death of a process before or after a write of the ledger.
type crash struct {
	writes int
	after  bool
}

// dieAt lets the process die at a write of the ledger.
func (w *world) dieAt(c crash) {
	die := func(string) error {
		if c.writes--; c.writes >= 0 {
			return nil
		}
		return errCrashed
	}
	if c.after {
		w.process.After = die
	} else {
		w.process.Before = die
	}
}
