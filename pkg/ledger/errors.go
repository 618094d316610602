package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What a caller can match with [errors.Is].
var (
	// ErrClosed: the ledger was closed before.
	ErrClosed = errors.New("the ledger is closed")
	// ErrReadOnly: the ledger was opened for looking only.
	ErrReadOnly = errors.New("the ledger is open for looking only")
	// ErrForeign: the file is something else than a ledger.
	ErrForeign = errors.New("this is not a rollcall ledger")
	// ErrNewer: the file was written by a newer version of this program.
	ErrNewer = errors.New("the ledger was written by a newer version")
	// ErrDamaged: the file is torn or was changed by something else.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrDiskFull: there is no room; nothing of the operation was kept. The ledger goes on once there is.
	ErrDiskFull = errors.New("the disk is full")
	// ErrNoRun: the ledger has no such run.
	ErrNoRun = errors.New("no such run")
	// ErrNoRow: the run has no such row.
	ErrNoRow = errors.New("no such row")
	// ErrClaimed: a claim stands for the row.
	ErrClaimed = errors.New("the row is claimed")
	// ErrSettled: the row has an outcome.
	ErrSettled = errors.New("the row is settled")
)

// Error says what is wrong with the file of a ledger.
type Error struct {
	Path string
	Err  error
	// Hint says what to do about it; it may be empty.
	Hint string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("ledger %s: %v", e.Path, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// RowError says why one row can't be claimed or settled: it wraps [ErrNoRow], [ErrClaimed] or [ErrSettled].
// Nothing of the operation was kept. Other rows are not concerned.
type RowError struct {
	Run string
	Row int
	Err error
}

// Error implements error.
func (e *RowError) Error() string { return fmt.Sprintf("run %s: row %d: %v", e.Run, e.Row, e.Err) }

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }

// code returns SQLite's primary result code of an error, or SQLITE_OK if it is not one of SQLite's.
func code(err error) int {
	if cause, ok := errors.AsType[*sqlite.Error](err); ok {
		return cause.Code() & 0xff
	}
	return sqlite3.SQLITE_OK
}

// explain turns an error about the file at path into an [*Error] with a hint. Errors that have their words already,
// and those of a context, stay as they are.
func explain(path string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*RowError](err); ok {
		return err
	}
	e := &Error{Path: path, Err: err}
	switch code(err) {
	case sqlite3.SQLITE_FULL:
		e.Err = fmt.Errorf("%w: %w", ErrDiskFull, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		e.Err = fmt.Errorf("%w: %w", ErrDamaged, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		e.Hint = "another program has the file open: close it"
	case sqlite3.SQLITE_IOERR:
		e.Hint = "check the disk, then run the same command again"
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		e.Hint = hintWritable
	}
	if errors.Is(err, syscall.ENOSPC) {
		e.Err = fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Hint = hintWritable
	case errors.Is(e.Err, ErrDiskFull):
		e.Hint = "free some room, then run the same command again"
	case errors.Is(e.Err, ErrDamaged):
		e.Hint = "restore the file from a copy, or move it aside: a new one starts empty and remembers no claim"
	case errors.Is(err, ErrForeign):
		e.Hint = "name another file: this one was left as it is"
	case errors.Is(err, ErrNewer):
		e.Hint = "use the newer version, or name another file"
	}
	return e
}

const hintWritable = "make the file and its directory writable for you, or name another file"
