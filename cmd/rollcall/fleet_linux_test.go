package main_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/fleet"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/ledger/postgres"
	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/sandbox"
)

// TestFleet kills and freezes the workers of a fleet while they invite to several organizations of a service that loses
// replies and fails. What comes of it is what comes of it on one machine that nobody attacks.
func TestFleet(t *testing.T) {
	t.Parallel()
	const people = 100
	options := attackedService()
	options.Organizations, options.Latency, options.Faults = 4, 20*time.Millisecond, attackedFaults()
	bin := build(t)
	l := newFleetLab(t, bin, postgrestest.Address(t), options, nil)
	a := &attack{l: l, seed: 19, kills: 4, freezes: 3, pause: 1200 * time.Millisecond}
	ids := map[int64]int{}
	for n, organization := range l.service.Organizations() {
		id := l.submit(organization.ID, l.roster(n, people), "--rate", "10/s", "--grace", "50ms", "--timeout", "1s")
		ids[id] = n
	}
	a.run(3)
	t.Log(a)
	if a.killed.Load() == 0 || a.frozen.Load() == 0 {
		t.Error("the work was done before there was an attack")
	}
	if left := a.left.Load(); left != 0 {
		t.Errorf("%d workers have ended by themselves\n%s", left, l.told())
	}
	alone := oneMachine(t, bin, options, l)
	for id, n := range ids {
		exit, outcomes := l.job(id)
		if want := alone[n]; exit != want.exit || !maps.Equal(outcomes, want.outcomes) {
			t.Errorf("organization %d: exit code %d and %v, on one machine %d and %v", n, exit, outcomes, want.exit, want.outcomes)
		}
	}
	l.checkMails(4 * people)
}

// attackedService mails whoever is invited again, too, so that nothing but the fleet saves people from that.
func attackedService() sandbox.Options {
	return sandbox.Options{
		Seed: 1, Duplicates: sandbox.AcceptSecond, Members: sandbox.Population{Count: 2}, Refusals: []sandbox.Refusal{{Pattern: "refused"}},
	}
}

// attackedFaults are such that in the end everybody is known to be invited.
func attackedFaults() sandbox.Faults {
	return sandbox.Faults{ErrorBefore: 0.03, ErrorAfter: 0.03, CutAfter: 0.03, CutBefore: 0.03}
}

// fleetLab is a fleet of processes, the service by which they invite, and the database that they share.
type fleetLab struct {
	t            testing.TB
	bin, address string // of the program, and of the database
	folder, url  string
	service      *sandbox.Sandbox
	fleet        *fleet.Fleet
	log          *os.File
	slice, pulse time.Duration
	slots        int
}

// newFleetLab makes a fleet without workers. Before, if set, is between the workers and the service.
func newFleetLab(tb testing.TB, bin, address string, o sandbox.Options, before func(http.Handler) http.Handler) *fleetLab {
	tb.Helper()
	l := &fleetLab{t: tb, bin: bin, address: address, folder: tb.TempDir(), slice: 2 * time.Second, pulse: 30 * time.Millisecond, slots: 2}
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
func (l *fleetLab) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(l.t.Context(), l.bin, append(args, "--ledger", l.address)...)
	c.Dir, c.Stderr = l.folder, l.log
	c.Env = append(append(os.Environ(), l.service.Environment(l.url)...), "HOME="+l.folder)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c
}

// run runs a command, and returns what it has printed.
func (l *fleetLab) run(args ...string) []byte {
	l.t.Helper()
	out, err := l.command(args...).Output()
	if err != nil {
		l.t.Fatalf("%v: %v\n%s", args, err, l.told())
	}
	return out
}

// told returns the last of what the processes have logged.
func (l *fleetLab) told() string {
	text, _ := os.ReadFile(l.log.Name())
	return string(text[max(0, len(text)-20_000):])
}

// counted returns how often the processes have logged something.
func (l *fleetLab) counted(what string) int {
	text, _ := os.ReadFile(l.log.Name())
	return bytes.Count(text, []byte(what))
}

