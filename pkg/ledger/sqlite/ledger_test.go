package ledger_test

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"rollcall/pkg/ledger"
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

const organization = "9d3e5a1b-0000-4000-8000-0123456789ab"

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
func open(tb testing.TB, path string) *ledger.Ledger {
	tb.Helper()
	l, err := ledger.Open(path, ledger.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { shut(tb, l) })
	return l
}

func shut(tb testing.TB, l *ledger.Ledger) {
	tb.Helper()
	if err := l.Close(); err != nil {
		tb.Error(err)
	}
}

func begin(tb testing.TB, l *ledger.Ledger, entries iter.Seq2[record.Record, error]) ledger.Run {
	tb.Helper()
	run, err := l.Begin(tb.Context(), ledger.Run{OrganizationID: organization, Digest: [32]byte{1}}, entries)
	if err != nil {
		tb.Fatal(err)
	}
	return run
}

func claim(tb testing.TB, l *ledger.Ledger, run ledger.Run, row, attempt int) {
	tb.Helper()
	if err := l.Claim(tb.Context(), run.ID, row, attempt, ""); err != nil {
		tb.Fatal(err)
	}
}

func settle(tb testing.TB, l *ledger.Ledger, run ledger.Run, records ...record.Record) {
	tb.Helper()
	if err := l.Settle(tb.Context(), run.ID, records...); err != nil {
		tb.Fatal(err)
	}
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

// rows returns the row numbers of entries, negative where a claim stands.
func rows(entries []ledger.Entry) []int {
	var numbers []int
	for _, e := range entries {
		if e.Claim != nil {
			numbers = append(numbers, -e.Row)
		} else {
			numbers = append(numbers, e.Row)
		}
	}
	return numbers
}

// doubts returns the rows in doubt, over all runs.
func doubts(tb testing.TB, l *ledger.Ledger) []int {
	tb.Helper()
	claims, err := l.InDoubt(tb.Context(), organization)
	if err != nil {
		tb.Fatal(err)
	}
	var numbers []int
	for _, c := range claims {
		numbers = append(numbers, c.Row)
	}
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
	same(t, "rows of the reopened ledger", rows(collect(t, open(t, path).Pending(t.Context(), run.ID))), []int{1})
}

func TestClosedLedgerSaysSo(t *testing.T) {
	l := open(t, place(t))
	run := begin(t, l, people(1))
	shut(t, l)
	if err := l.Close(); err != nil {
		t.Errorf("second Close = %v", err)
	}
	for name, operation := range map[string]func(context.Context) error{
		"Begin":   func(ctx context.Context) error { _, err := l.Begin(ctx, ledger.Run{}, people(1)); return err },
		"Claim":   func(ctx context.Context) error { return l.Claim(ctx, run.ID, 1, 1, "") },
		"Release": func(ctx context.Context) error { return l.Release(ctx, run.ID, 1) },
		"Settle":  func(ctx context.Context) error { return l.Settle(ctx, run.ID, invited(1)) },
		"End":     func(ctx context.Context) error { return l.End(ctx, run.ID, 0) },
		"InDoubt": func(ctx context.Context) error { _, err := l.InDoubt(ctx, organization); return err },
		"other":   func(ctx context.Context) error { return l.Claim(ctx, "another", 1, 1, "") },
		"Records": func(ctx context.Context) error {
			for _, err := range l.Records(ctx, run.ID) {
				return err
			}
			return nil
		},
	} {
		if err := operation(t.Context()); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("%s = %v, want ErrClosed", name, err)
		}
	}
}

func TestViewLooksBesideTheHolder(t *testing.T) {
	path := place(t)
	if _, err := ledger.View(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("View of nothing = %v", err)
	}
	l := open(t, path)
	run := begin(t, l, people(3))
	claim(t, l, run, 1, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	view, err := ledger.View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, view)
	rows := 0
	for _, err := range view.Records(t.Context(), run.ID) {
		if err != nil {
			t.Fatal(err)
		}
		rows++
	}
	claims, err := view.InDoubt(t.Context(), run.OrganizationID)
	if rows != 3 || len(claims) != 1 || err != nil {
		t.Errorf("%d rows, claims %v, %v", rows, claims, err)
	}
	if err := view.End(t.Context(), run.ID, 0); !errors.Is(err, ledger.ErrReadOnly) {
		t.Errorf("End = %v", err)
	}
}
