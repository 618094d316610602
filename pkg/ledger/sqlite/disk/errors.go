package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rollcall/pkg/ledger"
)

// Code returns SQLite's primary result code of an error, or SQLITE_OK if it is not one of SQLite's.
func Code(err error) int {
	if cause, ok := errors.AsType[*sqlite.Error](err); ok {
		return cause.Code() & 0xff
	}
	return sqlite3.SQLITE_OK
}

// Explain turns an error about the file at path into a [*ledger.Error] with a hint. Errors that have their words already,
// and those of a context, stay as they are.
func Explain(path string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*ledger.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*ledger.RowError](err); ok {
		return err
	}
	e := &ledger.Error{Path: path, Err: err}
	switch Code(err) {
	case sqlite3.SQLITE_FULL:
		e.Err = fmt.Errorf("%w: %w", ledger.ErrDiskFull, err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		e.Err = fmt.Errorf("%w: %w", ledger.ErrDamaged, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		e.Hint = "another program has the file open: close it"
	case sqlite3.SQLITE_IOERR:
		e.Hint = "check the disk, then run the same command again"
	case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		e.Hint = hintWritable
	}
	if errors.Is(err, syscall.ELOOP) && !errors.Is(err, ledger.ErrLink) {
		e.Err = fmt.Errorf("%w: %w", ledger.ErrLink, err)
	}
	if errors.Is(err, syscall.ENOSPC) {
		e.Err = fmt.Errorf("%w: %w", ledger.ErrDiskFull, err)
	}
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		e.Hint = hintWritable
	case errors.Is(e.Err, ledger.ErrDiskFull):
		e.Hint = "free some room, then run the same command again"
	case errors.Is(e.Err, ledger.ErrDamaged):
		e.Hint = "restore the file from a copy, or move it aside: " + forgets
	case errors.Is(err, ledger.ErrForeign):
		e.Hint = "this file was left as it is; name another: " + forgets
	case errors.Is(e.Err, ledger.ErrLink):
		e.Hint = "put the file itself in the place of the link, or name another ledger: " + forgets
	case errors.Is(err, ledger.ErrNewer):
		e.Hint = "use the newer version, or name another file: " + forgets
	}
	return e
}

const (
	hintWritable = "make the file and its directory writable for you, or name another file: " + forgets
	// forgets says what another file costs: whoever was invited may be invited again.
	forgets = "a new one starts empty, and remembers no claim and nobody who was invited"
)
