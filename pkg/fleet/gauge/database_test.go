package gauge_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/gauge"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

// open returns a fleet without tables, and its database.
func open(t *testing.T) (*fleet.Fleet, *postgres.Database) {
	t.Helper()
	address := postgrestest.Address(t)
	database, err := postgres.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Close)
	t.Cleanup(func() {
		other, err := postgres.Connect(context.WithoutCancel(t.Context()), address)
		if err != nil {
			t.Error(err)
			return
		}
		defer other.Close()
		if _, err := other.Pool().Exec(context.WithoutCancel(t.Context()), "DROP SCHEMA IF EXISTS "+pgx.Identifier{other.Schema() + "_river"}.Sanitize()+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	f, err := fleet.Open(database)
	if err != nil {
		t.Fatal(err)
	}
	return f, database
}

// until waits until something is so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	patience := time.After(time.Minute)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-patience:
			t.Fatalf("%s did not come", what)
		}
	}
}

// TestALapseIsShown has the database of a fleet be another one than it was.
func TestALapseIsShown(t *testing.T) {
	f, database := open(t)
	if _, err := f.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const metric = "rollcall_fleet_database_lapse_timestamp_seconds"
	if got, shown := scrape(t, gaugeOf(f))[metric]; got != 0 || !shown {
		t.Errorf("before: %v, %t", got, shown)
	}
	home := pgx.Identifier{database.Schema(), "home"}.Sanitize()
	if _, err := database.Pool().Exec(t.Context(), "UPDATE "+home+" SET timeline = timeline - 1"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []fleet.Recognized{{Lapsed: true}, {}} {
		if got, err := f.Recognize(t.Context()); err != nil || got != want {
			t.Errorf("Recognize = %+v, %v, want %+v", got, err, want)
		}
	}
	if at := scrape(t, gaugeOf(f))[metric]; time.Since(time.Unix(int64(at), 0)).Abs() > time.Minute {
		t.Errorf("after: %v", at)
	}
}

// TestAWorkerIsShown has a worker work on real tables, from before they are there until the database is gone.
func TestAWorkerIsShown(t *testing.T) {
	f, database := open(t)
	healthy := func(want string) func() bool {
		return func() bool { return strings.TrimSpace(get(gaugeOf(f), "/healthz").Body.String()) == want }
	}
	if !healthy("the database has no tables for jobs yet")() {
		t.Errorf("without tables: %s", get(gaugeOf(f), "/healthz").Body)
	}
	if got := scrape(t, gaugeOf(f)); got["rollcall_fleet_database_up"] != 0 {
		t.Errorf("without tables: %v", got)
	}
	if _, err := f.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, organization := range []string{"guarded", "long", "paused"} {
		if _, err := f.Submit(t.Context(), store.Order{Organization: organization, Command: store.Sync, Source: "team.csv"}, []byte("email\n"), "ada"); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Pause(t.Context(), "paused", "ada"); err != nil {
		t.Fatal(err)
	}
	due := time.Now().Add(-time.Hour)
	if _, err := f.Apply(t.Context(), "night", nil, []store.Schedule{{
		Name: "late", Order: store.Order{Organization: "scheduled", Command: store.Sync, Source: "team.csv"}, Timing: []byte("{}"), Slot: due, DueAt: due,
	}}); err != nil {
		t.Fatal(err)
	}
	if got := scrape(t, gaugeOf(f)); got["rollcall_fleet_runs state=waiting"] != 2 || got["rollcall_fleet_runs state=paused"] != 1 ||
		got["rollcall_fleet_schedule_overdue_seconds"] < 3600 || got["rollcall_fleet_schedule_overdue_seconds"] > 3700 || got["rollcall_fleet_schedules state=active"] != 1 {
		t.Errorf("before there is a worker: %v", got)
	}

	g := gauge.New(gauge.Options{Database: f, Version: "v1"})
	w, err := f.NewWorker(fleet.Options{
		Name: "w", Slots: 4, Pulse: 10 * time.Millisecond, Slice: time.Hour, Observe: g.Observe,
		Execute: func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
			if s.Job.Organization != "long" {
				return store.Ended{Exit: 8}, nil
			}
			s.Began()
			<-ctx.Done()
			return store.Ended{Exit: fleet.Interrupted}, nil
		},
		Decide: func(store.Schedule, time.Time) (store.Firing, error) {
			later := time.Now().Add(time.Hour)
			return store.Firing{Begin: true, Slot: due, Next: later, DueAt: later}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.Watch(w.State)
	if got := get(g, "/healthz"); got.Code != http.StatusServiceUnavailable || got.Body.String() != "the worker has not begun\n" {
		t.Errorf("before it has begun: %s", got.Body)
	}
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	until(t, "a worker that is fit", func() bool { return get(g, "/healthz").Code == http.StatusOK })
	// Each look is at another gauge, since one asks the database once a second.
	until(t, "the end of the runs", func() bool {
		of := scrape(t, gaugeOf(f))
		return of["rollcall_fleet_runs_ended_last_day exit_code=8"] == 2 && of["rollcall_fleet_runs state=running"] == 1
	})
	until(t, "what the worker tells", func() bool {
		own := scrape(t, g)
		return own["rollcall_fleet_runs_ended_total exit_code=8"] == 2 && own["rollcall_fleet_worker_running"] == 1 &&
			own["rollcall_fleet_schedule_lateness_seconds count"] == 1
	})
	own := scrape(t, g)
	if late := own["rollcall_fleet_schedule_lateness_seconds sum"]; late < 3600 || late > 3700 || own["rollcall_fleet_worker_slots"] != 4 ||
		time.Since(time.Unix(int64(own["rollcall_fleet_worker_pulse_timestamp_seconds"]), 0)).Abs() > time.Minute {
		t.Errorf("of the worker: %v", own)
	}
	of := scrape(t, gaugeOf(f))
	if of["rollcall_fleet_oldest_due_run_age_seconds"] != 0 || of["rollcall_fleet_runs state=paused"] != 1 || of["rollcall_fleet_schedule_overdue_seconds"] != 0 {
		t.Errorf("of the fleet: %v", of)
	}
	leave()
	until(t, "a worker that drains", func() bool { return get(g, "/healthz").Body.String() == "draining\n" })
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	// The run that goes on is due again, and nobody is there who works on it.
	if of := scrape(t, gaugeOf(f)); of["rollcall_fleet_oldest_due_run_age_seconds"] <= 0 || of["rollcall_fleet_runs state=running"] != 1 {
		t.Errorf("after the worker has left: %v", of)
	}
	database.Close()
	if !healthy("the database cannot be used: the log of the worker says why")() {
		t.Errorf("without a database: %s", get(gaugeOf(f), "/healthz").Body)
	}
	if got := scrape(t, gaugeOf(f)); got["rollcall_fleet_database_up"] != 0 {
		t.Errorf("without a database: %v", got)
	}
}

// gaugeOf returns a gauge of its own, whose worker is always fit.
func gaugeOf(f *fleet.Fleet) *gauge.Gauge {
	g := gauge.New(gauge.Options{Database: f})
	g.Watch(func() fleet.State { return fleet.State{Slots: 1, Pulse: time.Now()} })
	return g
}

// TestARunBetweenTwoSlicesWaits has a run whose last worker is there and works on something else.
func TestARunBetweenTwoSlicesWaits(t *testing.T) {
	f, database := open(t)
	if _, err := f.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	job, err := f.Submit(t.Context(), store.Order{Organization: "one", Command: store.Invite, Source: "team.csv"}, nil, "ada")
	if err != nil {
		t.Fatal(err)
	}
	if job, err = f.Job(t.Context(), job.ID); err != nil {
		t.Fatal(err)
	}
	if err := f.See(t.Context(), store.Worker{Name: "w", Slots: 1, Running: 1}); err != nil {
		t.Fatal(err)
	}
	age := func() float64 { t.Helper(); return scrape(t, gaugeOf(f))["rollcall_fleet_oldest_due_run_age_seconds"] }
	hourAgo := func() {
		t.Helper()
		if _, err := database.Pool().Exec(t.Context(), "UPDATE "+pgx.Identifier{database.Schema(), "job"}.Sanitize()+" SET due_at = now() - interval '1 hour'"); err != nil {
			t.Fatal(err)
		}
	}
	if hourAgo(); age() < 3600 {
		t.Errorf("a run that nobody has begun is due for %v s", age())
	}
	if _, err := f.Slice(t.Context(), job.ID, job.Ticket, "w"); err != nil {
		t.Fatal(err)
	}
	if age() != 0 {
		t.Errorf("a run that is worked on is due for %v s", age())
	}
	if _, err := f.Engage(t.Context(), job.ID, job.Ticket, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if hourAgo(); age() < 3600 {
		t.Errorf("a run between two slices is due for %v s", age())
	}
	if _, err := f.Slice(t.Context(), job.ID, job.Ticket+1, "w"); err != nil {
		t.Fatal(err)
	}
	if _, err := database.Pool().Exec(t.Context(), "UPDATE "+pgx.Identifier{database.Schema(), "worker"}.Sanitize()+" SET seen_at = now() - interval '2 minutes'"); err != nil {
		t.Fatal(err)
	}
	if age() < 3600 {
		t.Errorf("a run whose worker is gone is due for %v s", age())
	}
}
