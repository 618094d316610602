package ledger

import (
	"time"

	"rollcall/pkg/record"
)

// Resumed returns a row of a run as [Ledger.Resume] will leave it, so that what will become of it can be said before the run
// is resumed. Whoever asks for the rows that are left finds those without an outcome.
func Resumed(r record.Record) record.Record {
	switch r.Outcome {
	case record.Rejected, record.Failed, record.Unknown, record.NotSent:
		r.Outcome, r.HTTPStatus, r.Error, r.Hint, r.UpdatedAt = record.Unset, 0, "", "", time.Time{}
	default:
	}
	if r.Outcome == record.Unset {
		r.Trail.Tries, r.Trail.Throttled, r.Trail.DueAt = 0, 0, time.Time{}
	}
	return r
}

// Reopened returns a row of a run as [Ledger.Reopen] will leave it.
func Reopened(r record.Record) record.Record {
	return record.Record{
		Row: r.Row, Line: r.Line, Email: r.Email, Role: r.Role, Teams: r.Teams, Extra: r.Extra, Attempts: r.Attempts,
	}
}
