// Package auditfile keeps a file of the lines of audit trails, which grows at its end and is never changed before it.
//
//	file, err := auditfile.Open(ctx, "/var/log/rollcall/audit.jsonl", ledger.Audit)
//	err = file.CatchUp(ctx) // whatever the ledger has, and the file has not
//
// The ledger is what knows; the file follows. So a crash loses nothing: the next process appends what is missing. Several
// ledgers may share one file, and several processes may append to it, one after the other. Only its owner can read it.
package auditfile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"rollcall/pkg/audit"
	"rollcall/pkg/fileset"
)

const (
	// lockMode keeps everybody but its owner from the lock of a file.
	lockMode = 0o600
	// lockWait is how long another process may append before this one gives up, lockPoll how often it is asked for.
	lockWait = 10 * time.Second
	lockPoll = 20 * time.Millisecond
	// lockSuffix is what the name of the file ends in that keeps two processes from appending at once.
	lockSuffix = ".lock"
)

// Source yields the lines of one chain after the one with a number, as a ledger does. The texts are without ends.
type Source func(ctx context.Context, after int) iter.Seq2[string, error]

// Why no trail can be gone on with at a place.
var (
	// ErrNotPlain means that the file is a folder, a link, a named pipe or a device.
	ErrNotPlain = errors.New("it is no plain file")
	// ErrNoFolder means that the folder of the file is not there.
	ErrNoFolder = errors.New("its folder is not there")
)

// RefusedError says why a file can't be continued: nothing was written to it.
type RefusedError struct {
	Path string
	Err  error
}

// Error implements error.
func (e *RefusedError) Error() string { return fmt.Sprintf("audit trail %s: %v", e.Path, e.Err) }

// Unwrap returns the cause, such as an [*audit.BreakError].
func (e *RefusedError) Unwrap() error { return e.Err }

// File is a file that follows the chain of one ledger. It is not safe for concurrent use.
type File struct {
	path   string
	source Source
	// number is that of the last line of the chain that the file is known to hold.
	number int
	// unsure says that an append has failed in the middle, so that the file has to be looked at.
	unsure bool
	// last is what the file was when it was looked at, or appended to, last.
	last os.FileInfo
}

