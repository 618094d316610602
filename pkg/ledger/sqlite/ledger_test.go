package sqlite_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
)

var workOn = flag.String("work", "", "claim and settle rows in the ledger at this path until killed")

// TestMain is also the program that [TestKilledProcess] kills.
func TestMain(m *testing.M) {
	if flag.Parse(); *workOn != "" {
		work(*workOn)
		return
	}
	goleak.VerifyTestMain(m)
}

const (
	service      = "https://api.example.com"
	organization = "9d3e5a1b-0000-4000-8000-0123456789ab"
)

var scope = record.Scope{Service: service, OrganizationID: organization}

// place returns the path of a ledger that is not there yet.
func place(tb testing.TB) string {
	tb.Helper()
	dir, err := filepath.EvalSymlinks(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	return filepath.Join(dir, "ledger.db")
}

// open opens a ledger that is closed when the test ends.
func open(tb testing.TB, path string) *sqlite.Ledger {
	tb.Helper()
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { shut(tb, l) })
	return l
}

func shut(tb testing.TB, l *sqlite.Ledger) {
	tb.Helper()
	if err := l.Close(); err != nil {
		tb.Error(err)
	}
}

func begin(tb testing.TB, l *sqlite.Ledger, entries iter.Seq2[record.Record, error]) ledger.Run {
	tb.Helper()
	run, err := l.Begin(tb.Context(), ledger.Run{Service: service, OrganizationID: organization, Digest: [32]byte{1}}, entries)
	if err != nil {
		tb.Fatal(err)
	}
	return run
}

// invite is the claim of an invitation for a row of [people].
func invite(run ledger.Run, row, attempt int) record.Claim {
	return record.Claim{
		Run: run.ID, Row: row, Email: fmt.Sprintf("person-%d@example.com", row), Change: record.ChangeInvite, Attempt: attempt,
	}
}

func claim(tb testing.TB, l *sqlite.Ledger, run ledger.Run, row int) {
	tb.Helper()
	if err := l.Claim(tb.Context(), nil, invite(run, row, 1)); err != nil {
		tb.Fatal(err)
	}
}

// settle records outcomes; those that are unknown stay in doubt.
func settle(tb testing.TB, l *sqlite.Ledger, run ledger.Run, records ...record.Record) {
	tb.Helper()
	if err := l.Conclude(tb.Context(), run.ID, nil, conclusions(records...)...); err != nil {
		tb.Fatal(err)
	}
}

func conclusions(records ...record.Record) []record.Conclusion {
	var all []record.Conclusion
	for _, r := range records {
		all = append(all, record.Conclusion{Record: r, InDoubt: r.Outcome == record.Unknown})
	}
	return all
}

// collect returns all that a sequence yields.
func collect[T any](tb testing.TB, seq iter.Seq2[T, error]) []T {
	tb.Helper()
	var all []T
	for value, err := range seq {
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, value)
	}
	return all
}

// doubts returns the rows in doubt, over all runs.
func doubts(tb testing.TB, l *sqlite.Ledger) []int {
	tb.Helper()
	found, err := l.Doubts(tb.Context(), scope)
	if err != nil {
		tb.Fatal(err)
	}
	var numbers []int
	for _, d := range found {
		numbers = append(numbers, d.Row)
	}
	slices.Sort(numbers)
	return numbers
}

func same(tb testing.TB, what string, got, want any) {
	tb.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestFilesBelongToTheirOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("windows has no permission bits")
	}
	path := filepath.Join(t.TempDir(), "new", "deep", "ledger.db")
	l := open(t, path)
	begin(t, l, people(3))
	modes := func() map[string]os.FileMode {
		modes := map[string]os.FileMode{}
		files, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			info, err := file.Info()
			if err != nil {
				t.Fatal(err)
			}
			modes[file.Name()] = info.Mode()
		}
		return modes
	}
	want := map[string]os.FileMode{
		"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600,
		"ledger.db.lock": 0o600, "ledger.db.holder": 0o600,
	}
	same(t, "modes", modes(), want)
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "mode of "+dir, info.Mode().Perm(), os.FileMode(0o700))
	}

	shut(t, l)
	same(t, "modes once closed", modes(), map[string]os.FileMode{"ledger.db": 0o600, "ledger.db.lock": 0o600})
	for _, name := range []string{path, path + ".lock"} {
		if err := os.Chmod(name, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	begin(t, open(t, path), people(3))
	same(t, "modes once narrowed", modes(), want)
}

func TestWritesAreSynced(t *testing.T) {
	l := open(t, place(t))
	for pragma, want := range map[string]int64{"synchronous": 3, "fullfsync": 1, "busy_timeout": 5000} {
		got, err := l.Setting(pragma)
		if err != nil {
			t.Fatal(err)
		}
		same(t, pragma, got, want)
	}
}

func TestPathMayHoldAnyCharacter(t *testing.T) {
	path := filepath.Join(filepath.Dir(place(t)), "a b%20c?d#e&mode=memory;é.db")
	if runtime.GOOS == "windows" {
		t.Skip("windows forbids most of these characters")
	}
	l := open(t, path)
	run := begin(t, l, people(1))
	same(t, "path", l.Path(), path)
	shut(t, l)
	same(t, "rows of the reopened ledger", len(collect(t, open(t, path).Pending(t.Context(), run.ID))), 1)
}

func TestViewLooksBesideTheHolder(t *testing.T) {
	path := place(t)
	if _, err := sqlite.View(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("View of nothing = %v", err)
	}
	l := open(t, path)
	run := begin(t, l, people(3))
	claim(t, l, run, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	view, err := sqlite.View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, view)
	rows := 0
	for _, err := range view.Records(t.Context(), run.ID, 0) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
	same(t, "rows", rows, 3)
	same(t, "doubts", doubts(t, view), []int{1})
	_, beginErr := view.Begin(t.Context(), ledger.Run{}, people(1))
	then := func(error) { t.Error("then was called") }
	for what, err := range map[string]error{
		"End": view.End(t.Context(), run.ID, 0), "Begin": beginErr, "Claim": view.Claim(t.Context(), nil, invite(run, 2, 1)),
		"Conclude then": view.Conclude(t.Context(), run.ID, then, record.Conclusion{Record: invited(1)}),
	} {
		if !errors.Is(err, ledger.ErrReadOnly) {
			t.Errorf("%s = %v, want ErrReadOnly", what, err)
		}
	}
}
