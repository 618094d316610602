package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

// pulse makes a second short.
const pulse = 10 * time.Millisecond

// open returns a fleet whose tables are there.
func open(tb testing.TB) *fleet.Fleet {
	tb.Helper()
	f := bare(tb)
	if _, err := f.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return f
}

// bare returns a fleet without tables.
func bare(tb testing.TB) *fleet.Fleet {
	tb.Helper()
	database, err := postgres.Connect(tb.Context(), postgrestest.Address(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(database.Close)
	tb.Cleanup(func() {
		engine := pgx.Identifier{database.Schema() + "_river"}.Sanitize()
		if _, err := database.Pool().Exec(context.WithoutCancel(tb.Context()), "DROP SCHEMA IF EXISTS "+engine+" CASCADE"); err != nil {
			tb.Error(err)
		}
	})
	f, err := fleet.Open(database)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// crew runs workers, and keeps what they tell.
type crew struct {
	t testing.TB
	f *fleet.Fleet

	mu     sync.Mutex
	events []fleet.Event
	news   chan struct{}
}

func newCrew(tb testing.TB, f *fleet.Fleet) *crew {
	tb.Helper()
	return &crew{t: tb, f: f, news: make(chan struct{}, 1)}
}

// run runs a worker until the returned function is called, or the test ends.
func (c *crew) run(o fleet.Options) (leave func()) {
	c.t.Helper()
	o.Pulse = pulse
	if o.Decide == nil {
		o.Decide = func(store.Schedule, time.Time) (store.Firing, error) {
			return store.Firing{}, errors.New("no schedule was expected")
		}
	}
	o.Observe = func(e fleet.Event) {
		c.mu.Lock()
		c.events = append(c.events, e)
		c.mu.Unlock()
		select {
		case c.news <- struct{}{}:
		default:
		}
	}
	w, err := c.f.NewWorker(o)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(c.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	leave = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			c.t.Errorf("worker %s: %v", o.Name, err)
		}
	})
	c.t.Cleanup(leave)
	return leave
}

// told returns the events of a kind.
func (c *crew) told(kind fleet.EventKind) []fleet.Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	var told []fleet.Event
	for _, e := range c.events {
		if e.Kind == kind {
			told = append(told, e)
		}
	}
	return told
}

// until waits until something is so.
func (c *crew) until(what string, is func() bool) {
	c.t.Helper()
	patience := time.After(time.Minute)
	for !is() {
		select {
		case <-c.news:
		case <-time.After(pulse):
		case <-patience:
			c.t.Fatalf("%s did not come; events: %v", what, c.events)
		}
	}
}

// ended waits for the end of a job.
func (c *crew) ended(id int64) store.Job {
	c.t.Helper()
	var job store.Job
	c.until(fmt.Sprintf("the end of job %d", id), func() bool {
		var err error
		if job, err = c.f.Job(c.t.Context(), id); err != nil {
			c.t.Fatal(err)
		}
		return !job.Open()
	})
	return job
}

func order(organization string) store.Order {
	return store.Order{Organization: organization, Command: store.Invite, Source: "team.csv"}
}

func submit(tb testing.TB, f *fleet.Fleet, o store.Order) store.Job {
	tb.Helper()
	job, err := f.Submit(tb.Context(), o, []byte("email\nann@x.test\n"), "ada")
	if err != nil {
		tb.Fatal(err)
	}
	return job
}

func TestAJobIsWorkedOnInSlices(t *testing.T) {
	f := open(t)
	c := newCrew(t, f)
	job := submit(t, f, order("one"))
	c.run(fleet.Options{Name: "w", Slice: pulse, Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		content, err := s.Roster(ctx, func() ([]byte, error) { return nil, errors.New("it is there already") })
		if err != nil || string(content) != "email\nann@x.test\n" {
			t.Errorf("roster: %q, %v", content, err)
		}
		if s.Job.Slices == 3 {
			return store.Ended{Exit: 3, Summary: []byte(`{"rows": 1}`)}, nil
		}
		s.Began()
		<-ctx.Done()
		return store.Ended{Exit: fleet.Interrupted}, nil
	}})
	got := c.ended(job.ID)
	if got.Exit != 3 || got.Slices != 3 || string(got.Summary) != `{"rows": 1}` || got.Working {
		t.Errorf("the job has ended as %+v", got)
	}
	if n := len(c.told(fleet.SliceEnded)); n != 2 {
		t.Errorf("%d slices have ended before the last one, want 2", n)
	}
}

func TestOneJobForAnOrganization(t *testing.T) {
	f := open(t)
	const tries = 20
	busy := make(chan error, tries)
	for range tries {
		go func() {
			_, err := f.Submit(t.Context(), order("one"), nil, "ada")
			busy <- err
		}()
	}
	accepted := 0
	for range tries {
		switch err := <-busy; {
		case err == nil:
			accepted++
		case !errors.Is(err, store.ErrBusy):
			t.Error(err)
		}
	}
	if accepted != 1 {
		t.Errorf("%d jobs were accepted for one organization", accepted)
	}
	submit(t, f, order("two"))
}

