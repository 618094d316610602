package main_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rollcall/pkg/ledger/postgres/postgrestest"
	"rollcall/pkg/sandbox"
)

// edit is another text of a file of the program, whose name counts from the folder of the module.
type edit struct{ file, give, want string }

// buildEdited builds the binary from sources of which some say something else. The program has no switches for that.
func buildEdited(t *testing.T, edits ...edit) string {
	t.Helper()
	dir := t.TempDir()
	replaced := map[string]string{}
	for _, e := range edits {
		path, err := filepath.Abs(filepath.Join("..", "..", e.file))
		if err != nil {
			t.Fatal(err)
		}
		from, again := replaced[path]
		if !again {
			from = path
			replaced[path] = filepath.Join(dir, strings.ReplaceAll(e.file, "/", "-"))
		}
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), e.give); n != 1 {
			t.Fatalf("%s has %q %d times, not once", e.file, e.give, n)
		}
		if err := os.WriteFile(replaced[path], []byte(strings.Replace(string(text), e.give, e.want, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	list, bin := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "rollcall")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", list, "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// variant is the program with something or without.
type variant struct {
	name  string
	edits []edit
	// broken says that it is without, and quick that it is tested always.
	broken, quick bool
}

// each tests variants of the program: what is broken has to be noticed. All but the ones that are quick are part of make
// torture only.
func each(t *testing.T, test func(t *testing.T, l *fleetLab, s *tardy), people int, variants ...variant) {
	t.Helper()
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			if !v.quick && os.Getenv("FLEET") == "" {
				t.Skip("FLEET is not set: make torture runs it")
			}
			t.Parallel()
			s := &tardy{}
			l := newFleetLab(t, buildEdited(t, v.edits...), postgrestest.Address(t), attackedService(), s.before)
			l.pulse, l.slice = 20*time.Millisecond, time.Hour
			test(t, l, s)
			l.judge(t, people, v.broken)
		})
	}
}

// TestFleetNeedsTheWait kills a worker whose requests the service still works on, and has another one take over. It does
// that with a program that does not wait after a takeover, to see that the attack would be noticed, and with the program as
// it is.
func TestFleetNeedsTheWait(t *testing.T) {
	t.Parallel()
	unwaited := edit{"pkg/onboard/memory.go", "held := time.Now()\n", "held := time.Now().Add(-time.Hour)\n"}
	each(t, func(t *testing.T, l *fleetLab, s *tardy) {
		t.Helper()
		s.late = 8 * time.Second
		one := l.worker("one")
		l.invite(10, "--rate", "20/s", "--timeout", "10s")
		await(t, l, func() bool { return s.arrived.Load() >= 5 })
		two := l.worker("two")
		one.kill()
		l.silence(t)
		l.ended(t)
		l.drain(two)
	}, 10, variant{"without", []edit{unwaited}, true, true}, variant{"with", nil, false, false})
}

// tardy does what it is asked some time later, whether or not somebody still waits for that.
type tardy struct {
	late    time.Duration
	arrived atomic.Int32 // invites
}

func (s *tardy) before(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/invite") {
			s.arrived.Add(1)
			<-time.After(s.late)
		}
		service.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	})
}

// invite submits a job that invites so many people.
func (l *fleetLab) invite(people int, flags ...string) {
	l.t.Helper()
	d := duty{people: people}
	l.submitJob(d.roster(l.site), append(flags, "--organization-id", sandbox.DefaultOrganizationID, "--grace", "50ms")...)
}

// String returns what the processes of the fleet have logged.
func (l *fleetLab) String() string { return l.told() }

// silence has all organizations look as if nobody held them for long.
func (l *fleetLab) silence(t *testing.T) {
	t.Helper()
	if err := postgrestest.Silence(t.Context(), l.ledger); err != nil {
		t.Fatal(err)
	}
}

// ended waits until all jobs have ended.
func (l *fleetLab) ended(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !l.done(); <-time.After(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the jobs do not end\n%s", l)
		}
	}
}

// judge checks that so many people were mailed, each of them once, unless the program was broken: then somebody was mailed
// twice.
func (l *fleetLab) judge(t *testing.T, people int, broken bool) {
	t.Helper()
	mailed, twice := 0, 0
	for _, mails := range l.service.Mails() {
		mailed++
		twice += min(mails-1, 1)
	}
	t.Logf("%d people were mailed, %d of them twice", mailed, twice)
	if broken && twice == 0 {
		t.Errorf("it is not noticed\n%s", l)
	}
	if !broken && (mailed != people || twice != 0) {
		t.Errorf("%d people were mailed and %d of them twice, not %d and none\n%s", mailed, twice, people, l)
	}
}

// TestFleetNeedsTheGuard freezes a worker that is about to write requests to a connection, and wakes it up once another one
// has sent everybody. With the program as it is nothing leaves any more, and without the guard on the socket it does.
func TestFleetNeedsTheGuard(t *testing.T) {
	t.Parallel()
	hesitates := edit{"pkg/fence/conn.go", "\ts := c.armed.Load()\n", "\ts := c.armed.Load()\n\tif s != nil {\n\t\ttime.Sleep(500 * time.Millisecond)\n\t}\n"}
	unguarded := edit{"pkg/fence/conn.go", "if err := s.fresh(); err != nil {", "if err := s.fresh(); err != nil && p == nil {"}
	each(t, func(t *testing.T, l *fleetLab, s *tardy) {
		t.Helper()
		one := l.worker("one")
		l.invite(40, "--rate", "10/s", "--timeout", "90s")
		await(t, l, func() bool { return s.arrived.Load() >= 10 })
		if err := one.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		two := l.worker("two")
		l.silence(t)
		l.ended(t)
		if err := one.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		l.drain(one)
		l.drain(two)
	}, 40, variant{"without", []edit{hesitates, unguarded}, true, false}, variant{"with", []edit{hesitates}, false, false})
}
