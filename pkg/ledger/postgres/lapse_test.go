package postgres_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
)

// jump is by how much an epoch grows at least when the database is another one.
const jump = 1 << 32

// epoch returns the epoch of the scope of the tests.
func epoch(tb testing.TB, address string) (epoch int64) {
	tb.Helper()
	ask(tb, address, "SELECT epoch FROM @organization", &epoch)
	return epoch
}

// ask asks the database for one value, in a statement in which @ stands for the schema.
func ask(tb testing.TB, address, query string, value any) {
	tb.Helper()
	d, err := postgres.Connect(tb.Context(), address)
	if err != nil {
		tb.Fatal(err)
	}
	defer d.Close()
	if err := d.Pool().QueryRow(tb.Context(), strings.ReplaceAll(query, "@", d.Schema()+".")).Scan(value); err != nil {
		tb.Fatal(err)
	}
}

// lapse returns when the database was found to be another one.
func lapse(tb testing.TB, l *postgres.Ledger) time.Time {
	tb.Helper()
	at, err := l.Lapse(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return at
}

// lapses has a ledger be opened in a database that is another one than it was: that is noticed once, whoever held the organization
// before has lost it, and it has an epoch that nobody had.
func lapses(t *testing.T, address string, before int64, holders ...*postgres.Ledger) {
	t.Helper()
	began := time.Now()
	l := open(t, address, postgres.Options{})
	at := lapse(t, l)
	if !l.Noticed() || at.Before(began.Add(-time.Second)) || at.After(time.Now().Add(time.Second)) {
		t.Fatalf("it was noticed at %v, and not at %v", at, began)
	}
	enter(t, l, false)
	if got := epoch(t, address); got <= before+1 || got < jump {
		t.Errorf("epoch %d, after %d", got, before)
	}
	for _, holder := range holders {
		if _, err := holder.Begin(t.Context(), ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID}, people(1)); !errors.Is(err, ledger.ErrFenced) {
			t.Errorf("whoever held it before = %v", err)
		}
	}
	view, err := postgres.View(t.Context(), address, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, view) })
	if got := lapse(t, view); got.Sub(at).Abs() > time.Second {
		t.Errorf("who only looks sees that it was noticed at %v", got)
	}
	again := open(t, address, postgres.Options{})
	if again.Noticed() {
		t.Error("it was noticed twice")
	}
	if got := lapse(t, again); got.Sub(at).Abs() > time.Second {
		t.Errorf("it was noticed at %v once more", got)
	}
	if got := epoch(t, address); got > before+2*jump {
		t.Errorf("epoch %d, after %d", got, before)
	}
}

// same has a ledger be opened in a database that is the one that it was.
func same(t *testing.T, address string, before int64) {
	t.Helper()
	l := open(t, address, postgres.Options{})
	if at := lapse(t, l); !at.IsZero() {
		t.Errorf("it was found to be another one at %v", at)
	}
	if got := epoch(t, address); got != before {
		t.Errorf("epoch %d, after %d", got, before)
	}
}

// held returns a ledger that holds the organization, and the epoch that it has.
func held(t *testing.T, address string) (*postgres.Ledger, int64) {
	t.Helper()
	l := open(t, address, postgres.Options{})
	if at := lapse(t, l); !at.IsZero() || !l.Recognizes() {
		t.Fatalf("a new one was found to be another one at %v; all can be compared: %t", at, l.Recognizes())
	}
	enter(t, l, true)
	return l, epoch(t, address)
}

func TestWhetherADatabaseIsTheOneThatItWas(t *testing.T) {
	t.Parallel()
	server := postgrestest.Start(t)
	t.Run("cared for", func(t *testing.T) { caredFor(t, server) })
	t.Run("restored", func(t *testing.T) { restored(t, server) })
	t.Run("asked by who may not", func(t *testing.T) { askedByWhoMayNot(t, server) })
}

