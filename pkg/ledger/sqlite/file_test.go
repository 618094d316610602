package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/ledger/sqlite/schema"
)

// execute runs SQL on the database at path, as a foreign program would.
func execute(t *testing.T, path, script string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := db.ExecContext(t.Context(), script); err != nil {
		t.Fatal(err)
	}
}

// overwrite puts text into the file at path.
func overwrite(t *testing.T, path string, at int64, text string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := file.WriteAt([]byte(text), at); err != nil {
		t.Fatal(err)
	}
}

func TestUnusableFilesAreRefused(t *testing.T) {
	whole := func(t *testing.T, path string) {
		t.Helper()
		l := open(t, path)
		begin(t, l, people(1000))
		shut(t, l)
	}
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		want error
		hint string
	}{
		{"text", func(t *testing.T, path string) {
			t.Helper()
			if err := os.WriteFile(path, []byte("email,role\nada@example.com,member\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ledger.ErrForeign, "name another: a new one"},
		{"another database", func(t *testing.T, path string) {
			t.Helper()
			execute(t, path, "CREATE TABLE bookmark (url TEXT)")
		}, ledger.ErrForeign, "name another: a new one"},
		{"directory", func(t *testing.T, path string) {
			t.Helper()
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, ledger.ErrForeign, "name another: a new one"},
		{"newer version", func(t *testing.T, path string) {
			t.Helper()
			whole(t, path)
			execute(t, path, "PRAGMA user_version = 1000")
		}, ledger.ErrNewer, "newer version"},
		{"torn in the header", func(t *testing.T, path string) {
			t.Helper()
			whole(t, path)
			if err := os.Truncate(path, 60); err != nil {
				t.Fatal(err)
			}
		}, ledger.ErrDamaged, "restore"},
		{"torn later", func(t *testing.T, path string) {
			t.Helper()
			whole(t, path)
			if err := os.Truncate(path, 3*4096); err != nil {
				t.Fatal(err)
			}
		}, ledger.ErrDamaged, "restore"},
		{"overwritten", func(t *testing.T, path string) {
			t.Helper()
			whole(t, path)
			overwrite(t, path, 100, strings.Repeat("\xff", 3000))
		}, ledger.ErrDamaged, "restore"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := place(t)
			test.make(t, path)
			before, _ := os.ReadFile(path)
			l, err := sqlite.Open(path, sqlite.Options{})
			if err == nil {
				shut(t, l)
			}
			var problem *ledger.Error
			if !errors.Is(err, test.want) || !errors.As(err, &problem) {
				t.Fatalf("Open = %v, want %v", err, test.want)
			}
			if problem.Path != path || !strings.Contains(problem.Hint, test.hint) {
				t.Errorf("problem = %+v, want a hint with %q", problem, test.hint)
			}
			if test.want == ledger.ErrNewer { //nolint:errorlint // which row of the table it is
				view, err := sqlite.View(path)
				if err == nil {
					shut(t, view)
				}
				if !errors.Is(err, test.want) {
					t.Errorf("View = %v, want %v", err, test.want)
				}
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			whole(t, path) // the refused file leaves no lock and no log behind
		})
	}
}

func TestEmptyFileBecomesALedger(t *testing.T) {
	path := place(t)
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	begin(t, open(t, path), people(1))
}

func TestParentThatIsAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := sqlite.Open(filepath.Join(file, "ledger.db"), sqlite.Options{})
	if err == nil {
		shut(t, l)
		t.Fatal("Open succeeded below a file")
	}
	if problem, ok := errors.AsType[*ledger.Error](err); !ok {
		t.Errorf("Open = %T, want %T", err, problem)
	}
}

func TestMigrationsAreNumbered(t *testing.T) {
	path := place(t)
	l := open(t, path)
	got, err := l.Setting("user_version")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "version", got, int64(schema.Newest()))
	got, err = l.Setting("application_id")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "application", got, int64(0x726f6c6c))
}
