// Package fleet has many machines work for many organizations, on the engine River. One job is one run, which is worked on in
// slices; one of the engine's jobs is one slice.
//
//	f, err := fleet.Open(database)
//	job, err := f.Submit(ctx, order, content, "ada")
//
//	w, err := f.NewWorker(fleet.Options{Name: host, Slots: 8, Execute: execute, Decide: decide})
//	err = w.Run(ctx) // until ctx ends: then what is in flight is answered, and other machines go on
//
// What makes it safe is not here. It is the ledger, which every slice enters anew and which takes nothing from whoever was
// there before, and the claims, which are good for a few seconds. Who works when is decided by the engine and by who was seen
// of late. Both may be wrong about who is alive: nobody is invited twice by that.
//
// A slice has a ticket. Whoever engages the next one makes the old one worthless, so two machines that believe to be at the
// same job cannot both say how it goes on: one of them finds that it has nothing to say.
//
// It has no example: it needs a database.
package fleet

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger/postgres"
)

// Fleet is a database by which machines work together. It is safe for concurrent use.
type Fleet struct {
	*store.Store
	database  *postgres.Database
	pool      *pgxpool.Pool
	schema    string // of the engine
	engine    *river.Client[pgx.Tx]
	migrating sync.Mutex
}

// work is what the engine knows of a slice.
type work struct {
	Job    int64 `json:"job"`
	Ticket int   `json:"ticket"`
}

// Kind implements [river.JobArgs]. An engine that knows no such kind would discard the job.
func (work) Kind() string { return "slice" }

// always: a slice is tried for as long as it takes.
const always = 32767

// InsertOpts implements [river.JobArgsWithInsertOpts].
func (work) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: always} }

// Open returns the fleet whose tables are beside those of the ledger.
func Open(database *postgres.Database) (*Fleet, error) {
	f := &Fleet{
		Store: store.New(database.Pool(), database.Schema()), database: database, pool: database.Pool(),
		schema: database.Schema() + "_river", // two owners of tables, two schemas
	}
	var err error
	f.engine, err = river.NewClient(riverpgxv5.New(f.pool), &river.Config{Schema: f.schema, Logger: slog.New(slog.DiscardHandler)})
	return f, err
}

// Database returns the database that the fleet shares with the ledger.
func (f *Fleet) Database() *postgres.Database { return f.database }

// Migrate makes what is missing of the tables of the ledger, of the fleet and of the engine, and returns how many steps the last
// two took. Several programs may ask for it at once.
func (f *Fleet) Migrate(ctx context.Context) (steps int, err error) {
	if _, err := f.Recognize(ctx); err != nil {
		return 0, err
	}
	if steps, err = f.Store.Migrate(ctx); err != nil {
		return steps, err
	}
	migrator, err := f.migrator()
	if err != nil {
		return steps, err
	}
	f.migrating.Lock() // it takes two connections, and there may be no more
	defer f.migrating.Unlock()
	// The engine needs several transactions for its steps, and takes no care of others who do the same.
	err = f.In(ctx, func(_ pgx.Tx, s *store.Store) error {
		if err := s.Alone(ctx); err != nil {
			return err
		}
		if _, err := f.pool.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{f.schema}.Sanitize()); err != nil {
			return err
		}
		done, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
		if done != nil {
			steps += len(done.Versions)
		}
		return err
	})
	return steps, err
}

// Recognized is what was found out about a database.
type Recognized struct {
	// Lapsed says that it was just noticed that the database is another one than it was: it was restored, or another server has
	// taken over.
	Lapsed bool
	// Partly says that the database does not say all that this can be noticed by.
	Partly bool
}

// Recognize opens the ledger, by which it is noticed whether the database is another one than it was.
func (f *Fleet) Recognize(ctx context.Context) (Recognized, error) {
	ledger, err := postgres.On(ctx, f.database, postgres.Options{})
	if err != nil {
		return Recognized{}, err
	}
	return Recognized{ledger.Noticed(), !ledger.Recognizes()}, ledger.Close() //nolint:contextcheck // nothing is queued
}

