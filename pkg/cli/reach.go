package cli

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"rollcall/pkg/console"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
	"rollcall/pkg/operator"
)

// reached is the database of a worker once it was reached. Until then it is one that is away.
type reached struct{ fleet atomic.Pointer[fleet.Fleet] }

// Check implements [gauge.Database].
func (r *reached) Check(ctx context.Context) error {
	if f := r.fleet.Load(); f != nil {
		return f.Check(ctx)
	}
	return ledger.ErrUnreachable
}

// Count implements [gauge.Database].
func (r *reached) Count(ctx context.Context, unseen time.Duration) (store.Counts, error) {
	if f := r.fleet.Load(); f != nil {
		return f.Count(ctx, unseen)
	}
	return store.Counts{}, ledger.ErrUnreachable
}

// How long a worker waits before it tries again to reach a database that is away: at first, and at most.
const (
	firstWait = time.Second
	mostWait  = 15 * time.Second
)

// reach connects a worker to the database of a fleet as one that is fit for it. A database that is away is waited for, as by a
// worker that is at work, until ctx ends; what no waiting mends is an error.
func (a *app) reach(ctx context.Context, w *worker) (f *fleet.Fleet, done func(), err error) {
	for wait := firstWait; ; wait = min(2*wait, mostWait) {
		if f, done, err = a.reachOnce(ctx, w); !errors.Is(err, ledger.ErrUnreachable) {
			return f, done, err
		}
		a.log.Warn().Err(err).Float64(console.FieldWait, console.Seconds(wait)).Msg("the database can't be reached, trying again")
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// reachOnce connects to the database of a fleet, and finds out whether its tables are as this program needs them.
func (a *app) reachOnce(ctx context.Context, w *worker) (*fleet.Fleet, func(), error) {
	f, done, err := operator.Connect(ctx, w.ledger, w.slots)
	if err != nil {
		return nil, nil, err
	}
	if err := f.Check(ctx); err != nil {
		done()
		if lost := f.Database().Lost(err); errors.Is(lost, ledger.ErrUnreachable) {
			err = lost
		}
		return nil, nil, operator.Explain(f.Database().Explain(err))
	}
	found, err := f.Recognize(ctx)
	if err != nil {
		done()
		return nil, nil, operator.Explain(err)
	}
	if found.Lapsed {
		a.tellFleet(fleet.Event{Kind: fleet.Lapsed})
	}
	if found.Partly {
		a.log.Warn().Msg("the database does not say which server it is on: it remains unnoticed here if another one takes over that lacks what was written last")
	}
	return f, done, nil
}
