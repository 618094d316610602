package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/record"
)

// TestReadOnlyDirectory opens ledgers as nobody, since nothing is read-only to root.
func TestReadOnlyDirectory(t *testing.T) {
	fresh, there := t.TempDir(), t.TempDir()
	shut(t, open(t, filepath.Join(there, "ledger.db")))
	for _, dir := range []string{fresh, there} {
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		errs := make(chan error)
		go func() {
			runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
			if os.Getuid() == 0 {
				if _, err := unix.SetfsuidRetUid(65534); err != nil {
					errs <- err
					return
				}
			}
			l, err := sqlite.Open(filepath.Join(dir, "ledger.db"), sqlite.Options{})
			if err == nil {
				err = errors.Join(errors.New("it opened"), l.Close())
			}
			errs <- err
		}()
		err := <-errs
		problem, ok := errors.AsType[*ledger.Error](err)
		if !ok || !errors.Is(err, os.ErrPermission) || !strings.Contains(problem.Hint, "writable") {
			t.Errorf("Open = %v", err)
		}
	}
}

// TestFullDisk fills a real, tiny disk.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a tiny file system can be mounted by root only: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "ledger.db")
	l := open(t, path)
	if _, err := l.Begin(t.Context(), ledger.Run{}, people(10_000)); !errors.Is(err, ledger.ErrDiskFull) {
		t.Fatalf("Begin = %v, want ErrDiskFull", err)
	}
	same(t, "runs after a Begin that failed", len(collect(t, l.Runs(t.Context()))), 0)

	run := begin(t, l, people(500))
	settled := 0
	var err error
	for row := 1; row <= 500 && err == nil; row++ {
		r := invited(row)
		r.Hint = strings.Repeat("x", 4000)
		if err = l.Conclude(t.Context(), run.ID, nil, record.Conclusion{Record: r}); err == nil {
			settled++
		}
	}
	if !errors.Is(err, ledger.ErrDiskFull) {
		t.Fatalf("Conclude = %v, want ErrDiskFull", err)
	}
	counts, err := l.Outcomes(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", counts, map[record.Outcome]int{record.Invited: settled, record.Unset: 500 - settled})

	if err := unix.Mount("", dir, "", unix.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	settle(t, l, run, invited(settled+1))
	shut(t, l)
	same(t, "unsettled rows", len(collect(t, open(t, path).Pending(t.Context(), run.ID))), 500-settled-1)
}