// Count is [store.Store.Count] with what the ledger knows of the database.
func (f *Fleet) Count(ctx context.Context, unseen time.Duration) (store.Counts, error) {
	counts, err := f.Store.Count(ctx, unseen)
	if err == nil {
		counts.Lapsed, err = f.database.Lapsed(ctx)
	}
	return counts, err
}

func (f *Fleet) migrator() (*rivermigrate.Migrator[pgx.Tx], error) {
	return rivermigrate.New(riverpgxv5.New(f.pool), &rivermigrate.Config{Schema: f.schema, Logger: slog.New(slog.DiscardHandler)})
}

// Check returns nil if the tables are as this program needs them, and otherwise an error that matches one of
// [store.Store.Check].
func (f *Fleet) Check(ctx context.Context) error {
	if err := f.Store.Check(ctx); err != nil {
		return err
	}
	migrator, err := f.migrator()
	if err != nil {
		return err
	}
	valid, err := migrator.Validate(ctx, nil)
	if err == nil && !valid.OK {
		err = &store.OlderError{Engine: true}
	}
	return err
}

// Submit keeps a job that begins as soon as a worker has time. Content is what is in its roster; nil: the first worker reads
// it. It is [store.ErrBusy] if the organization has a job that has not ended. By is who asks for it.
func (f *Fleet) Submit(ctx context.Context, o store.Order, content []byte, by string) (job store.Job, err error) {
	err = f.In(ctx, func(tx pgx.Tx, s *store.Store) error {
		var digest []byte
		if content != nil {
			if digest, err = s.KeepRoster(ctx, content); err != nil {
				return err
			}
		}
		if job, err = s.Submit(ctx, o, digest, by); err != nil {
			return err
		}
		return f.engage(ctx, tx, s, job, time.Time{})
	})
	return job, err
}

// engage has the next slice of a job begin at an instant, at once if that is zero. The one before has nothing to say any more.
func (f *Fleet) engage(ctx context.Context, tx pgx.Tx, s *store.Store, job store.Job, at time.Time) error {
	ticket, err := s.Engage(ctx, job.ID, job.Ticket, at)
	if err != nil {
		return err
	}
	_, err = f.engine.InsertTx(ctx, tx, work{job.ID, ticket}, &river.InsertOpts{ScheduledAt: at})
	return err
}

// Interrupted is the exit code of a job that was cancelled, and of a slice that was to end.
const Interrupted = 130

// Cancel has a job end. What is in flight is answered; who was not sent stays so, and is sent by the next job over the same
// roster. The job has ended when Cancel returns, unless a worker is at it.
func (f *Fleet) Cancel(ctx context.Context, id int64, by string) (job store.Job, err error) {
	err = f.In(ctx, func(_ pgx.Tx, s *store.Store) error {
		if job, err = s.Cancel(ctx, id, by); err != nil || job.Working {
			return err
		}
		if err := s.End(ctx, id, job.Ticket, store.Ended{Exit: Interrupted, Error: cancelledBy(by)}); err != nil {
			return err
		}
		job, err = s.Job(ctx, id)
		return err
	})
	return job, err
}

// cancelledBy says who has cancelled a job.
func cancelledBy(who string) string {
	if who == "" {
		return "it was cancelled"
	}
	return who + " has cancelled it"
}

// Resume takes back what [store.Store.Pause] has done, and has the jobs go on at once that have waited for that.
func (f *Fleet) Resume(ctx context.Context, name string) error {
	return f.In(ctx, func(tx pgx.Tx, s *store.Store) error {
		if err := s.Resume(ctx, name); err != nil {
			return err
		}
		jobs, err := s.Jobs(ctx, store.Filter{Open: true})
		if err != nil {
			return err
		}
		for _, job := range jobs {
			if job.Working || job.Organization != name && job.Limit != name {
				continue
			}
			if err := f.engage(ctx, tx, s, job, time.Time{}); err != nil && !errors.Is(err, store.ErrStale) {
				return err
			}
		}
		return nil
	})
}
