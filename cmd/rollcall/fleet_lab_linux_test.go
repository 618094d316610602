package main_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/sandbox"
)

// site is a place where the program works: a service, and a ledger beside it.
type site struct {
	t              testing.TB
	bin            string
	ledger, folder string
	url            string // of the service
	service        *sandbox.Sandbox
	log            *os.File
}

// newSite makes a lab whose ledger is at an address, or is a file of that name in the folder of the site. Before, if set, is
// between the program and the service.
func newSite(tb testing.TB, bin, ledger string, o sandbox.Options, before func(http.Handler) http.Handler) *site {
	tb.Helper()
	l := &site{t: tb, bin: bin, ledger: ledger, folder: tb.TempDir()}
	var err error
	if l.service, err = sandbox.New(o); err != nil {
		tb.Fatal(err)
	}
	handler := http.Handler(l.service)
	if before != nil {
		handler = before(handler)
	}
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	l.url = server.URL
	if l.log, err = os.OpenFile(filepath.Join(l.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.log.Close() })
	return l
}

// fleetLab is a site with a fleet of processes, which share a database.
type fleetLab struct {
	*site
	fleet        *fleet.Fleet
	slice, pulse time.Duration
	slots        int
}

// newFleetLab makes a fleet without workers. Before, if set, is between the workers and the service.
func newFleetLab(tb testing.TB, bin, address string, o sandbox.Options, before func(http.Handler) http.Handler) *fleetLab {
	tb.Helper()
	l := &fleetLab{site: newSite(tb, bin, address, o, before), slice: 2 * time.Second, pulse: 30 * time.Millisecond, slots: 2}
	l.run("jobs", "migrate")
	database, err := postgres.Connect(tb.Context(), address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		engine := pgx.Identifier{database.Schema() + "_river"}.Sanitize()
		_, _ = database.Pool().Exec(context.WithoutCancel(tb.Context()), "DROP SCHEMA IF EXISTS "+engine+" CASCADE")
		database.Close()
	})
	if l.fleet, err = fleet.Open(database); err != nil {
		tb.Fatal(err)
	}
	return l
}

// command returns a command of the program, which ends with the test, however that does.
func (l *site) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(l.t.Context(), l.bin, args...)
	c.Dir, c.Stderr = l.folder, l.log
	c.Env = append(append(os.Environ(), l.service.Environment(l.url)...), "HOME="+l.folder, "ROLLCALL_LEDGER="+l.ledger)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// run runs a command, and returns what it has printed. It may end as if a row had been refused.
func (l *site) run(args ...string) []byte {
	l.t.Helper()
	out, err := l.command(args...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 3) {
		l.t.Fatalf("%v: %v\n%s%s", args, err, out, l.told())
	}
	return out
}

// told returns the last of what the processes have logged.
func (l *site) told() string {
	text, _ := os.ReadFile(l.log.Name())
	return string(text[max(0, len(text)-20_000):])
}

// counted returns how often the processes have logged something.
func (l *site) counted(what string) int {
	text, _ := os.ReadFile(l.log.Name())
	return bytes.Count(text, []byte(what))
}

// laborer is a worker.
type laborer struct {
	*os.Process
	name  string
	wakes time.Time        // if it is frozen
	ended chan struct{}    // closed once it has
	err   error            // how, from then on
	state *os.ProcessState // what it has taken, from then on
}

// worker starts a worker.
func (l *fleetLab) worker(name string, args ...string) *laborer {
	c := l.command(append([]string{"worker", "--name", name, "--slots", strconv.Itoa(l.slots), "--slice", l.slice.String(), "--pulse", l.pulse.String()}, args...)...)
	if err := c.Start(); err != nil {
		panic(err) // nothing goes on without it
	}
	w := &laborer{Process: c.Process, name: name, ended: make(chan struct{})}
	go func() {
		w.err = c.Wait()
		w.state = c.ProcessState
		close(w.ended)
	}()
	return w
}

// kill kills a worker, and returns when it is dead.
func (w *laborer) kill() {
	_ = w.Kill() // it may have ended just now
	<-w.ended
}

// drain ends a worker by the signal that has it answer what is in flight.
func (l *fleetLab) drain(w *laborer) {
	l.t.Helper()
	err := errors.Join(w.Signal(syscall.SIGCONT), w.Signal(syscall.SIGTERM))
	if <-w.ended; err != nil || w.err != nil {
		l.t.Errorf("a worker that was to end: %v, %v\n%s", err, w.err, l.told())
	}
}

// submitJob submits a job, and returns its number.
func (l *fleetLab) submitJob(roster string, args ...string) int64 {
	l.t.Helper()
	var job struct {
		ID int64 `json:"id"`
	}
	out := l.run(append([]string{"jobs", "submit", roster, "--json"}, args...)...)
	if err := json.Unmarshal(out, &job); err != nil || job.ID == 0 {
		l.t.Fatalf("%v: %s", err, out)
	}
	return job.ID
}

// open returns how many jobs have not ended, and an error while there is no database.
func (l *fleetLab) open() (int, error) {
	jobs, err := l.fleet.Jobs(l.t.Context(), store.Filter{Open: true})
	return len(jobs), err
}

// done reports whether all jobs have ended.
func (l *fleetLab) done() bool {
	n, err := l.open()
	return err == nil && n == 0
}

// outcomesIn returns the outcome of each row of results by its number and address.
func outcomesIn(tb testing.TB, results []byte) map[string]string {
	tb.Helper()
	rows, err := csv.NewReader(bytes.NewReader(results)).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	outcomes := map[string]string{}
	for _, row := range rows[1:] {
		const number, address, outcome = 0, 2, 5
		outcomes[row[number]+" "+row[address]] = row[outcome]
	}
	return outcomes
}

// worked returns how much the service has done: invited, changed, cancelled and removed.
func (l *site) worked() int {
	counts := l.service.Counts()
	return counts.Emails + counts.RolesChanged + counts.Cancelled + counts.Requests[sandbox.RemoveMember]
}

// checkMails checks that so many people were mailed, each of them once.
func (l *site) checkMails(people int) {
	l.t.Helper()
	mailed := 0
	for address, mails := range l.service.Mails() {
		if mailed++; mails != 1 {
			l.t.Errorf("%s got %d mails", address, mails)
		}
	}
	if mailed != people {
		l.t.Errorf("%d people were mailed, not %d", mailed, people)
	}
}