// caredFor has a database be what it was whatever is usually done to one.
func caredFor(t *testing.T, server *postgrestest.Server) {
	t.Helper()
	address := server.Address(t)
	l, before := held(t, address)
	run := begin(t, l, people(2))
	server.Crash()
	server.Restart(t)
	if err := l.Claim(t.Context(), nil, invite(run, 1)); err != nil {
		t.Errorf("after a crash: %v", err)
	}
	same(t, address, before)
	for _, care := range []string{
		"VACUUM (FREEZE)", "VACUUM (FULL, ANALYZE)", "REINDEX SCHEMA " + schemaOf(address), "CLUSTER @home USING home_pkey", "CHECKPOINT",
		"ALTER TABLE @home ADD COLUMN newer int", "SELECT pg_switch_wal()", "GRANT SELECT ON @home TO PUBLIC",
		"ALTER SCHEMA " + schemaOf(address) + " OWNER TO postgres", "ALTER DATABASE postgres SET work_mem = '5MB'",
	} {
		execute(t, address, care)
		same(t, address, before)
	}
	if err := l.Claim(t.Context(), nil, invite(run, 2)); err != nil {
		t.Error(err)
	}
}

func schemaOf(address string) string {
	_, schema, _ := strings.Cut(address, "search_path=")
	return schema
}

// dump returns what a command of PostgreSQL writes about the schema of an address.
func dump(t *testing.T, server *postgrestest.Server, address string, options ...string) []byte {
	t.Helper()
	var trouble bytes.Buffer
	c := server.Command(t.Context(), "pg_dump", append(options, "--schema="+schemaOf(address))...)
	c.Stderr = &trouble
	output, err := c.Output()
	if err != nil || len(output) == 0 {
		t.Fatal(err, trouble.String())
	}
	return output
}

// restore loads a dump into a database of a server.
func restore(t *testing.T, server *postgrestest.Server, database string, dump []byte) {
	t.Helper()
	c := server.Command(t.Context(), "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--dbname="+database)
	c.Stdin = bytes.NewReader(dump)
	if output, err := c.CombinedOutput(); err != nil {
		t.Fatal(err, string(output))
	}
}

// in returns an address with another database.
func in(address, database string) string {
	return strings.Replace(address, "///postgres?", "///"+database+"?", 1)
}

// restored has what comes out of a backup be noticed, wherever it is put.
func restored(t *testing.T, server *postgrestest.Server) {
	t.Helper()
	t.Run("in its place", func(t *testing.T) {
		address := server.Address(t)
		l, before := held(t, address)
		saved := dump(t, server, address, "--clean")
		begin(t, l, people(3))
		restore(t, server, "postgres", saved)
		lapses(t, address, before, l)
	})
	t.Run("only what is in its tables", func(t *testing.T) {
		address := server.Address(t)
		l, before := held(t, address)
		saved := dump(t, server, address, "--data-only")
		var tables string
		ask(t, address, "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname = '"+schemaOf(address)+"'", &tables)
		execute(t, address, "TRUNCATE "+tables)
		restore(t, server, "postgres", saved)
		lapses(t, address, before, l)
	})
	t.Run("without what it is recognized by", func(t *testing.T) {
		address := server.Address(t)
		l, before := held(t, address)
		execute(t, address, "TRUNCATE @home")
		lapses(t, address, before, l)
	})
	t.Run("in another database", func(t *testing.T) {
		address := server.Address(t)
		_, before := held(t, address)
		saved := dump(t, server, address)
		execute(t, address, "CREATE DATABASE restored")
		restore(t, server, "restored", saved)
		lapses(t, in(address, "restored"), before)
		same(t, address, before)
	})
	t.Run("as a template", func(t *testing.T) {
		address := server.Address(t)
		execute(t, address, "CREATE DATABASE original")
		original := in(address, "original")
		l, before := held(t, original)
		shut(t, l)
		execute(t, address, "CREATE DATABASE copied TEMPLATE original")
		lapses(t, in(address, "copied"), before)
		same(t, original, before)
	})
}

