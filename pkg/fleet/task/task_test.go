package task_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/fleet/task"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/onboard"
	"rollcall/pkg/quantity"
	"rollcall/pkg/sandbox"
)

// lab is a fleet of one worker, and a service whose organization a roster of three is to be synced to.
type lab struct {
	t       *testing.T
	fleet   *fleet.Fleet
	options onboard.Options
}

func newLab(t *testing.T) *lab {
	t.Helper()
	address := postgrestest.Address(t)
	database, err := postgres.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(database.Close)
	t.Cleanup(func() {
		engine := pgx.Identifier{database.Schema() + "_river"}.Sanitize()
		if _, err := database.Pool().Exec(context.WithoutCancel(t.Context()), "DROP SCHEMA IF EXISTS "+engine+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	f, err := fleet.Open(database)
	if err == nil {
		_, err = f.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	service, err := sandbox.Start(t.Context(), "", sandbox.Options{Members: sandbox.Population{Count: 3}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	})
	o := onboard.ForSync()
	o.Roster, o.Ledger = "people.csv", address
	o.Dial = onboard.At(service.URL(), cybedefend.AccessToken(service.AccessToken()))
	o.Sync.ApplyRoles, o.Sync.MaxRoleChanges = true, quantity.Number(3)
	return &lab{t: t, fleet: f, options: o}
}

// work has a worker execute a job so until it has ended, and returns it then.
func (l *lab) work(execute func(context.Context, *fleet.Slice) (store.Ended, error)) store.Job {
	l.t.Helper()
	w, err := l.fleet.NewWorker(fleet.Options{
		Name: "w", Pulse: 10 * time.Millisecond, Execute: execute, Decide: func(store.Schedule, time.Time) (store.Firing, error) {
			return store.Firing{}, errors.New("no schedule was expected")
		},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	job, err := l.fleet.Submit(l.t.Context(), store.Order{
		Organization: sandbox.DefaultOrganizationID, Command: store.Sync, Options: "{}", Source: l.options.Roster,
	}, []byte("email,role\nmember1@acme.example,billing_manager\nmember2@acme.example,member\nnew@x.example,member\n"), "")
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, leave := context.WithCancel(l.t.Context())
	ended := make(chan error)
	go func() { ended <- w.Run(ctx) }()
	for deadline := time.Now().Add(time.Minute); job.EndedAt.IsZero() && time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		if job, err = l.fleet.Job(l.t.Context(), job.ID); err != nil {
			l.t.Fatal(err)
		}
	}
	leave()
	if err := <-ended; err != nil {
		l.t.Error(err)
	}
	return job
}

// TestTheEndOfARunIsKnown has a slice end its run and then nobody note that about the job, as when its worker is killed or the
// database is away just then. The next slice tells all that the one before knew.
func TestTheEndOfARunIsKnown(t *testing.T) {
	l := newLab(t)
	requests := 0
	job := l.work(func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		report, how, err := task.Execute(ctx, s, l.options)
		if s.Job.Slices == 1 {
			requests = report.Requests
			return store.Ended{}, errors.Join(err, ledger.ErrUnreachable)
		}
		return how, err
	})
	if job.EndedAt.IsZero() || job.Exit != 0 || job.Slices != 2 {
		t.Fatalf("ended at %s with exit code %d after %d slices: %s", job.EndedAt, job.Exit, job.Slices, job.Error)
	}
	var told struct {
		Requests int    `json:"requests"`
		Name     string `json:"organization_name"`
		Drift    struct {
			Role    int `json:"role"`
			Leaver  int `json:"leaver"`
			Changed int `json:"changed"`
		} `json:"drift"`
		Outcomes map[string]int `json:"outcomes"`
	}
	if err := json.Unmarshal(job.Summary, &told); err != nil {
		t.Fatal(err)
	}
	if told.Requests != requests || told.Name != sandbox.DefaultOrganizationName || told.Outcomes["invited"] != 1 || told.Drift.Role != 1 || told.Drift.Changed != 1 {
		t.Errorf("of %d requests and one changed role it tells %s", requests, job.Summary)
	}
}

// TestARunEndsForNoJobOfSomebodyElse has somebody else get the job while a slice is about to end its run: what that slice knows of
// the end cannot be noted any more, so the run goes on, and the next slice tells the same.
func TestARunEndsForNoJobOfSomebodyElse(t *testing.T) {
	l := newLab(t)
	var fenced error
	job := l.work(func(ctx context.Context, s *fleet.Slice) (store.Ended, error) {
		o := l.options
		if s.Job.Slices > 1 {
			_, how, err := task.Execute(ctx, s, o)
			return how, err
		}
		// The ticket that this slice has is worth nothing for as long as it works.
		o.Observer.Begun = func(ledger.Run, bool) { s.Job.Ticket-- }
		_, _, fenced = task.Execute(ctx, s, o)
		s.Job.Ticket++
		job, err := l.fleet.Job(ctx, s.Job.ID)
		if err != nil || job.Run == "" {
			t.Errorf("the run is not known: %v", err)
		}
		if _, ended, err := (onboard.History{Ledgers: []string{o.Ledger}}).Ended(ctx, job.Run); err != nil || ended {
			t.Errorf("the run has ended: %t, %v", ended, err)
		}
		return store.Ended{}, ledger.ErrUnreachable
	})
	if !errors.Is(fenced, ledger.ErrFenced) {
		t.Errorf("a slice that has lost its job ends with %v", fenced)
	}
	if job.EndedAt.IsZero() || job.Exit != 0 || job.Slices != 2 {
		t.Fatalf("ended at %s with exit code %d after %d slices: %s", job.EndedAt, job.Exit, job.Slices, job.Error)
	}
	var told struct {
		Drift struct {
			Role    int `json:"role"`
			Changed int `json:"changed"`
		} `json:"drift"`
	}
	if err := json.Unmarshal(job.Summary, &told); err != nil {
		t.Fatal(err)
	}
	if told.Drift.Role != 1 || told.Drift.Changed != 1 {
		t.Errorf("of one changed role it tells %s", job.Summary)
	}
}