// Open holds a file to what it says and to the source, and returns what goes on from there. A file that is not there yet is
// made by [File.CatchUp]. One that does not hold, or that has another line than the source in a place, is refused with a
// [*RefusedError].
func Open(ctx context.Context, path string, source Source) (*File, error) {
	f := &File{path: path, source: source}
	err := f.locked(ctx, func(file *os.File) (err error) {
		if f.number, _, err = f.place(ctx); err == nil {
			f.last, err = file.Stat()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// CatchUp appends all that the source has and the file has not. It is on disk when CatchUp returns nil.
func (f *File) CatchUp(ctx context.Context) error {
	return f.locked(ctx, func(file *os.File) error {
		info, err := file.Stat()
		if err != nil {
			return err
		}
		rest, err := f.mend(ctx, file, info)
		if err != nil {
			return err
		}
		f.unsure = true // until all is on disk
		out := bufio.NewWriterSize(file, 256<<10)
		number := f.number
		for text, err := range f.source(ctx, f.number) {
			if err != nil {
				return err
			}
			if _, err := out.WriteString(strings.TrimPrefix(text, rest) + "\n"); err != nil {
				return err
			}
			rest, number = "", number+1
		}
		if err := errors.Join(out.Flush(), file.Sync()); err != nil {
			return fmt.Errorf("append to audit trail %s: %w", f.path, err)
		}
		f.number, f.unsure = number, false
		f.last, err = file.Stat()
		return err
	})
}

// mend looks for the beginning of a line that a process which stopped has left at the end of the file. It returns that, to
// be completed, if it is of this chain; the rest of another one's line is taken away, since its own ledger has all of it.
func (f *File) mend(ctx context.Context, file *os.File, info os.FileInfo) (rest string, err error) {
	if info.Size() == 0 {
		f.number = 0 // it may have been put aside since
		return "", nil
	}
	// It may have been put aside since, and another ledger's lines may have begun the one that has taken its place.
	another := !os.SameFile(f.last, info) || info.Size() < f.last.Size()
	if !f.unsure && !another {
		if whole, err := endsWhole(f.path, info.Size()); err != nil || whole {
			return "", err
		}
	}
	number, torn, err := f.place(ctx)
	if err != nil {
		return "", err
	}
	f.number = number
	if torn == "" {
		return "", nil
	}
	if rest, err = first(ctx, number, f.source); err != nil {
		return "", err
	}
	if strings.HasPrefix(rest, torn) {
		return torn, nil
	}
	return "", file.Truncate(info.Size() - int64(len(torn)))
}

// endsWhole reports whether the last line of a file of that size has an end.
func endsWhole(path string, size int64) (bool, error) {
	reader, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer reader.Close() //nolint:errcheck // it was only read
	last := make([]byte, 1)
	_, err = reader.ReadAt(last, size-1)
	return last[0] == '\n', err
}

// place reads the file as it is. It returns the number of the last line of the chain in it, and what stands after the last
// whole line, or a [*RefusedError].
func (f *File) place(ctx context.Context) (number int, torn string, err error) {
	reader, err := os.Open(f.path)
	if err != nil {
		return 0, "", err
	}
	defer reader.Close() //nolint:errcheck // it was only read
	report, err := audit.Verify(reader)
	if broken, ok := errors.AsType[*audit.BreakError](err); ok {
		if broken.Reason != audit.Torn {
			return 0, "", &RefusedError{f.path, err}
		}
	} else if err != nil {
		return 0, "", err
	}
	end, err := Compare(ctx, report, f.source)
	if err != nil {
		if broken, ok := errors.AsType[*audit.BreakError](err); !ok || broken.Reason != audit.CutOff {
			return 0, "", refused(f.path, err)
		}
	}
	if _, err := Continues(ctx, report, end, f.source); err != nil {
		return 0, "", refused(f.path, err)
	}
	return end, report.Torn, nil
}

// Continues reports whether what stands after the last whole line of a trail is the beginning of the line that the ledger has
// after the one with that number, as after a crash in the middle of a write. The error is an [*audit.BreakError] if it is of
// the same chain and says something else; what is of another chain is neither.
func Continues(ctx context.Context, report audit.Report, number int, source Source) (bool, error) {
	if report.Torn == "" {
		return false, nil
	}
	next, err := first(ctx, number, source)
	switch {
	case err != nil:
		return false, err
	case strings.HasPrefix(next, report.Torn):
		return true, nil
	case ours(report.Torn, next):
		return false, &audit.BreakError{
			Line: report.Lines + 1, Reason: audit.Foreign, Text: "the line without an end is not the beginning of what the ledger has there",
		}
	}
	return false, nil
}

// ours reports whether a piece that has no end may be of the chain of the line that is due.
func ours(torn, next string) bool {
	const name = len(`{"chain":"0123456789abcdef"`)
	return next == "" || len(torn) < name || len(next) >= name && torn[:name] == next[:name]
}

func refused(path string, err error) error {
	if _, ok := errors.AsType[*audit.BreakError](err); ok {
		return &RefusedError{path, err}
	}
	return err
}

// first returns the line after the one with a number, empty if there is none.
func first(ctx context.Context, after int, source Source) (string, error) {
	for text, err := range source(ctx, after) {
		return text, err
	}
	return "", nil
}

// Compare holds a trail that was verified to the chain of a ledger. It returns the number of the last line of that chain in
// the trail. The error is an [*audit.BreakError] if the trail has lines that the ledger does not have, or lacks some at its
// end.
func Compare(ctx context.Context, report audit.Report, source Source) (number int, err error) {
	var chain audit.Chain
	for text, err := range source(ctx, 0) {
		if err != nil {
			return 0, err
		}
		if chain, err = audit.End(text); err != nil {
			return 0, &audit.BreakError{Reason: audit.Foreign, Text: "the first line of the ledger: " + err.Error()}
		}
		break
	}
	end := report.Ends[chain.ID]
	foreign := &audit.BreakError{Reason: audit.Foreign, Text: fmt.Sprintf(
		"number %d of chain %s is another one in the ledger, or is not there: the ledger was replaced by an earlier copy, or the trail is of a copy of it", end.Number, chain.ID)}
	lacks := chain.Number > 0
	if end.Number > 0 {
		lacks = false
		has := ""
		for text, err := range source(ctx, end.Number-1) {
			if err != nil {
				return 0, err
			}
			if has != "" {
				lacks = true
				break
			}
			has = text
		}
		if held, err := audit.End(has); err != nil || held != end {
			return 0, foreign
		}
	}
	if lacks {
		return end.Number, &audit.BreakError{Reason: audit.CutOff, Text: fmt.Sprintf(
			"the ledger goes on after number %d of chain %s: lines at the end are missing, or were not appended yet", end.Number, chain.ID)}
	}
	return end.Number, nil
}

// locked does something with the file while no other process appends to it.
func (f *File) locked(ctx context.Context, do func(*os.File) error) (err error) {
	if _, err := os.Stat(filepath.Dir(f.path)); err != nil {
		return &RefusedError{f.path, ErrNoFolder}
	}
	// Opening a named pipe would wait for somebody who reads it.
	if info, err := os.Lstat(f.path); err == nil && !info.Mode().IsRegular() {
		return &RefusedError{f.path, ErrNotPlain}
	}
	lock := flock.New(f.path+lockSuffix, flock.SetPermissions(lockMode))
	waits, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if held, err := lock.TryLockContext(waits, lockPoll); err != nil || !held {
		return fmt.Errorf("audit trail %s: another process appends to it, or its lock cannot be made: %w", f.path, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	file, err := fileset.Append(f.path)
	if err != nil {
		return fmt.Errorf("audit trail: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return &RefusedError{f.path, errors.Join(err, ErrNotPlain)}
	}
	return do(file)
}