// TestALongJobHoldsUpNobody has one slot for one job that never ends and some that end at once.
func TestALongJobHoldsUpNobody(t *testing.T) {
	f := open(t)
	c := newCrew(t, f)
	long := submit(t, f, order("long"))
	var turns []string
	for i := range 5 {
		submit(t, f, order(fmt.Sprint("short", i)))
	}
	var mu sync.Mutex
	c.run(fleet.Options{Name: "w", Slots: 1, Slice: pulse, Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		mu.Lock()
		turns = append(turns, s.Job.Organization)
		mu.Unlock()
		if s.Job.Organization != "long" {
			return store.Ended{}, nil
		}
		s.Began()
		<-ctx.Done()
		return store.Ended{Exit: fleet.Interrupted}, nil
	}})
	c.until("the end of all short jobs", func() bool { return len(c.told(fleet.JobEnded)) == 5 })
	mu.Lock()
	longs := 0
	for _, organization := range turns[:slices.Index(turns, "short4")] {
		if organization == "long" {
			longs++
		}
	}
	mu.Unlock()
	if longs > 3 {
		t.Errorf("the long job had %d turns before the last short one had its first: %v", longs, turns)
	}
	if _, err := f.Cancel(t.Context(), long.ID, "ada"); err != nil {
		t.Fatal(err)
	}
	if got := c.ended(long.ID); got.Exit != fleet.Interrupted || got.Error != "ada has cancelled it" {
		t.Errorf("the long job has ended as %+v", got)
	}
}

func TestWaitingJobsAreCancelledAtOnce(t *testing.T) {
	f := open(t)
	job := submit(t, f, order("one"))
	got, err := f.Cancel(t.Context(), job.ID, "ada")
	if err != nil || got.Open() || got.Exit != fleet.Interrupted {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := f.Cancel(t.Context(), job.ID, "ada"); !errors.Is(err, store.ErrEnded) {
		t.Errorf("cancelled twice: %v", err)
	}
	if _, err := f.Cancel(t.Context(), job.ID+1, "ada"); !errors.Is(err, store.ErrNone) {
		t.Errorf("no such job: %v", err)
	}
	// Its slice, which the engine still has, is nothing to work on.
	c := newCrew(t, f)
	c.run(fleet.Options{Name: "w", Execute: func(_ context.Context, s *fleet.Slice) (store.Ended, error) {
		if s.Job.ID == job.ID {
			t.Error("a job that was cancelled was worked on")
		}
		return store.Ended{}, nil
	}})
	c.ended(submit(t, f, order("one")).ID)
}

func TestALeavingWorkerHandsOver(t *testing.T) {
	f := open(t)
	c := newCrew(t, f)
	job := submit(t, f, order("one"))
	at := make(chan string, 2)
	execute := func(name string, ends bool) func(context.Context, *fleet.Slice) (store.Ended, error) {
		return func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
			at <- name
			if ends {
				return store.Ended{}, nil
			}
			s.Began()
			<-ctx.Done()
			return store.Ended{Exit: fleet.Interrupted}, nil
		}
	}
	leave := c.run(fleet.Options{Name: "a", Slice: time.Hour, Execute: execute("a", false)})
	if first := <-at; first != "a" {
		t.Fatal(first)
	}
	c.run(fleet.Options{Name: "b", Slots: 1, Execute: execute("b", true)})
	leave()
	if next := <-at; next != "b" {
		t.Errorf("the job has gone on at %s", next)
	}
	c.ended(job.ID)
	workers, err := f.Workers(t.Context(), time.Time{})
	if err != nil || len(workers) != 1 || workers[0].Name != "b" {
		t.Errorf("workers: %+v, %v", workers, err)
	}
}

