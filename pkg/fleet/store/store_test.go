package store_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/pkg/fleet/rota"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/jobs"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

// clock is a store whose time passes only when the test says so.
type clock struct {
	*store.Store
	t      *testing.T
	pool   *pgxpool.Pool
	schema string
}

// open returns a store whose tables are there. Its now() is that of the test: the path by which the server looks for names has
// our schema before its own. Connections that the test ends say so in their name.
func open(t *testing.T) *clock {
	t.Helper()
	address, err := url.Parse(postgrestest.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	schema := query.Get("search_path")
	query.Set("search_path", schema+",pg_catalog")
	query.Set("application_name", schema)
	query.Set("pool_max_conns", "12")
	address.RawQuery = query.Encode()
	pool, err := pgxpool.New(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	c := &clock{store.New(pool, schema), t, pool, schema}
	c.exec("CREATE SCHEMA " + schema)
	c.exec("CREATE TABLE " + schema + ".clock (at timestamptz NOT NULL)")
	c.exec("INSERT INTO "+schema+".clock VALUES ($1)", begins)
	c.exec("CREATE FUNCTION " + schema + ".now() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM " + schema + ".clock'")
	if _, err := c.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// begins is when time begins.
var begins = time.Date(2026, 11, 29, 12, 0, 30, 0, time.UTC)

func (c *clock) exec(sql string, arguments ...any) {
	c.t.Helper()
	if _, err := c.pool.Exec(c.t.Context(), sql, arguments...); err != nil {
		c.t.Fatal(err)
	}
}

// at sets the time.
func (c *clock) at(now time.Time) {
	c.t.Helper()
	c.exec("UPDATE "+c.schema+".clock SET at = $1", now)
}

// pass lets time pass.
func (c *clock) pass(during time.Duration) {
	c.t.Helper()
	c.exec("UPDATE "+c.schema+".clock SET at = at + $1::interval", during)
}

func (c *clock) now() time.Time {
	c.t.Helper()
	now, err := c.Now(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return now
}

// fire looks at one schedule that is due, and returns the job that has begun.
func (c *clock) fire(ctx context.Context) (job store.Job, fired bool, err error) {
	fired, err = c.Fire(ctx, rota.Decide, func(_ pgx.Tx, _ *store.Store, begun store.Job) error {
		job = begun
		return nil
	})
	return job, fired, err
}

// fired fires whatever is due, and says for what jobs have begun: "emea 12:00 +2" stands for two missed slots besides.
func (c *clock) fired() string {
	c.t.Helper()
	var begun []string
	for range 1000 {
		job, fired, err := c.fire(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		if !fired {
			return strings.Join(begun, ", ")
		}
		if job.ID != 0 {
			text := job.Schedule + job.Slot.UTC().Format(" 15:04")
			if job.Missed > 0 {
				text += fmt.Sprintf(" +%d", job.Missed)
			}
			begun = append(begun, text)
		}
	}
	c.t.Fatal("there is always something due")
	return ""
}

// want fires whatever is due.
func (c *clock) want(want string) {
	c.t.Helper()
	if got := c.fired(); got != want {
		c.t.Errorf("at %s: %q, want %q", c.now().UTC().Format(time.TimeOnly), got, want)
	}
}

// end ends all open jobs of an organization, of all if that is empty.
func (c *clock) end(organization string, exit int) {
	c.t.Helper()
	open, err := c.Jobs(c.t.Context(), store.Filter{Organization: organization, Open: true})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, job := range open {
		if err := c.End(c.t.Context(), job.ID, job.Ticket, store.Ended{Exit: exit}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// set returns what a file of jobs says, as of now.
func (c *clock) set(name, text string) rota.Set {
	c.t.Helper()
	file, err := jobs.Read(strings.NewReader(text), name+".yaml")
	if err != nil {
		c.t.Fatal(err)
	}
	set, err := rota.Read(file, name, c.now())
	if err != nil {
		c.t.Fatal(err)
	}
	return set
}

// apply applies a file of jobs.
func (c *clock) apply(name, text string) store.Applied {
	c.t.Helper()
	applied, err := c.set(name, text).Apply(c.t.Context(), c.Store)
	if err != nil {
		c.t.Fatal(err)
	}
	return applied
}

// schedule returns one of a set.
func (c *clock) schedule(set, name string) store.Schedule {
	c.t.Helper()
	all, err := c.Schedules(c.t.Context(), set)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, one := range all {
		if one.Name == name {
			return one
		}
	}
	c.t.Fatalf("there is no schedule %s of %s", name, set)
	return store.Schedule{}
}
