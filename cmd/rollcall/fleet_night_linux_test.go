package main_test

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/sandbox"
)

// TestQuietNights has nights pass over a fleet in which nobody joins and nobody leaves. A night over the rosters of the night
// before reads what one machine reads, changes nothing in the service, and leaves a job each behind, which is forgotten in time
// as the runs of other nights are.
func TestQuietNights(t *testing.T) {
	t.Parallel()
	const organizations, people = 3, 30
	n := newNights(t, build(t), organizations, people, 500)
	workers := []*laborer{n.worker("a"), n.worker("b")}
	n.pass()
	quiet := n.pass()
	if want := map[string]int{"job": organizations, "river_job": organizations}; !maps.Equal(quiet.rows, want) {
		t.Errorf("a quiet night has added the rows %v, want %v", quiet.rows, want)
	}
	want := n.oneMachine()
	for operation := range want {
		want[operation] *= organizations
	}
	if !maps.Equal(quiet.requests, want) {
		t.Errorf("a quiet night has sent %v, want as many as on one machine: %v", quiet.requests, want)
	}
	for range ledger.SightedRuns + 1 {
		n.write() // in another order, so that each night has a run
		if took := n.pass(); took.rows["run"] != organizations {
			t.Fatalf("%d runs were begun, want %d", took.rows["run"], organizations)
		}
	}
	n.checkMails(0)
	for _, w := range workers {
		n.drain(w)
	}

	n.exec("UPDATE run SET ended_at = ended_at - interval '3 days'")
	n.exec("UPDATE job SET ended_at = ended_at - interval '3 days'")
	n.exec("UPDATE roster SET stored_at = stored_at - interval '3 days'")
	n.exec("INSERT INTO worker (name, version, slots, seen_at) VALUES ('killed', '', 1, now() - interval '8 days')")
	worker := n.worker("a", "--keep", "2d")
	// The ledger keeps the latest runs in any case, and of the others that their rosters were let through.
	left := map[string]int{"entry": organizations * ledger.SightedRuns * people, "job": 0, "roster": 0, "worker": 1}
	found := map[string]int{}
	for deadline := time.Now().Add(time.Minute); !maps.Equal(found, left) && time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		found, _ = n.tables()
		maps.DeleteFunc(found, func(table string, _ int) bool { _, ok := left[table]; return !ok })
	}
	if !maps.Equal(found, left) {
		t.Errorf("of what is older than --keep there is %v, want %v\n%s", found, left, n.told())
	}
	if again := n.pass(); again.rows["run"] != 0 || !maps.Equal(again.requests, want) {
		t.Errorf("after that a night has added the rows %v and sent %v", again.rows, again.requests)
	}
	n.drain(worker)
}

// nights is a fleet whose organizations have all whom their rosters name, and nobody else.
type nights struct {
	*fleetLab
	database *pgx.Conn
	people   int
	rosters  []string
	written  int // how often the rosters were
}