// TestAStaleSliceHasNothingToSay has a worker freeze that others take for gone: what it says of the job when it thaws is not
// heard.
func TestAStaleSliceHasNothingToSay(t *testing.T) {
	f := open(t)
	c := newCrew(t, f)
	job := submit(t, f, order("one"))
	thaw := make(chan struct{})
	c.run(fleet.Options{Name: "a", Slots: 1, Execute: func(_ context.Context, s *fleet.Slice) (store.Ended, error) {
		if s.Job.Slices == 1 {
			<-thaw
			return store.Ended{Exit: 1, Error: "of the stale slice"}, nil
		}
		return store.Ended{Exit: 3, Error: "of its successor"}, nil
	}})
	c.until("the first slice", func() bool { return len(c.told(fleet.SliceBegan)) == 1 })
	// What another worker does that has not seen this one for long.
	now, err := f.Job(t.Context(), job.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.TakeOver(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	c.run(fleet.Options{Name: "b", Slots: 1, Execute: func(context.Context, *fleet.Slice) (store.Ended, error) {
		close(thaw)
		c.until("the end of the stale slice", func() bool { return len(c.told(fleet.JobEnded)) == 0 })
		return store.Ended{Exit: 3, Error: "of its successor"}, nil
	}})
	if got := c.ended(job.ID); got.Error != "of its successor" || got.Worker != "b" {
		t.Errorf("the job has ended as %+v", got)
	}
}

func TestSilentWorkersLoseTheirJobs(t *testing.T) {
	f := open(t)
	c := newCrew(t, f)
	job := submit(t, f, order("one"))
	// A worker that has begun and was never seen again.
	if _, err := f.Slice(t.Context(), job.ID, job.Ticket+1, "gone"); err != nil {
		t.Fatal(err)
	}
	c.run(fleet.Options{Name: "b", Execute: func(context.Context, *fleet.Slice) (store.Ended, error) { return store.Ended{}, nil }})
	if got := c.ended(job.ID); got.Worker != "b" || got.Slices != 2 {
		t.Errorf("the job has ended as %+v", got)
	}
}

// TestSlicesThatWereNeverBegunAreTakenOver has the engine give a slice to a worker that is killed, or has no database, before it
// can begin it.
func TestSlicesThatWereNeverBegunAreTakenOver(t *testing.T) {
	for _, given := range []string{"gone", "w"} {
		t.Run("to "+given, func(t *testing.T) {
			f := open(t)
			c := newCrew(t, f)
			job := submit(t, f, order("one"))
			engine := pgx.Identifier{f.Database().Schema() + "_river", "river_job"}.Sanitize()
			if _, err := f.Database().Pool().Exec(t.Context(), "UPDATE "+engine+` SET state = 'running', attempt = 1, attempted_by = ARRAY[$1],
				attempted_at = now() - interval '1 hour'`, given); err != nil {
				t.Fatal(err)
			}
			c.run(fleet.Options{Name: "w", Execute: func(context.Context, *fleet.Slice) (store.Ended, error) { return store.Ended{}, nil }})
			if got := c.ended(job.ID); got.Slices != 1 || len(c.told(fleet.TakenOver)) != 1 {
				t.Errorf("%d slices, events %v", got.Slices, c.events)
			}
		})
	}
}

func TestFencedAndLockedSlicesGoOnLater(t *testing.T) {
	f := open(t)
	c := newCrew(t, f)
	job := submit(t, f, order("one"))
	c.run(fleet.Options{Name: "w", Execute: func(_ context.Context, s *fleet.Slice) (store.Ended, error) {
		switch s.Job.Slices {
		case 1:
			return store.Ended{Exit: 6}, fmt.Errorf("begin: %w", ledger.ErrFenced)
		case 2:
			return store.Ended{Exit: 6}, fmt.Errorf("open: %w", &ledger.LockedError{})
		case 3: // it is for workers of the newer version
			return store.Ended{Exit: 2}, fmt.Errorf("open: %w", ledger.ErrNewer)
		case 4:
			panic("a mistake")
		}
		return store.Ended{}, errors.New("it ended before")
	}})
	got := c.ended(job.ID)
	if got.Slices != 4 || got.Exit != 1 || got.Error != "this is a mistake in rollcall: a mistake" {
		t.Errorf("the job has ended as %+v", got)
	}
	if fenced := c.told(fleet.Fenced); len(fenced) != 1 {
		t.Errorf("fenced: %v", fenced)
	}
}

func TestPausedOrganizationsWait(t *testing.T) {
	f := open(t)
	c := newCrew(t, f)
	job := submit(t, f, order("one"))
	other := submit(t, f, order("two"))
	if err := f.Pause(t.Context(), "one", "ada"); err != nil {
		t.Fatal(err)
	}
	c.run(fleet.Options{Name: "w", Slots: 1, Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		if paused, err := f.PausedOrganizations(ctx); err != nil || paused[s.Job.Organization] != "" {
			t.Errorf("a job of a paused organization was worked on: %v", err)
		}
		return store.Ended{}, nil
	}})
	c.ended(other.ID)
	c.until("the wait of the paused job", func() bool { return len(c.told(fleet.SliceEnded)) > 0 })
	if err := f.Resume(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	c.ended(job.ID)
	if err := f.Resume(t.Context(), "one"); !errors.Is(err, store.ErrNone) {
		t.Errorf("resumed twice: %v", err)
	}
	if err := f.Pause(t.Context(), "nobody", "ada"); !errors.Is(err, store.ErrNone) {
		t.Errorf("paused what is not there: %v", err)
	}
}

func TestMigratingTwiceAtOnce(t *testing.T) {
	f := bare(t)
	if older, ok := errors.AsType[*store.OlderError](f.Check(t.Context())); !ok || older.Has != 0 {
		t.Errorf("before: %v", f.Check(t.Context()))
	}
	done := make(chan error, 4)
	for range cap(done) {
		go func() {
			_, err := f.Migrate(t.Context())
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := f.Check(t.Context()); err != nil {
		t.Errorf("after: %v", err)
	}
	if steps, err := f.Migrate(t.Context()); steps != 0 || err != nil {
		t.Errorf("once more: %d steps, %v", steps, err)
	}
}
