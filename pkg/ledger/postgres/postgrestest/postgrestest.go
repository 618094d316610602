// Package postgrestest starts servers of PostgreSQL that are thrown away, for tests.
//
//	l, err := postgres.Open(ctx, postgrestest.Address(t), postgres.Options{})
//
// A test binary has one server, which begins when the first test asks for it and ends with the binary, however that ends.
// It listens on a socket in a folder of its own, believes everybody, and takes no care of what it has on disk. Each test
// has a schema of its own, so tests may run in parallel. Run as root, the server steps down to the user nobody.
//
// Where PostgreSQL is not installed, tests are skipped and say how to get it; with the variable CI set they fail. The
// variable ROLLCALL_TEST_POSTGRES names a server to use instead, by the address of one of its databases.
//
// It has no example: its functions take a test.
package postgrestest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the address of a database to use instead of one of a server that is thrown away.
const Variable = "ROLLCALL_TEST_POSTGRES"

// shared is the server of this test binary.
var shared = sync.OnceValues(func() (*Server, error) { return start("off") })

// Address returns the address of a schema that nobody else uses, which is not there yet. It goes when the test ends.
func Address(tb testing.TB) string {
	tb.Helper()
	address, drop, err := New()
	check(tb, err)
	tb.Cleanup(func() {
		if err := drop(); err != nil {
			tb.Error(err)
		}
	})
	return address
}

// New is [Address] for who has no test, such as a script: call drop at its end. Where there is no PostgreSQL, the error matches
// [exec.ErrNotFound].
func New() (address string, drop func() error, err error) {
	if address = os.Getenv(Variable); address == "" {
		server, err := shared()
		if err != nil {
			return "", nil, err
		}
		address = server.address()
	}
	address, drop = newSchema(address)
	return address, drop, nil
}

// Silence has whoever holds an organization in the ledger at an address seem to be dead: silent for too long. One that is in the
// middle of a transaction is waited for, as long as ctx lasts, and nobody else is held up by that.
func Silence(ctx context.Context, address string) error {
	connection, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for held := 1; held > 0 && err == nil; <-pause.C {
		if _, err = connection.Exec(ctx, `UPDATE organization SET held_until = clock_timestamp()
			WHERE key IN (SELECT key FROM organization WHERE held_until > clock_timestamp() FOR UPDATE SKIP LOCKED)`); err == nil {
			err = connection.QueryRow(ctx, "SELECT count(*) FROM organization WHERE held_until > clock_timestamp()").Scan(&held)
		}
	}
	return errors.Join(err, connection.Close(context.WithoutCancel(ctx)))
}

// check skips the test where there is no PostgreSQL, and fails it where it does not start.
func check(tb testing.TB, err error) {
	tb.Helper()
	switch {
	case errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") == "":
		tb.Skip("there is no PostgreSQL: apt-get install postgresql, or name a server in " + Variable)
	case err != nil:
		tb.Fatal(err)
	}
}

// newSchema returns the address of a new schema in a database, and what removes it.
func newSchema(address string) (of string, drop func() error) {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails
	schema := "test_" + hex.EncodeToString(random)
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + "search_path=" + schema, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		connection, err := pgx.Connect(ctx, address)
		if err != nil {
			return nil // it has crashed, as some tests want it to
		}
		_, err = connection.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
		return errors.Join(err, connection.Close(ctx))
	}
}

// Server is a server of its own, for a test that makes it crash.
type Server struct {
	folder, binaries, fsync string
	supervisor              *exec.Cmd
	orders                  io.WriteCloser // to the supervisor
}

// Start starts a server that keeps on disk what it says to have kept. It ends with the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	if os.Getenv(Variable) != "" {
		tb.Skip("a server that " + Variable + " names is not made to crash")
	}
	s, err := start("on")
	check(tb, err)
	tb.Cleanup(func() { s.end("") })
	return s
}

// Address returns the address of a schema in the server that nobody else uses, which is not there yet.
func (s *Server) Address(tb testing.TB) string {
	tb.Helper()
	address, drop := newSchema(s.address())
	tb.Cleanup(func() {
		if err := drop(); err != nil {
			tb.Error(err)
		}
	})
	return address
}

// Crash kills the server at once, with whatever it was about to do.
func (s *Server) Crash() { s.end("crash") }

// Restart starts the server that has crashed.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	// The processes of the one before hold its memory until they have noticed, and as long as they do no other one starts.
	var err error
	for wait := time.Second / 2; wait <= patience; wait *= 2 {
		if err = s.run(wait); err == nil {
			return
		}
	}
	tb.Fatal(err)
}

// Command returns a command of PostgreSQL, such as pg_dump, that connects to the server as who may do everything.
func (s *Server) Command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(s.binaries, name), arguments...) //nolint:gosec // a program that was found
	c.Dir, c.Env = "/", append(os.Environ(), "PGHOST="+s.folder, "PGUSER=postgres", "PGDATABASE=postgres", "LC_ALL=C")
	stepDown(c)
	return c
}

