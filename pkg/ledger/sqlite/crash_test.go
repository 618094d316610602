package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
)

// crash copies what a ledger has on disk, as if its process had died now, with the log cut after so many bytes; a
// negative number leaves it whole. It returns the path of the copy and the size of the log.
func crash(t *testing.T, path string, cut int) (string, int) {
	t.Helper()
	dead := place(t)
	size := 0
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if suffix == "-wal" {
			size = len(content)
			if cut >= 0 {
				content = content[:cut]
			}
		}
		if err := os.WriteFile(dead+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dead, size
}

// state is what a ledger says about a run: one letter a row, in upper case when a claim stands.
func state(t *testing.T, l *sqlite.Ledger, run ledger.Run) string {
	t.Helper()
	var b strings.Builder
	claimed := map[int]bool{}
	for _, row := range doubts(t, l) {
		claimed[row] = true
	}
	for _, r := range collect(t, l.Records(t.Context(), run.ID, 0)) {
		letter := string("uiamrvdfknwws"[r.Outcome])
		if claimed[r.Row] {
			letter = strings.ToUpper(letter)
		}
		b.WriteString(letter)
	}
	return b.String()
}

// TestCrashKeepsWhatWasAcknowledged dies after every operation, and then anywhere within the log: what is found is
// always the work up to some operation, whole, and with the whole log it is all of it.
func TestCrashKeepsWhatWasAcknowledged(t *testing.T) {
	path := place(t)
	l := open(t, path)
	run := begin(t, l, people(6))
	shut(t, l) // so that the run is in the file, and the log has nothing but the work
	l = open(t, path)
	states := []string{state(t, l, run)}
	for row := 1; row <= 6; row++ {
		for _, operation := range []func(){
			func() { claim(t, l, run, row) },
			func() { settle(t, l, run, record.Record{Row: row, Outcome: record.Outcome(row)}) },
		} {
			operation()
			states = append(states, state(t, l, run))
			dead, _ := crash(t, path, -1)
			same(t, "state after the crash", state(t, open(t, dead), run), states[len(states)-1])
		}
	}
	_, size := crash(t, path, -1)
	reached := 0
	for cut := 0; cut <= size; cut += 1 + size/97 {
		dead, _ := crash(t, path, cut)
		after := open(t, dead)
		got := state(t, after, run)
		for reached < len(states)-1 && states[reached] != got {
			reached++
		}
		if states[reached] != got {
			t.Fatalf("with %d of %d bytes of log the state is %q, which never was", cut, size, got)
		}
		if want, _, err := after.Unfinished(t.Context(), scope, run.Digest); err != nil || want.ID != run.ID {
			t.Errorf("unfinished = %v, %v", want, err)
		}
		shut(t, after)
	}
	if reached < len(states)/2 {
		t.Errorf("the cuts reached only state %d of %d", reached, len(states))
	}
}

func TestCrashInTheMiddleOfBegin(t *testing.T) {
	path := place(t)
	l := open(t, path)
	if _, err := l.Setting("cache_size = -100"); err != nil { // KiB, so that it spills soon
		t.Fatal(err)
	}
	var dead string
	begin(t, l, func(yield func(record.Record, error) bool) {
		for r, err := range people(20_000) {
			if r.Row == 19_000 {
				var size int
				if dead, size = crash(t, path, -1); size < 1<<20 {
					t.Errorf("only %d bytes had left the memory", size)
				}
			}
			if !yield(r, err) {
				return
			}
		}
	})
	after := open(t, dead)
	same(t, "runs", len(collect(t, after.Runs(t.Context()))), 0)
	begin(t, after, people(1))
}

// killedRows is how many rows the process that is killed has: more than it lives to settle.
const killedRows = 20_000

func say(verb string, row int) {
	if _, err := fmt.Fprintln(os.Stdout, verb, row); err != nil {
		panic(err)
	}
}

// work claims and settles rows and says so, until it is killed.
func work(path string) {
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	run, err := l.Begin(ctx, ledger.Run{Service: service, OrganizationID: organization, Digest: [32]byte{1}}, people(killedRows))
	if err != nil {
		panic(err)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				row := int(next.Add(1))
				if err := l.Claim(ctx, nil, invite(run, row, 1)); err != nil {
					panic(err)
				}
				say("claimed", row)
				if err := l.Conclude(ctx, run.ID, nil, record.Conclusion{Record: invited(row)}); err != nil {
					panic(err)
				}
				say("settled", row)
			}
		})
	}
	wg.Wait()
}

// TestKilledProcess kills a process that is at work and looks for everything it said.
func TestKilledProcess(t *testing.T) {
	for _, lines := range []int{1, 50, 1999} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		child := exec.CommandContext(t.Context(), os.Args[0], "-work", path)
		child.Stderr = os.Stderr
		output, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		said := map[string][]int{}
		scanner := bufio.NewScanner(output)
		for n := 1; scanner.Scan(); n++ {
			var verb string
			var row int
			if _, err := fmt.Sscan(scanner.Text(), &verb, &row); err != nil {
				break // the last line may be cut
			}
			said[verb] = append(said[verb], row)
			if n == lines {
				_, err := sqlite.Open(path, sqlite.Options{})
				if locked, ok := errors.AsType[*ledger.LockedError](err); !ok || locked.PID != child.Process.Pid {
					t.Errorf("Open beside process %d = %v", child.Process.Pid, err)
				}
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil {
			t.Error("the process was not killed")
		}

		l := open(t, path)
		run, ok, err := l.Unfinished(t.Context(), scope, [32]byte{1})
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		same(t, "rows", run.Rows, killedRows)
		found := state(t, l, run)
		for _, row := range said["claimed"] {
			if c := found[row-1]; c != 'U' && c != 'i' {
				t.Errorf("row %d was claimed and is %q", row, c)
			}
		}
		for _, row := range said["settled"] {
			if c := found[row-1]; c != 'i' {
				t.Errorf("row %d was settled and is %q", row, c)
			}
		}
		if inDoubt := doubts(t, l); len(inDoubt) > 8 {
			t.Errorf("in doubt are %v: more than were in flight", inDoubt)
		}
		if len(said["claimed"]) == 0 {
			t.Error("the process said nothing")
		}
		shut(t, l)
	}
}
