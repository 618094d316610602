package sqlite_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/ledger/sqlite/disk"
	"rollcall/pkg/ledger/sqlite/schema"
	"rollcall/pkg/record"
)

// midway returns the path of a ledger whose process died in the middle of a transaction that some of was written of
// already: its journal is hot. The transaction began a second run.
func midway(t *testing.T) string {
	t.Helper()
	path, dead := place(t), place(t)
	l, err := sqlite.Open(path, sqlite.WithoutLog(sqlite.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, l)
	begin(t, l, people(3))
	if _, err := l.Setting("cache_size = -100"); err != nil { // KiB, so that it spills soon
		t.Fatal(err)
	}
	begin(t, l, func(yield func(record.Record, error) bool) {
		for r, err := range people(5_000) {
			if r.Row == 4_900 {
				for _, suffix := range []string{"", "-journal"} {
					copyFile(t, path+suffix, dead+suffix)
				}
			}
			if !yield(r, err) {
				return
			}
		}
	})
	return dead
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil || len(content) == 0 {
		t.Fatalf("%s has %d bytes, %v", from, len(content), err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestViewTakesBackWhatACrashLeft(t *testing.T) {
	path := midway(t)
	view, err := sqlite.View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, view)
	runs := collect(t, view.Runs(t.Context()))
	if len(runs) != 1 || runs[0].Rows != 3 {
		t.Errorf("runs = %+v, want the one of 3 rows", runs)
	}
	if err := view.End(t.Context(), runs[0].ID, 0); !errors.Is(err, ledger.ErrReadOnly) {
		t.Errorf("End = %v, want ErrReadOnly", err)
	}
	if _, err := os.Stat(path + "-journal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the journal is still there: %v", err)
	}
}

// TestViewLeavesACrashToTheHolder has another process about to put the file right.
func TestViewLeavesACrashToTheHolder(t *testing.T) {
	path := midway(t)
	lock, err := disk.Acquire(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := lock.Release(); err != nil {
			t.Error(err)
		}
	}()
	view, err := sqlite.View(path)
	if err == nil {
		shut(t, view)
	}
	if locked, ok := errors.AsType[*ledger.LockedError](err); !ok || locked.Path != path {
		t.Errorf("View = %v, want a LockedError of %s", err, path)
	}
}

// TestViewOfAnEmptyFile looks where a process died before it had written anything, or before that counted.
func TestViewOfAnEmptyFile(t *testing.T) {
	for name, prepare := range map[string]func(*testing.T, string){
		"no bytes": func(t *testing.T, path string) {
			t.Helper()
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"no version": func(t *testing.T, path string) {
			t.Helper()
			makeEarlier(t, path, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := place(t)
			prepare(t, path)
			before, _ := os.ReadFile(path)
			view, err := sqlite.View(path)
			if err == nil {
				shut(t, view)
			}
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("View = %v, want %v", err, fs.ErrNotExist)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
			begin(t, open(t, path), people(1))
		})
	}
}

// TestViewOfAFirstCommitThatWasCutShort has the first page and the journal of the transaction that was to make the ledger.
func TestViewOfAFirstCommitThatWasCutShort(t *testing.T) {
	path, dead := place(t), place(t)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	statements := append([]string{"PRAGMA cache_size = 1", "BEGIN"}, schema.Scripts(schema.Newest())...)
	statements = append(statements, "CREATE TABLE filler (text BLOB)", "INSERT INTO filler VALUES (zeroblob(400000))")
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	copyFile(t, path+"-journal", dead+"-journal")
	if _, err := db.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	copyFile(t, path, dead)
	if err := os.Truncate(dead, 4096); err != nil {
		t.Fatal(err)
	}
	view, err := sqlite.View(dead)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, view)
	if runs := collect(t, view.Runs(t.Context())); len(runs) != 0 {
		t.Errorf("runs = %v", runs)
	}
}

// TestViewRefusesWhatIsNoFile looks at a folder, as it would be at a pipe, which would be waited for.
func TestViewRefusesWhatIsNoFile(t *testing.T) {
	if _, err := sqlite.View(t.TempDir()); !errors.Is(err, ledger.ErrForeign) {
		t.Errorf("View of a folder = %v", err)
	}
}
