package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// LockedError says that another process, or another [Ledger] of this one, holds the ledger.
type LockedError struct {
	Path string
	// PID and Since describe the holder; they are zero if it has not said yet.
	PID   int
	Since time.Time
}

// Error implements error.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("ledger %s: another run holds it", e.Path)
	}
	return fmt.Sprintf("ledger %s: process %d has held it since %s", e.Path, e.PID, e.Since.Format(time.RFC3339))
}

// holder is what the side file says. It is for people: only the lock itself decides.
type holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// lock keeps other processes out. The system drops it when the process ends, however it ends; its file stays,
// since removing a file that somebody else is about to lock would let two in.
type lock struct {
	flock  *flock.Flock
	holder string
}

func acquire(path string, now time.Time) (*lock, error) {
	// The side file is a second file because Windows lets nobody read a locked one.
	l := &lock{flock: flock.New(path + ".lock"), holder: path + ".holder"}
	ok, err := l.flock.TryLock()
	if err != nil {
		return nil, explain(path, err)
	}
	if !ok {
		by := readHolder(l.holder)
		return nil, &LockedError{Path: path, PID: by.PID, Since: by.Since}
	}
	text, err := json.Marshal(holder{PID: os.Getpid(), Since: now.UTC().Truncate(time.Second)})
	if err == nil {
		err = os.WriteFile(l.holder, append(text, '\n'), 0o600)
	}
	if err != nil {
		return nil, explain(path, errors.Join(err, l.flock.Unlock()))
	}
	return l, nil
}

// readHolder returns the zero holder for a file that is missing or half written.
func readHolder(path string) holder {
	var by holder
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &by) != nil {
		return holder{}
	}
	return by
}

func (l *lock) release() error {
	err := os.Remove(l.holder)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.flock.Unlock())
}
