package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
)

// hand is what the engine knows of a worker: it works on one slice at a time, and has as many of it as there are slots. What it
// answers is about this slice alone: how the job goes on is in its tickets.
type hand struct {
	river.WorkerDefaults[work]
	worker *Worker
}

// NextRetry implements [river.Worker].
func (h *hand) NextRetry(*river.Job[work]) time.Time { return time.Now() }

// Work implements [river.Worker]. It fails for the engine only where the database could not be used.
func (h *hand) Work(ctx context.Context, engineJob *river.Job[work]) error {
	w, args := h.worker, engineJob.Args
	lasting := context.WithoutCancel(ctx) // how it ends is for the slice to decide
	working, end := context.WithCancelCause(lasting)
	defer end(nil)
	s := &Slice{id: args.Job, worker: w, end: end, began: time.Now()}
	if !w.enlist(s) {
		return river.JobSnooze(0)
	}
	defer w.dismiss(s)
	defer context.AfterFunc(ctx, func() { s.stop(over, "", time.Time{}) })()
	err := w.begin(lasting, s, args.Ticket)
	if err == nil {
		var how store.Ended
		how, err = w.execute(working, s)
		err = w.goOn(lasting, s, engineJob, how, err)
	}
	switch {
	case errors.Is(err, store.ErrStale): // somebody else has the job, or it has ended
		return nil
	case err != nil:
		w.trouble(s.Job, err)
		return river.JobSnooze(untried * w.o.Pulse)
	}
	return nil
}

// begin notes that the slice is at work.
func (w *Worker) begin(ctx context.Context, s *Slice, ticket int) (err error) {
	if s.Job, err = w.Slice(ctx, s.id, ticket, w.o.Name); err != nil {
		return err
	}
	halted, err := w.Halted(ctx, s.id)
	if err == nil && !s.halt(halted[s.id]) {
		w.o.Observe(Event{Kind: SliceBegan, Job: s.Job})
	}
	return err
}

// execute works on the job, unless nobody is to. What panics ends the job, and not the others.
func (w *Worker) execute(ctx context.Context, s *Slice) (how store.Ended, err error) {
	if ctx.Err() != nil {
		return store.Ended{Exit: Interrupted}, nil
	}
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("this is a mistake in rollcall: %v", broken)
			how = store.Ended{Exit: 1, Error: err.Error()}
		}
	}()
	return w.o.Execute(ctx, s)
}

// goOn decides how the job goes on after a slice, and keeps that together with the end of the slice.
func (w *Worker) goOn(ctx context.Context, s *Slice, engineJob *river.Job[work], how store.Ended, err error) error {
	why, by, again := s.ended()
	var locked *ledger.LockedError
	switch {
	case errors.Is(err, ledger.ErrFenced):
		w.o.Observe(Event{Kind: Fenced, Job: s.Job, Err: err})
		// If nobody has the job, it was another program that has taken the organization over.
		again = w.in(unheld)
	case errors.As(err, &locked), errors.Is(err, ledger.ErrUnreachable):
		again = w.in(unheld)
	case errors.Is(err, ledger.ErrNewer):
		// The tables were brought up to date while this worker ran, and are for workers of that version from now on.
		w.trouble(s.Job, err)
		again = w.in(unheld)
	case how.Exit != Interrupted, why == cancelled, why == notYet:
		if why == cancelled && how.Error == "" {
			how.Error = cancelledBy(by)
		}
		return w.finish(ctx, s, engineJob, how)
	}
	err = w.In(ctx, func(tx pgx.Tx, kept *store.Store) error {
		if how.Spent != nil {
			if err := kept.Spend(ctx, s.Job.ID, s.Job.Ticket, how.Spent); err != nil {
				return err
			}
		}
		if err := w.engage(ctx, tx, kept, s.Job, again); err != nil {
			return err
		}
		return complete(ctx, tx, engineJob)
	})
	if err == nil {
		w.o.Observe(Event{Kind: SliceEnded, Job: s.Job, Again: again})
	}
	return err
}

// finish ends the job.
func (w *Worker) finish(ctx context.Context, s *Slice, engineJob *river.Job[work], how store.Ended) error {
	err := w.In(ctx, func(tx pgx.Tx, kept *store.Store) error {
		if err := kept.End(ctx, s.Job.ID, s.Job.Ticket, how); err != nil {
			return err
		}
		return complete(ctx, tx, engineJob)
	})
	if err != nil { // the next slice finds that nothing is left to do
		return err
	}
	job := s.Job
	job.Exit, job.Summary, job.Error, job.EndedAt = how.Exit, how.Summary, how.Error, time.Now()
	w.o.Observe(Event{Kind: JobEnded, Job: job})
	return nil
}

// complete ends a slice for the engine.
func complete(ctx context.Context, tx pgx.Tx, engineJob *river.Job[work]) error {
	_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, engineJob)
	return err
}

// unbegun returns the jobs whose slice the engine has given to a worker that has not begun it for long, and was either not seen
// for a while, or is this one, which knows of others alone: it was killed, or lost its database, just between the two.
func (f *Fleet) unbegun(ctx context.Context, unseen time.Duration, worker string, knows []int64) ([]store.Job, error) {
	table := func(schema, name string) string { return pgx.Identifier{schema, name}.Sanitize() }
	rows, err := f.pool.Query(ctx, "SELECT j.id, j.ticket FROM "+table(f.database.Schema(), "job")+" j JOIN "+table(f.schema, "river_job")+` e
	ON e.state = 'running' AND e.kind = $4 AND (e.args->>'job')::bigint = j.id AND (e.args->>'ticket')::bigint = j.ticket
	WHERE NOT j.working AND j.ended_at IS NULL AND e.attempted_at < now() - $1::interval AND CASE e.attempted_by[cardinality(e.attempted_by)]
	WHEN $2 THEN j.id <> ALL($3) ELSE NOT EXISTS (SELECT FROM `+table(f.database.Schema(), "worker")+` w
	WHERE w.name = e.attempted_by[cardinality(e.attempted_by)] AND w.seen_at > now() - $1::interval) END`, unseen, worker, knows, work{}.Kind())
	if err != nil {
		return nil, err
	}
	type slice struct {
		Job    int64
		Ticket int
	}
	slices, err := pgx.CollectRows(rows, pgx.RowToStructByPos[slice])
	if err != nil {
		return nil, err
	}
	jobs := make([]store.Job, len(slices))
	for i, one := range slices {
		if jobs[i], err = f.Job(ctx, one.Job); err != nil {
			return nil, err
		}
		jobs[i].Ticket = one.Ticket // whoever has begun another slice since has the job
	}
	return jobs, nil
}
