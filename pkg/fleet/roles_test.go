package fleet_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

// sampleOf returns a sample for fleets.
func sampleOf(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "samples", "fleet", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestRoles runs samples/fleet/roles.sql as it says, and holds the roles to what they may do. Then the server takes the settings
// of samples/fleet/postgresql.conf.
func TestRoles(t *testing.T) {
	t.Parallel()
	roles := sampleOf(t, "roles.sql")
	address, err := url.Parse(postgrestest.Start(t).Address(t))
	if err != nil {
		t.Fatal(err)
	}
	as := func(user string) string { // in the schema that is the default
		query := address.Query()
		query.Del("search_path")
		query.Set("user", user)
		return "postgres:///postgres?" + query.Encode()
	}
	ctx := t.Context()
	grant := func() {
		admin, err := pgx.Connect(ctx, as("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = admin.Exec(ctx, roles)
		if err := errors.Join(err, admin.Close(ctx)); err != nil {
			t.Fatal(err)
		}
	}
	connect := func(user string) *fleet.Fleet {
		database, err := postgres.Connect(ctx, as(user))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(database.Close)
		f, err := fleet.Open(database)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	grant()
	workers := connect("rollcall_worker")
	if _, err := workers.Migrate(ctx); err != nil {
		t.Fatalf("a worker's role migrates: %v", err)
	}
	grant()
	grant() // as often as one likes

	crew, operator := newCrew(t, workers), connect("rollcall_operator")
	operate(t, operator)
	leave := crew.run(fleet.Options{Name: "one", Execute: func(context.Context, *fleet.Slice) (store.Ended, error) {
		return store.Ended{Exit: 3}, nil
	}})
	job := look[store.Job](t)(operator.Submit(ctx, store.Order{Organization: "globex", Command: store.Invite, Source: "team.csv"}, []byte("email\n"), "ada"))
	if job = crew.ended(job.ID); job.Exit != 3 {
		t.Errorf("it has ended as %+v", job)
	}
	leave()
	keepOut(t, operator)
	set(t, as("postgres"))
}

// set has the server look at each setting of the sample. It takes none of them, which would need it to start anew.
func set(t *testing.T, address string) {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(context.WithoutCancel(t.Context())) }()
	n := 0
	for line := range strings.Lines(sampleOf(t, "postgresql.conf")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(line, " = ")
		if !found {
			t.Errorf("%q is no setting", line)
		}
		if _, err := admin.Exec(t.Context(), "ALTER SYSTEM SET "+name+" = '"+strings.Trim(value, "'")+"'"); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		n++
	}
	if n < 10 {
		t.Errorf("%d settings", n)
	}
}

// look returns what a call returns, which must not fail.
func look[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(got T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
}

// operate does all that `rollcall jobs` does, but for migrating.
func operate(t *testing.T, f *fleet.Fleet) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.Check(ctx))
	one := store.Schedule{
		Name: "emea", Order: store.Order{Organization: "acme", Command: store.Sync, Source: "team.csv", Limit: "acme"},
		Timing: []byte("{}"), Slot: time.Now().Add(time.Hour), DueAt: time.Now().Add(time.Hour),
	}
	for range 2 {
		look[store.Applied](t)(f.Apply(ctx, "jobs", map[string]float64{"acme": 48}, []store.Schedule{one}))
		one.Source = "staff.csv"
	}
	job := look[store.Job](t)(f.Submit(ctx, one.Order, []byte("email\n"), "ada"))
	for _, name := range []string{"acme", "emea"} {
		if name == "emea" {
			must(f.PauseSchedule(ctx, "jobs", name, "ada"))
		} else {
			must(f.Pause(ctx, name, "ada"))
		}
		must(f.Resume(ctx, name))
	}
	must(f.Hold(ctx, "acme", time.Second, "the service asks for it"))
	look[store.Job](t)(f.Cancel(ctx, job.ID, "ada"))
	look[[]store.Job](t)(f.Jobs(ctx, store.Filter{Organization: "acme"}))
	look[[]store.Schedule](t)(f.Schedules(ctx, ""))
	look[[]store.Limit](t)(f.Limits(ctx))
	look[[]store.Worker](t)(f.Workers(ctx, time.Now()))
	look[map[string]string](t)(f.PausedOrganizations(ctx))
	look[store.Counts](t)(f.Count(ctx, time.Minute))
	look[store.Applied](t)(f.Apply(ctx, "jobs", nil, nil))
	ledger := look[*postgres.Ledger](t)(postgres.View(ctx, f.Database().Path(), true))
	defer func() { must(ledger.Close()) }()
	for _, err := range ledger.Runs(ctx) {
		must(err)
	}
}

// keepOut tries what an operator may not do.
func keepOut(t *testing.T, operator *fleet.Fleet) {
	t.Helper()
	ctx, pool := t.Context(), operator.Database().Pool()
	for _, sql := range []string{
		"SELECT token FROM rollcall.entry", "SELECT * FROM rollcall.entry", "COPY rollcall.entry TO STDOUT", "TABLE rollcall.entry",
		"SELECT count(*) FROM rollcall.entry WHERE token <> ''", "UPDATE rollcall.entry SET email = token", "DELETE FROM rollcall.job",
		"DELETE FROM rollcall.claim", "UPDATE rollcall.organization SET epoch = 0", "INSERT INTO rollcall.audit VALUES (1, '', 1)",
		"CREATE TABLE rollcall.mine (id int)", "SET ROLE rollcall_worker",
	} {
		_, err := pool.Exec(ctx, sql)
		if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "42501" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if _, err := pool.Exec(ctx, "SELECT email, outcome FROM rollcall.entry"); err != nil {
		t.Error(err)
	}
	// Whatever is added to the tables, nothing that is called like a secret is for everybody's eyes.
	rows, err := pool.Query(ctx, `SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
		WHERE relnamespace::regnamespace::text IN ('rollcall', 'rollcall_river') AND relkind = 'r' AND attname ~ 'token|secret|password'
		AND has_column_privilege(attrelid, attnum, 'SELECT')`)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	shown, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(shown) > 0 {
		t.Errorf("an operator can read %v, %v", shown, err)
	}
}
