package batch

import (
	"context"
	"fmt"

	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// settleGroup is how many entries that need no request are recorded at once.
const settleGroup = 512

// feeder turns the pending entries of the ledger into entries to send, and records those that need no request.
type feeder struct {
	Options
	fresh  chan<- entry
	events chan<- Event
	known  []record.Record
}

// feed returns when every pending entry was handed over, or with the cause when ctx ends first. Entries that were
// refused or failed in an earlier part of the run come last: others are not to wait for them time and again.
func (f *feeder) feed(ctx context.Context) error {
	for _, again := range []bool{false, true} {
		if err := f.pass(ctx, func(e ledger.Entry) bool { return (e.Attempts > 0) == again }); err != nil {
			return err
		}
	}
	return nil
}

// pass hands over the pending entries that are wanted.
func (f *feeder) pass(ctx context.Context, wanted func(ledger.Entry) bool) error {
	for pending, err := range f.Ledger.Pending(ctx, f.Run) {
		if err != nil {
			return err
		}
		if !wanted(pending) {
			continue
		}
		e, send, err := f.decide(ctx, pending)
		if err != nil {
			return err
		}
		if !send {
			if f.known = append(f.known, e.Record); len(f.known) < settleGroup {
				continue
			}
		}
		if err := f.flush(ctx); err != nil {
			return err
		}
		if !send {
			continue
		}
		select {
		case f.fresh <- e:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return f.flush(ctx)
}

// decide settles an entry by what was planned for it. A claim that an earlier process left behind is in doubt no more:
// the directory was read after that process had ended.
func (f *feeder) decide(ctx context.Context, pending ledger.Entry) (e entry, send bool, err error) {
	e = entry{Record: pending.Record, lost: pending.Claim != nil}
	wish, err := plan.WishOf(e.Record)
	if err != nil {
		return e, false, fmt.Errorf("run %s: %w", f.Run, err)
	}
	standing := f.Directory.Person(e.Email)
	if e.lost {
		e.Attempts = max(e.Attempts, pending.Claim.Attempt)
		made := Effect(standing, pending.Claim.Replaces)
		switch {
		case standing.Member != nil:
		case made != nil:
			e.UpdatedAt = f.Now()
			e.Record = invited(e.Record, *made)
			return e, false, nil
		case !f.Directory.Stable:
			return e, false, &StopError{Reason: Unsettled}
		}
	}
	verdict := f.Decide(wish)
	if !verdict.Send() {
		e.Record = verdict.Apply(e.Record, f.Now())
		return e, false, nil
	}
	e.invite, e.replaces = verdict.Invite, verdict.Replaces
	if e.lost {
		e.lost = false
		err = f.Ledger.Release(ctx, f.Run, e.Row)
	}
	return e, true, err
}

func (f *feeder) flush(ctx context.Context) error {
	if len(f.known) == 0 {
		return nil
	}
	if err := f.Ledger.Settle(ctx, f.Run, f.known...); err != nil {
		return err
	}
	for _, settled := range f.known {
		f.events <- Event{Settled: &settled}
	}
	f.known = nil
	return nil
}
