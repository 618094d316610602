package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
)

// TestLinksBesideTheLedgerAreNotFollowed puts links where the ledger would write.
func TestLinksBesideTheLedgerAreNotFollowed(t *testing.T) {
	for _, suffix := range []string{"-wal", "-shm", "-journal", ".lock", ".holder"} {
		for _, content := range []string{"", "precious"} {
			t.Run(strings.Trim(suffix, "-.")+content, func(t *testing.T) {
				path, target := place(t), filepath.Join(t.TempDir(), "target")
				l := open(t, path)
				begin(t, l, people(1))
				shut(t, l)
				if content != "" {
					if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				_ = os.Remove(path + suffix)
				if err := os.Symlink(target, path+suffix); err != nil {
					t.Skipf("no links here: %v", err)
				}
				for name, open := range map[string]func() (*sqlite.Ledger, error){
					"Open": func() (*sqlite.Ledger, error) { return sqlite.Open(path, sqlite.Options{}) },
					"View": func() (*sqlite.Ledger, error) { return sqlite.View(path) },
				} {
					l, err := open()
					if err == nil {
						shut(t, l)
					}
					problem, ok := errors.AsType[*ledger.Error](err)
					if !ok || !errors.Is(err, ledger.ErrLink) || !strings.Contains(err.Error(), path+suffix) || problem.Hint == "" {
						t.Errorf("%s = %v, want ErrLink", name, err)
					}
				}
				got, err := os.ReadFile(target)
				if content == "" && !errors.Is(err, os.ErrNotExist) || string(got) != content {
					t.Errorf("the target is %q, %v", got, err)
				}
				if err := os.Remove(path + suffix); err != nil {
					t.Fatal(err)
				}
				shut(t, open(t, path))
			})
		}
	}
}

// TestLinkToALedgerThatIsNotThere has a path whose link ends nowhere: another name for it would find another lock.
func TestLinkToALedgerThatIsNotThere(t *testing.T) {
	path := place(t)
	target := filepath.Join(t.TempDir(), "target.db")
	if err := os.Symlink(target, path); err != nil {
		t.Skipf("no links here: %v", err)
	}
	l, err := sqlite.Open(path, sqlite.Options{})
	if err == nil {
		shut(t, l)
	}
	if !errors.Is(err, ledger.ErrLink) {
		t.Errorf("Open = %v, want ErrLink", err)
	}
	if _, err := os.Lstat(target); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the target was made: %v", err)
	}
}