// Standby starts a server that follows this one and only reads. It ends with the test.
func (s *Server) Standby(tb testing.TB) *Server {
	tb.Helper()
	folder, err := newFolder()
	if err != nil {
		tb.Fatal(err)
	}
	copied := &Server{folder: folder, binaries: s.binaries, fsync: s.fsync}
	output, err := s.Command(tb.Context(), "pg_basebackup", "-R", "-c", "fast", "-N", "-D", copied.data()).CombinedOutput()
	if err == nil {
		err = copied.run(patience)
	}
	if err != nil {
		tb.Fatal(errors.Join(err, os.RemoveAll(folder)), string(output))
	}
	tb.Cleanup(func() { copied.end("") })
	return copied
}

// Ask returns what the server says to a statement, as who may do everything.
func (s *Server) Ask(tb testing.TB, statement string) string {
	tb.Helper()
	c := s.Command(tb.Context(), "psql", "-XqtA", "-v", "ON_ERROR_STOP=1", "-c", statement)
	output, err := c.CombinedOutput()
	if err != nil {
		tb.Fatal(err, string(output))
	}
	return strings.TrimSpace(string(output))
}

// Await waits until the server says so to a statement.
func (s *Server) Await(tb testing.TB, statement, says string) {
	tb.Helper()
	if err := again(patience, func() error {
		if said := s.Ask(tb, statement); said != says {
			return fmt.Errorf("%s: %s", statement, said)
		}
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
}

// Or returns an address in the server as one that may be found in another server as well.
func (s *Server) Or(other *Server, address string) string {
	return strings.Replace(address, url.QueryEscape(s.folder), url.QueryEscape(s.folder+","+other.folder), 1)
}

func (s *Server) address() string {
	return "postgres:///postgres?user=postgres&host=" + url.QueryEscape(s.folder)
}

// start makes a folder with a new database and runs a server on it.
func start(fsync string) (*Server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	folder, err := newFolder()
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder, binaries: binaries, fsync: fsync}
	if err = s.initialize(); err == nil {
		err = s.run(patience)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

// newFolder makes a folder for a server.
func newFolder() (string, error) {
	folder, err := os.MkdirTemp(short(os.TempDir()), "pg")
	if err != nil {
		return "", err
	}
	if err := give(folder); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

// short returns a folder for temporary files whose name leaves room for that of a socket, which is 107 bytes at most.
func short(folder string) string {
	if len(folder) > 60 {
		return "/tmp"
	}
	return folder
}

// findBinaries returns the folder of the newest PostgreSQL that is installed.
func findBinaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		path, err = filepath.EvalSymlinks(path) // beside a link not all of the others need be
		return filepath.Dir(path), err
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.Join(exec.ErrNotFound, err)
	}
	newest := slices.MaxFunc(found, func(a, b string) int {
		if len(a) != len(b) { // 9 comes before 18
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return filepath.Dir(newest), nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) initialize() error {
	initdb := exec.Command(filepath.Join(s.binaries, "initdb"), "-A", "trust", "-U", "postgres", "-N", "-E", "UTF8", "-D", s.data()) //nolint:gosec,noctx // a program that was found
	initdb.Dir, initdb.Env = s.folder, append(os.Environ(), "LC_ALL=C")
	stepDown(initdb)
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, output)
	}
	return nil
}

// supervise runs a server until somebody writes a word or is there no more to write one. Only for a crash the folder stays.
const supervise = `"$@" >>"$FOLDER/log" 2>&1 & server=$!
read -r order
if [ "$order" = crash ]; then kill -KILL $server; wait $server; exit; fi
kill -QUIT $server
wait $server
rm -rf "$FOLDER"`

// patience is how long a server may take to start, on a machine that has much to do.
const patience = time.Minute

// run runs the server, and waits for so long until it takes connections.
func (s *Server) run(wait time.Duration) error {
	s.supervisor = exec.Command("/bin/sh", "-c", supervise, "sh", filepath.Join(s.binaries, "postgres"), "-D", s.data(), //nolint:gosec,noctx // a program that was found
		"-k", s.folder, "-c", "listen_addresses=", "-c", "fsync="+s.fsync, "-c", "synchronous_commit="+s.fsync,
		"-c", "full_page_writes="+s.fsync, "-c", "max_connections=200")
	s.supervisor.Dir = "/"
	s.supervisor.Env = append(os.Environ(), "FOLDER="+s.folder)
	stepDown(s.supervisor)
	var err error
	if s.orders, err = s.supervisor.StdinPipe(); err != nil {
		return err
	}
	if err := s.supervisor.Start(); err != nil {
		return err
	}
	if err := again(wait, s.ping); err != nil {
		log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
		s.end("crash")
		return fmt.Errorf("%w\n%s", err, log)
	}
	return nil
}

func (s *Server) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	connection, err := pgx.Connect(ctx, s.address())
	if err != nil {
		return err
	}
	return connection.Close(ctx)
}

// again tries something until it goes well, for so long at most.
func again(wait time.Duration, try func() error) (err error) {
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for end := time.Now().Add(wait); time.Now().Before(end); <-pause.C {
		if err = try(); err == nil {
			return nil
		}
	}
	return err
}

// end ends the server by an order to its supervisor.
func (s *Server) end(order string) {
	if s.orders == nil {
		return
	}
	_, _ = io.WriteString(s.orders, order+"\n") // which is gone if it was killed
	_ = s.orders.Close()
	_ = s.supervisor.Wait() // its exit code is that of the server
	s.orders = nil
}