// TestAStandbyThatWasBehindIsNoticed has a standby take over that lacks the last epochs.
func TestAStandbyThatWasBehindIsNoticed(t *testing.T) {
	t.Parallel()
	first := postgrestest.Start(t)
	address := first.Address(t)
	l, _ := held(t, address)
	run := begin(t, l, people(3))
	standby := first.Standby(t)
	either := first.Or(standby, address)
	frozen := open(t, either, postgres.Options{})
	standby.Ask(t, "ALTER SYSTEM SET primary_conninfo = ''")
	standby.Ask(t, "SELECT pg_reload_conf()")
	standby.Await(t, "SELECT count(*) FROM pg_stat_wal_receiver", "0")
	var epochs []int64
	for range 3 {
		expire(t, address)
		enter(t, frozen, false)
		epochs = append(epochs, epoch(t, address))
	}
	if err := frozen.Claim(t.Context(), nil, invite(run, 1)); err != nil {
		t.Fatal(err)
	}
	first.Crash()
	standby.Ask(t, "SELECT pg_promote()")
	// The one that lives finds out by itself when it has to connect again, with what it was about to do.
	if err := frozen.Claim(t.Context(), nil, invite(run, 2)); !errors.Is(err, ledger.ErrFenced) {
		t.Errorf("Claim = %v, want %v", err, ledger.ErrFenced)
	}
	l = open(t, either, postgres.Options{})
	if at := lapse(t, l); time.Since(at) > time.Minute {
		t.Errorf("it was noticed at %v", at)
	}
	if doubts, err := l.Doubts(t.Context(), scope); err != nil || len(doubts) > 0 {
		t.Fatalf("the standby was not behind: %v, %v", doubts, err)
	}
	enter(t, l, false)
	if got := epoch(t, either); got <= epochs[2] || got < jump {
		t.Errorf("epoch %d, after %d", got, epochs)
	}
	if at := lapse(t, open(t, either, postgres.Options{})); time.Since(at) > time.Minute {
		t.Errorf("it was noticed at %v", at)
	}
}

// askedByWhoMayNot has a role that may not ask for what tells servers apart be refused nothing.
func askedByWhoMayNot(t *testing.T, server *postgrestest.Server) {
	t.Helper()
	address := server.Address(t)
	for _, statement := range []string{
		"CREATE ROLE plain LOGIN", "GRANT CREATE ON DATABASE postgres TO plain",
		"REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_walfile_name(pg_lsn) FROM PUBLIC",
	} {
		execute(t, address, statement)
	}
	plain := strings.Replace(address, "user=postgres", "user=plain", 1)
	l := open(t, plain, postgres.Options{})
	if l.Recognizes() {
		t.Error("all could be compared")
	}
	enter(t, l, true)
	run := begin(t, l, people(1))
	if err := l.Claim(t.Context(), nil, invite(run, 1)); err != nil {
		t.Error(err)
	}
	before := epoch(t, address)
	same(t, plain, before)
	// Whoever may ask adds what was not known. That is no news about the database, whoever asks next.
	same(t, address, before)
	same(t, plain, before)
	if whole := open(t, address, postgres.Options{}); !whole.Recognizes() {
		t.Error("not all could be compared")
	}
	// What was loaded from a dump is recognized by itself.
	restore(t, server, "postgres", dump(t, server, address, "--clean"))
	lapses(t, plain, before, l)
}

// TestALapseIsNotedOnce has many find out at once.
func TestALapseIsNotedOnce(t *testing.T) {
	address := postgrestest.Address(t)
	_, before := held(t, address)
	execute(t, address, "UPDATE @home SET system = 1")
	errs := make(chan error, 6)
	for range cap(errs) {
		go func() {
			l, err := postgres.Open(t.Context(), address, postgres.Options{})
			if err == nil {
				err = l.Close()
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := epoch(t, address); got != before+jump {
		t.Errorf("epoch %d, after %d", got, before)
	}
}
