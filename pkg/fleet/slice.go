package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
)

// why a slice is to end before its job does.
type why int

const (
	notYet    why = iota
	over          // its time is over: others are waiting
	leaving       // the worker is to end
	paused        // nobody is to work for the organization, or under its limit, at present
	waiting       // whatever it waits for takes long
	cancelled     // somebody wants the job to end
)

// Slice is one stretch of work on a job.
type Slice struct {
	// Job is as it was when the slice began.
	Job store.Job

	id     int64  // of the job
	limit  *Limit // nil before it is asked for, or if there is none
	worker *Worker
	end    context.CancelCauseFunc
	began  time.Time

	mu    sync.Mutex
	why   why
	by    string      // whom, if somebody wants that
	again time.Time   // when the job is to go on
	timer *time.Timer // ends the slice; nil before it sends
}

// Began says that the first request is about to leave: from now on the time of the slice counts.
func (s *Slice) Began() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil || s.why != notYet {
		return
	}
	// Getting there has cost something, too: reading the organization, waiting for what was left in doubt. So that people are
	// invited most of the time, a slice that has taken long for that lasts longer.
	lasts := max(s.worker.o.Slice, worth*time.Since(s.began))
	s.timer = time.AfterFunc(lasts, func() { s.stop(over, "", time.Time{}) })
}

// worth is for how many times as long as it took to begin a slice sends at least.
const worth = 4

// Rest ends the slice, since nothing can be done before an instant: somebody else may have the slot.
func (s *Slice) Rest(until time.Time) { s.stop(waiting, "", until) }

// halt ends the slice if the job must not be worked on, and says whether that is so.
func (s *Slice) halt(h store.Halted) bool {
	switch {
	case h.CancelledBy != "":
		s.stop(cancelled, h.CancelledBy, time.Time{})
	case h.PausedBy != "":
		s.stop(paused, h.PausedBy, s.worker.in(unpaused))
	default:
		return false
	}
	return true
}

// stop has the slice end, for the first reason that there was; but a job that is cancelled does not go on.
func (s *Slice) stop(why why, by string, again time.Time) {
	s.mu.Lock()
	first := s.why == notYet
	if first || why == cancelled {
		s.why, s.by, s.again = why, by, again
	}
	s.mu.Unlock()
	if first {
		s.end(&breaker.StopError{Reason: breaker.Interrupted})
	}
}

// ended returns why the slice was to end, by whom, and when the job is to go on.
func (s *Slice) ended() (why why, by string, again time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	return s.why, s.by, s.again
}

// Named notes the run of the job.
func (s *Slice) Named(ctx context.Context, run string) error {
	return s.worker.Named(ctx, s.Job.ID, run)
}

// Spend notes what the slices of the job have counted so far. The error matches [ledger.ErrFenced] if somebody else has the job
// by now, and [ledger.ErrUnreachable] where the database is away.
func (s *Slice) Spend(ctx context.Context, spent json.RawMessage) error {
	err := s.worker.Spend(ctx, s.Job.ID, s.Job.Ticket, spent)
	if errors.Is(err, store.ErrStale) {
		return fmt.Errorf("%w: %w", ledger.ErrFenced, err)
	}
	return s.worker.lost(err)
}

// Roster returns what is in the roster of the job. If that is not known yet, read says it, once: then it stays the same for
// all slices. The error matches [ledger.ErrUnreachable] where the database is away.
func (s *Slice) Roster(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	if s.Job.Digest != nil {
		content, err := s.worker.Roster(ctx, s.Job.Digest)
		return content, s.worker.lost(err)
	}
	content, err := read()
	if err != nil {
		return nil, err
	}
	if s.Job.Digest, err = s.worker.KeepRoster(ctx, content); err == nil {
		err = s.worker.Reads(ctx, s.Job.ID, s.Job.Digest)
	}
	return content, s.worker.lost(err)
}

// lost gives an error of the store the form by which a job goes on later, if it may.
func (f *Fleet) lost(err error) error {
	if errors.Is(err, store.ErrNone) {
		return err
	}
	return f.database.Lost(err)
}