// laborer is a worker.
type laborer struct {
	*os.Process
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
	w := &laborer{Process: c.Process, ended: make(chan struct{})}
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

// roster writes the roster of an organization, and returns its path. Besides so many people who are new it has some who need
// no invitation, or get none.
func (l *fleetLab) roster(n, people int) string {
	l.t.Helper()
	var b strings.Builder
	b.WriteString("email,role\nmember1@acme.example,member\n")
	for i := range people {
		fmt.Fprintf(&b, "person%05d@of%d.example,member\n", i, n)
	}
	fmt.Fprintf(&b, "refused@of%d.example,member\nperson00000@of%d.example,member\n", n, n)
	path := filepath.Join(l.folder, fmt.Sprintf("people%d.csv", n))
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// submit submits a job, and returns its number.
func (l *fleetLab) submit(organization, roster string, args ...string) int64 {
	l.t.Helper()
	var job struct {
		ID int64 `json:"id"`
	}
	out := l.run(append([]string{"jobs", "submit", roster, "--organization-id", organization, "--json"}, args...)...)
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

// job returns how a job has ended: its exit code, and the outcome of each address.
func (l *fleetLab) job(id int64) (exit int, outcomes map[string]string) {
	l.t.Helper()
	job, err := l.fleet.Job(l.t.Context(), id)
	if err != nil {
		l.t.Fatal(err)
	}
	if job.Exit != 0 && job.Exit != 3 {
		l.t.Errorf("job %d: exit code %d, %s", id, job.Exit, job.Error)
	}
	return job.Exit, outcomesIn(l.t, l.run("jobs", "results", strconv.FormatInt(id, 10)))
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

// checkMails checks that so many people were mailed, each of them once.
func (l *fleetLab) checkMails(people int) {
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
	if l.t.Failed() {
		l.t.Log(l.told())
	}
}

// alone is how a run on one machine has ended.
type alone struct {
	exit     int
	outcomes map[string]string
}

// oneMachine has one machine do what a fleet has done, at a service that is the same, and returns what came of it.
func oneMachine(t *testing.T, bin string, o sandbox.Options, l *fleetLab) (all []alone) {
	t.Helper()
	service, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service)
	defer server.Close()
	for n, organization := range service.Organizations() {
		c := exec.CommandContext(t.Context(), bin, "invite", fmt.Sprintf("people%d.csv", n), "--organization-id", organization.ID, "--yes", "--quiet",
			"--rate", "400/s", "--grace", "50ms", "--timeout", "2s", "--ledger", "alone.db", "--results", "-")
		c.Dir, c.Env = l.folder, append(append(os.Environ(), service.Environment(server.URL)...), "HOME="+l.folder)
		results, err := c.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
			t.Fatal(err)
		} else if ok && exit.ExitCode() != 3 {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		all = append(all, alone{c.ProcessState.ExitCode(), outcomesIn(t, results)})
	}
	return all
}

// attack kills and freezes workers at random instants, and has their database crash.
type attack struct {
	l              *fleetLab
	seed           uint64
	kills, freezes int32         // how many at most
	pause          time.Duration // between two attacks on one worker, on average
	// server crashes so often, if it is not nil, evenly between the other attacks.
	server  *postgrestest.Server
	crashes int32

	killed, frozen, crashed, left atomic.Int32
}

func (a *attack) String() string {
	return fmt.Sprintf("%d kills, %d freezes of %s, %d crashes of the database: %d jobs taken over, %d slices found that they were, %d workers ended by themselves",
		a.killed.Load(), a.frozen.Load(), frozenFor, a.crashed.Load(), a.l.counted("a job is taken over"),
		a.l.counted("somebody else has taken the organization over"), a.left.Load())
}

// run runs so many workers and attacks them until all jobs have ended. Then they have to end, too.
func (a *attack) run(workers int) {
	a.l.t.Helper()
	over := make(chan struct{})
	end := sync.OnceFunc(func() { close(over) })
	defer end()
	var all sync.WaitGroup
	for n := range workers {
		all.Go(func() { a.torment(over, n) })
	}
	for ; !a.l.done(); <-time.After(100 * time.Millisecond) {
		if a.crashed.Load() < a.crashes && (a.killed.Load()+a.frozen.Load())*(a.crashes+1) >= (a.crashed.Load()+1)*(a.kills+a.freezes) {
			a.crashed.Add(1)
			a.server.Crash()
			a.server.Restart(a.l.t)
		}
	}
	end()
	all.Wait()
}

// torment runs a worker, and attacks it again and again until all is over.
func (a *attack) torment(over <-chan struct{}, n int) {
	random := rand.New(rand.NewPCG(a.seed, uint64(n)))
	name := fmt.Sprintf("worker%d", n)
	worker := a.l.worker(name)
	for {
		select {
		case <-over:
			a.l.drain(worker)
			return
		case <-worker.ended: // and is started again, as by systemd
			a.left.Add(1)
			a.l.t.Logf("%s has ended by itself: %v", name, worker.err)
			<-time.After(time.Second)
			worker = a.l.worker(name)
			continue
		case <-time.After(a.pause/2 + time.Duration(random.Int64N(int64(a.pause)))):
		}
		if random.IntN(2) == 0 && take(&a.killed, a.kills) {
			worker.kill()
			a.silence()
			worker = a.l.worker(name)
		} else if take(&a.frozen, a.freezes) {
			_ = worker.Signal(syscall.SIGSTOP) // it may have ended just now
			a.silence()
			<-time.After(frozenFor)
			_ = worker.Signal(syscall.SIGCONT)
		}
	}
}

// take counts one more, unless there were enough.
func take(n *atomic.Int32, most int32) bool {
	if n.Add(1) > most {
		n.Add(-1)
		return false
	}
	return true
}

// silence has all organizations look as if nobody held them for long: whoever takes a job over needs not wait for that.
func (a *attack) silence() {
	_ = postgrestest.Silence(context.WithoutCancel(a.l.t.Context()), a.l.address) // the database may be gone, too
}
