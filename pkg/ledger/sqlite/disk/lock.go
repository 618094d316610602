package disk

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"rollcall/pkg/bounded"
	"rollcall/pkg/ledger"
)

// Holder is what the side file says. It is for people: only the lock itself decides.
type Holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// HeldBy returns who seems to hold the ledger at path, without touching its lock.
func HeldBy(path string) (by Holder, held bool) {
	by = readHolder(path + ".holder")
	if by.PID == 0 {
		return Holder{}, false
	}
	process, err := os.FindProcess(by.PID)
	if err != nil {
		return Holder{}, false
	}
	// The signal 0 does nothing but to ask whether the process is there.
	err = process.Signal(syscall.Signal(0))
	return by, !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH)
}

// Lock keeps other processes out. The system drops it when the process ends, however it ends; its file stays,
// since removing a file that somebody else is about to lock would let two in.
type Lock struct {
	flock  *flock.Flock
	holder string
}

// Acquire takes the lock of the ledger at path, or returns a [*ledger.LockedError] when somebody has it.
func Acquire(path string, now time.Time) (*Lock, error) {
	// The side file is a second file because Windows lets nobody read a locked one.
	l := &Lock{flock: flock.New(path+".lock", flock.SetFlag(os.O_CREATE|os.O_RDONLY|noFollow)), holder: path + ".holder"}
	ok, err := l.flock.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		by := readHolder(l.holder)
		return nil, &ledger.LockedError{Path: path, PID: by.PID, Since: by.Since}
	}
	text, err := json.Marshal(Holder{PID: os.Getpid(), Since: now.UTC().Truncate(time.Second)})
	if err == nil {
		err = writeHolder(l.holder, append(text, '\n'))
	}
	if err != nil {
		return nil, errors.Join(err, l.flock.Unlock())
	}
	return l, nil
}

// writeHolder writes the side file anew, and follows no link on the way.
func writeHolder(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|noFollow, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// readHolder returns the zero holder for a file that is missing or half written.
func readHolder(path string) Holder {
	var by Holder
	const longest = 4 << 10 // bytes
	text, err := bounded.File(path, longest)
	if err != nil || json.Unmarshal(text, &by) != nil {
		return Holder{}
	}
	return by
}

// Release lets others in.
func (l *Lock) Release() error {
	err := os.Remove(l.holder)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, l.flock.Unlock())
}
