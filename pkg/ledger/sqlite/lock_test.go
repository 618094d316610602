package sqlite_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
)

func TestSecondOpenIsLocked(t *testing.T) {
	path := place(t)
	start := time.Now().Truncate(time.Second)
	l := open(t, path)
	_, err := sqlite.Open(path, sqlite.Options{})
	locked, ok := errors.AsType[*ledger.LockedError](err)
	if !ok {
		t.Fatalf("Open = %v, want a LockedError", err)
	}
	if locked.Path != path || locked.PID != os.Getpid() || locked.Since.Before(start) {
		t.Errorf("locked = %+v", locked)
	}
	if want := "process " + strconv.Itoa(os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("message %q lacks %q", err, want)
	}
	begin(t, l, people(1)) // the holder is not disturbed

	if err := os.WriteFile(path+".holder", []byte(`{"pid":`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(path, sqlite.Options{})
	if locked, ok := errors.AsType[*ledger.LockedError](err); !ok || locked.PID != 0 {
		t.Errorf("with a half written holder, Open = %v", err)
	}

	link := path + ".link"
	if err := os.Symlink(path, link); err == nil { // not everybody may on Windows
		if _, err := sqlite.Open(link, sqlite.Options{}); !errors.As(err, &locked) {
			t.Errorf("through a link, Open = %v, want a LockedError", err)
		}
	}

	shut(t, l)
	if _, err := os.Stat(path + ".lock"); err != nil {
		t.Errorf("the lock file was removed: %v", err)
	}
	open(t, path)
}
