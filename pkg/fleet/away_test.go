package fleet_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

// TestAStandbyThatTakesOverIsNoticed has workers that have nothing to do find another server in the place of theirs: one of them
// tells, once.
func TestAStandbyThatTakesOverIsNoticed(t *testing.T) {
	server := postgrestest.Start(t)
	address := server.Address(t)
	standby := server.Standby(t)
	database, err := postgres.Connect(t.Context(), server.Or(standby, address))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Close)
	f, err := fleet.Open(database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := newCrew(t, f)
	idle := func(context.Context, *fleet.Slice) (store.Ended, error) { return store.Ended{}, nil }
	for _, name := range []string{"one", "two"} {
		c.run(fleet.Options{Name: name, Slots: 1, Execute: idle})
	}
	c.until("both workers", func() bool {
		workers, err := f.Workers(t.Context(), time.Time{})
		return err == nil && len(workers) == 2
	})
	if told := c.told(fleet.Lapsed); len(told) > 0 {
		t.Errorf("told before: %v", told)
	}
	standby.Await(t, "SELECT pg_last_wal_replay_lsn() >= '"+server.Ask(t, "SELECT pg_current_wal_lsn()")+"'", "t")
	server.Crash()
	c.until("trouble", func() bool { return len(c.told(fleet.Trouble)) > 0 })
	standby.Ask(t, "SELECT pg_promote()")
	c.until("that it is noticed", func() bool { return len(c.told(fleet.Lapsed)) > 0 })
	ended := c.ended(submit(t, f, order("one")).ID)
	if told := c.told(fleet.Lapsed); len(told) != 1 || ended.Exit != 0 {
		t.Errorf("told %v, and then %+v", told, ended)
	}
}

// TestADatabaseThatIsAwayEndsNoJob crashes the database under a slice that wants its roster: the job goes on once it is back.
func TestADatabaseThatIsAwayEndsNoJob(t *testing.T) {
	server := postgrestest.Start(t)
	database, err := postgres.Connect(t.Context(), server.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Close)
	f, err := fleet.Open(database)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := newCrew(t, f)
	job := submit(t, f, order("one"))
	var crashed atomic.Bool
	c.run(fleet.Options{Name: "w", Slots: 1, Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		read := func() ([]byte, error) { return nil, errors.New("it is there already") }
		if crashed.CompareAndSwap(false, true) {
			server.Crash()
			_, err := s.Roster(ctx, read)
			if !errors.Is(err, ledger.ErrUnreachable) {
				t.Errorf("the roster of a database that is away: %v", err)
			}
			server.Restart(t)
			return store.Ended{Exit: 1}, err
		}
		_, err := s.Roster(ctx, read)
		return store.Ended{Exit: 3}, err
	}})
	var got store.Job
	c.until("the end of the job", func() bool {
		var err error
		got, err = f.Job(t.Context(), job.ID)
		return err == nil && !got.Open() // it cannot be asked for while the database is away
	})
	if got.Exit != 3 || got.Slices < 2 {
		t.Errorf("the job has ended as %+v", got)
	}
}
