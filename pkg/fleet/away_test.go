package fleet_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

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
