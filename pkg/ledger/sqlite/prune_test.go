package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
)

// TestNothingAskedOfAFileIsPruned prunes many histories, in memory where there is a disk in it.
func TestNothingAskedOfAFileIsPruned(t *testing.T) {
	dir := quickDir(t)
	ledgertest.RunPruning(t, 15, func(t *testing.T, now func() time.Time) (ledger.Ledger, func() ledger.Ledger) {
		t.Helper()
		var l *sqlite.Ledger
		open := func() ledger.Ledger {
			var err error
			if l, err = sqlite.Open(filepath.Join(dir, "ledger.db"), sqlite.Options{Now: now}); err != nil {
				t.Fatal(err)
			}
			return l
		}
		t.Cleanup(func() { shut(t, l) })
		return open(), func() ledger.Ledger {
			shut(t, l)
			return open()
		}
	})
}

// TestPrunedRowsAreGoneFromTheDisk looks for people in the files beside a ledger that is still open.
func TestPrunedRowsAreGoneFromTheDisk(t *testing.T) {
	path := place(t)
	clock := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	l, err := sqlite.Open(path, sqlite.Options{Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, l)
	nightly := func(n int) {
		t.Helper()
		var rows []record.Record
		for i := range 200 {
			r := record.Record{Row: i + 1, Email: fmt.Sprintf("secret-%d@x.example", i), Outcome: record.AlreadyMember, Extra: []string{"phone-555"}}
			if i == 7 && n == 0 {
				r.Email, r.Outcome = "stays@x.example", record.Invited
			}
			if n > 0 {
				r.Email, r.Extra = "later@x.example", nil
			}
			rows = append(rows, r)
		}
		run, err := l.Begin(t.Context(), ledger.Run{
			Service: service, OrganizationID: organization, Extra: []string{"Phone"}, Sync: true, // so that it asks for nobody
		}, ledgertest.List(nil, rows...))
		if err == nil {
			err = l.End(t.Context(), run.ID, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(24 * time.Hour)
	}
	for n := range ledger.SightedRuns + 1 {
		nightly(n)
	}
	found := func(text string) (in []string) {
		t.Helper()
		for _, name := range []string{path, path + "-wal", path + "-journal"} {
			content, err := os.ReadFile(name)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte(text)) {
				in = append(in, filepath.Base(name))
			}
		}
		return in
	}
	if len(found("secret-")) == 0 || len(found("phone-555")) == 0 {
		t.Fatal("the rows were nowhere before either")
	}
	if _, err := l.Prune(t.Context(), ledger.Pruning{Before: clock}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"secret-", "phone-555"} {
		if in := found(text); len(in) > 0 {
			t.Errorf("%q is still in %v", text, in)
		}
	}
	if len(found("stays@x.example")) == 0 {
		t.Error("whoever was invited is gone")
	}
}

// TestALedgerThatIsPrunedEveryNightStopsGrowing has nights of runs with nothing to do.
func TestALedgerThatIsPrunedEveryNightStopsGrowing(t *testing.T) {
	path := filepath.Join(quickDir(t), "ledger.db")
	clock := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	l, err := sqlite.Open(path, sqlite.Options{Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, l)
	var rows []record.Record
	for i := range 100 {
		rows = append(rows, record.Record{Row: i + 1, Email: fmt.Sprintf("person-%d@x.example", i), Outcome: record.AlreadyMember, UpdatedAt: clock})
	}
	size := func() int64 {
		t.Helper()
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	var after int64
	for night := range 300 {
		run, err := l.Begin(t.Context(), ledger.Run{Service: service, OrganizationID: organization}, ledgertest.List(nil, rows...))
		if err == nil {
			err = l.End(t.Context(), run.ID, 0)
		}
		clock = clock.Add(24 * time.Hour)
		if err == nil {
			_, err = l.Prune(t.Context(), ledger.Pruning{Before: clock.Add(-30 * 24 * time.Hour)})
		}
		if err != nil {
			t.Fatal(err)
		}
		if night == 40 {
			after = size()
		}
	}
	if now := size(); now > after {
		t.Errorf("after 40 nights the ledger has %d bytes, after 300 %d", after, now)
	}
}

func TestALedgerThatIsOnlyLookedAtPrunesNothing(t *testing.T) {
	path := place(t)
	l, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	shut(t, l)
	view, err := sqlite.View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, view)
	if _, err := view.Prune(t.Context(), ledger.Pruning{Before: time.Now()}); !errors.Is(err, ledger.ErrReadOnly) {
		t.Errorf("Prune = %v", err)
	}
}

// TestWhoWasAskedForIsKeptOnce has the same people asked for night after night: what is pruned does not grow with the nights.
func TestWhoWasAskedForIsKeptOnce(t *testing.T) {
	path := place(t)
	clock := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	l, err := sqlite.Open(path, sqlite.Options{Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		run := begin(t, l, people(100))
		if err := l.End(t.Context(), run.ID, 0); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(24 * time.Hour)
	}
	before := collect(t, l.Asked(t.Context(), scope))
	same(t, "people", len(before), 100)
	if _, err := l.Prune(t.Context(), ledger.Pruning{Before: clock}); err != nil {
		t.Fatal(err)
	}
	same(t, "asked for", collect(t, l.Asked(t.Context(), scope)), before)
	shut(t, l)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var people, lists int
	if err := db.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM asked), (SELECT count(*) FROM asked_list)").Scan(&people, &lists); err != nil {
		t.Fatal(err)
	}
	same(t, "people and lists", []int{people, lists}, []int{100, 0})
}
