package ledger

import (
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/record"
)

// What a caller can match with [errors.Is].
var (
	// ErrClosed: the ledger was closed before.
	ErrClosed = errors.New("the ledger is closed")
	// ErrReadOnly: the ledger was opened for looking only.
	ErrReadOnly = errors.New("the ledger is open for looking only")
	// ErrForeign: the file is something else than a ledger.
	ErrForeign = errors.New("this is not a rollcall ledger")
	// ErrLink: a file that belongs to the ledger is a symbolic link, which is not followed.
	ErrLink = errors.New("a file of the ledger is a symbolic link")
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
	// ErrClaimed: a claim stands for the person.
	ErrClaimed = errors.New("the person is claimed")
	// ErrSettled: the row has an outcome.
	ErrSettled = errors.New("the row is settled")
	// ErrFenced: another process has entered the organization since this one did, so nothing of this one is written there any
	// more. Where a ledger has one holder at a time, as a file has, it never comes.
	ErrFenced = errors.New("another process has taken the organization over")
	// ErrUnreachable: the database that keeps the ledger does not answer, or gives no room, and has not for a while. Of what
	// was to be written last it is not known whether it was.
	ErrUnreachable = errors.New("the database can't be reached")
)

// Error says what is wrong with a ledger.
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

// RowError says why one row can't be claimed or concluded: it wraps [ErrNoRow], [ErrClaimed] or [ErrSettled].
// Nothing of the operation was kept. Other rows are not concerned.
type RowError struct {
	Run string
	Row int
	Err error
	// Standing is the claim that stands in the way, with [ErrClaimed]. Otherwise it is nil.
	Standing *record.Claim
}

// Error implements error.
func (e *RowError) Error() string {
	text := fmt.Sprintf("run %s: row %d: %v", e.Run, e.Row, e.Err)
	if c := e.Standing; c != nil {
		text += fmt.Sprintf(" by run %s, row %d (%s): wait until that is settled", c.Run, c.Row, c.Change)
	}
	return text
}

// Unwrap returns the cause.
func (e *RowError) Unwrap() error { return e.Err }

// LockedError says that another process, or another [Ledger] of this one, holds the ledger, or the organization in a ledger
// that many processes share.
type LockedError struct {
	Path string
	// Host, PID and Since describe the holder; they are zero if it has not said yet. Host is empty for
	// a file, which only processes of this machine hold.
	Host  string
	PID   int
	Since time.Time
}

// Error implements error.
func (e *LockedError) Error() string {
	switch {
	case e.PID == 0:
		return fmt.Sprintf("ledger %s: another run holds it", e.Path)
	case e.Host != "":
		return fmt.Sprintf("ledger %s: process %d on %s has held the organization since %s", e.Path, e.PID, e.Host, e.Since.Format(time.RFC3339))
	}
	return fmt.Sprintf("ledger %s: process %d has held it since %s", e.Path, e.PID, e.Since.Format(time.RFC3339))
}
