package schema

import (
	"context"
	"database/sql/driver"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/disk"
)

var update = flag.Bool("update", false, "write newest.sql")

// TestNewestIsWhatTheMigrationsMake makes a ledger by each migration in turn. With -update it writes what came of it into the
// script that makes one at once.
func TestNewestIsWhatTheMigrationsMake(t *testing.T) {
	stepwise := dump(t, func(ctx context.Context, w *commit.Writer) error {
		return w.Transact(ctx, func() error { return migrate(ctx, w, 0) })
	})
	if *update {
		text := "-- Written by the tests of this package, with -update, from what the migrations make of an empty file.\n\n" + stepwise
		if err := os.WriteFile("newest.sql", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		newest = text
	}
	if atOnce := dump(t, Migrate); atOnce != stepwise {
		t.Errorf("newest.sql makes another ledger than the migrations: run the test with -update\n%s", atOnce)
	}
}

// dump returns the script of a ledger that was set up so, and fails if there is anything in it.
func dump(t *testing.T, setUp func(context.Context, *commit.Writer) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := disk.Prepare(path); err != nil {
		t.Fatal(err)
	}
	w, err := commit.Open(t.Context(), path, "WAL", setUp)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close(context.WithoutCancel(t.Context())) }()
	var script strings.Builder
	var tables []string
	if err := w.Each(t.Context(), "SELECT sql, type, name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid", func(found []driver.Value) error {
		fmt.Fprintf(&script, "%s;\n\n", found[0])
		if found[1] == "table" {
			tables = append(tables, fmt.Sprint(found[2]))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(tables) == 0 {
		t.Fatal("there are no tables")
	}
	for _, table := range tables {
		if rows, _, err := w.Number(t.Context(), "SELECT count(*) FROM "+table); err != nil || rows != 0 {
			t.Errorf("table %s of a new ledger has %d rows, %v", table, rows, err)
		}
	}
	return strings.TrimSpace(script.String()) + "\n"
}