// newNights makes a fleet without workers, with a schedule for each of so many organizations of so many people each, which send
// at so many requests a second together.
func newNights(tb testing.TB, bin string, organizations, people, rate int) *nights {
	tb.Helper()
	o := sandbox.Options{Organizations: organizations, Members: sandbox.Population{Count: people}}
	n := &nights{fleetLab: newFleetLab(tb, bin, postgrestest.Address(tb), o, nil), people: people}
	n.database = n.connect()
	// Nothing is due by itself, see [nights.pass].
	file := fmt.Appendf(nil, "shared-limits: {all: %d/s}\ndefaults: {shared-limit: all, schedule: 0 0 1 1 *}\njobs:\n", rate)
	for i, organization := range n.service.Organizations() {
		n.rosters = append(n.rosters, filepath.Join(n.folder, fmt.Sprintf("members%d.csv", i)))
		file = fmt.Appendf(file, "- {name: job%d, organization-id: %s, roster: %s}\n", i, organization.ID, n.rosters[i])
	}
	n.write()
	jobs := filepath.Join(n.folder, "jobs.yaml")
	if err := os.WriteFile(jobs, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	n.run("jobs", "apply", jobs)
	return n
}

// write writes the rosters, each time with the same people in another order. No two of them are the same.
func (n *nights) write() {
	n.t.Helper()
	for i, path := range n.rosters {
		var rows strings.Builder
		rows.WriteString("email,role,office\n")
		for p := range n.people {
			fmt.Fprintf(&rows, "member%d@acme.example,member,%d\n", (p+n.written)%n.people+1, i)
		}
		if err := os.WriteFile(path, []byte(rows.String()), 0o600); err != nil {
			n.t.Fatal(err)
		}
	}
	n.written++
}

// night is what a night has taken.
type night struct {
	// wall is how long it was from when all schedules were due until the last job had ended, and begun until it had begun.
	wall, begun time.Duration
	requests    map[sandbox.Operation]int
	// rows and bytes are how many more there are of each table.
	rows, bytes map[string]int
	// transactions and logged are what the database has done, and how many bytes of log it has written for that.
	transactions, logged int
}

// pass has all schedules be due at once, and waits until their jobs have ended well.
func (n *nights) pass() (took night) {
	n.t.Helper()
	requests := n.service.Counts().Requests
	rows, bytes := n.tables()
	transactions, logged := n.work()
	var due, begun, ended time.Time
	n.scan("UPDATE schedule SET slot = date_trunc('milliseconds', now()), due_at = now() RETURNING due_at", &due)
	pause := min(n.pulse, time.Second/2)
	for left := true; left; <-time.After(pause) {
		n.scan("SELECT EXISTS (SELECT FROM job WHERE ended_at IS NULL) OR EXISTS (SELECT FROM schedule WHERE due_at <= now())", &left)
	}
	var well, slices int
	n.scan("SELECT count(*) FILTER (WHERE exit_code = 0), sum(slices), max(submitted_at), max(ended_at) FROM job WHERE submitted_at >= '"+
		due.Format(time.RFC3339Nano)+"'", &well, &slices, &begun, &ended)
	if jobs := len(n.rosters); well != jobs || slices != jobs {
		n.t.Fatalf("%d jobs have ended well after %d slices, want %d of each\n%s", well, slices, jobs, n.told())
	}
	took.wall, took.begun, took.requests = ended.Sub(due), begun.Sub(due), added(n.service.Counts().Requests, requests)
	rowsNow, bytesNow := n.tables()
	took.rows, took.bytes = added(rowsNow, rows), added(bytesNow, bytes)
	took.transactions, took.logged = n.work()
	took.transactions, took.logged = took.transactions-transactions, took.logged-logged
	return took
}

// added returns which counts have grown, and by how much.
func added[K comparable](now, before map[K]int) map[K]int {
	grown := map[K]int{}
	for key, count := range now {
		if count != before[key] {
			grown[key] = count - before[key]
		}
	}
	return grown
}

// oneMachine returns what one machine sends for one of the organizations in a night after another one, which adds no row to its
// ledger.
func (n *nights) oneMachine() map[sandbox.Operation]int {
	n.t.Helper()
	path := filepath.Join(n.folder, "alone.db")
	sync := func() {
		c := exec.CommandContext(n.t.Context(), n.bin, "sync", n.rosters[0], "--organization-id", n.service.Organizations()[0].ID, "--quiet", "--ledger", path)
		c.Dir, c.Env = n.folder, append(append(os.Environ(), n.service.Environment(n.url)...), "HOME="+n.folder)
		if out, err := c.CombinedOutput(); err != nil {
			n.t.Fatalf("%v\n%s", err, out)
		}
	}
	sync()
	before, requests := rowsOf(n.t, path), n.service.Counts().Requests
	sync()
	if grown := added(rowsOf(n.t, path), before); len(grown) > 0 {
		n.t.Errorf("a quiet night has added rows to the ledger of one machine: %v", grown)
	}
	return added(n.service.Counts().Requests, requests)
}

// rowsOf counts the rows of each table of the ledger in a file.
func rowsOf(tb testing.TB, path string) map[string]int {
	tb.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it was only read
	tables, err := db.QueryContext(tb.Context(), "SELECT group_concat(name) FROM sqlite_master WHERE type = 'table'")
	if err != nil {
		tb.Fatal(err)
	}
	var names string
	for tables.Next() {
		err = tables.Scan(&names)
	}
	if err != nil || tables.Err() != nil {
		tb.Fatal(err, tables.Err())
	}
	rows := map[string]int{}
	for name := range strings.SplitSeq(names, ",") {
		var count int
		if err := db.QueryRowContext(tb.Context(), "SELECT count(*) FROM "+name).Scan(&count); err != nil {
			tb.Fatal(err)
		}
		rows[name] = count
	}
	return rows
}

// tables returns how many rows and bytes each table of the fleet has, indexes included.
func (n *nights) tables() (rows, bytes map[string]int) {
	n.t.Helper()
	found, err := n.database.Query(n.t.Context(), `SELECT relname::text, pg_total_relation_size(c.oid),
		(xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', nspname, relname), false, true, '')))[1]::text::bigint
		FROM pg_class c JOIN pg_namespace s ON s.oid = relnamespace
		WHERE relkind = 'r' AND nspname IN (current_schema(), current_schema() || '_river')`)
	if err != nil {
		n.t.Fatal(err)
	}
	rows, bytes = map[string]int{}, map[string]int{}
	var table string
	var size, count int
	if _, err := pgx.ForEachRow(found, []any{&table, &size, &count}, func() error {
		rows[table], bytes[table] = count, size
		return nil
	}); err != nil {
		n.t.Fatal(err)
	}
	return rows, bytes
}

// work returns what the database has done so far.
func (n *nights) work() (transactions, logged int) {
	n.t.Helper()
	n.scan("SELECT xact_commit, pg_current_wal_lsn() - '0/0' FROM pg_stat_database WHERE datname = current_database()", &transactions, &logged)
	return transactions, logged
}

// connect returns a connection to the database of the fleet, which ends with the test.
func (l *fleetLab) connect() *pgx.Conn {
	l.t.Helper()
	connection, err := pgx.Connect(l.t.Context(), l.ledger)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = connection.Close(l.t.Context()) })
	return connection
}

// scan asks the database for one row.
func (n *nights) scan(query string, into ...any) {
	n.t.Helper()
	rows, err := n.database.Query(n.t.Context(), query)
	if err == nil {
		rows.Next()
		err = rows.Scan(into...)
		rows.Close()
	}
	if err != nil {
		n.t.Fatalf("%s: %v", query, err)
	}
}

// exec changes something in the database.
func (n *nights) exec(statement string) {
	n.t.Helper()
	if _, err := n.database.Exec(n.t.Context(), statement); err != nil {
		n.t.Fatalf("%s: %v", statement, err)
	}
}
