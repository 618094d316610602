package sqlite

import (
	"context"
	"database/sql"
	"time"

	"rollcall/pkg/record"
)

const (
	// insertMailing is written with the claim. Two requests for a person at the same microsecond are one for all purposes.
	insertMailing = `INSERT INTO mailing (scope, at, run, row, person) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	// deleteMailing comes before the claim ends, which knows when it was made.
	deleteMailing = `DELETE FROM mailing WHERE (scope, at, run, row, person) =
		(SELECT scope, at, run, row, person FROM claim WHERE scope = ? AND person = ? AND run = ? AND row = ?)`
)

// Mailings implements [ledger.Ledger].
func (l *Ledger) Mailings(ctx context.Context, scope record.Scope, since time.Time) ([]time.Time, error) {
	return collect(ctx, l, func(rows *sql.Rows) (time.Time, error) {
		var at instant
		err := rows.Scan(&at)
		return time.Time(at), err
	}, `SELECT at FROM mailing WHERE scope = `+ofScope+` AND at >= ? ORDER BY at`, scope.Service, scope.OrganizationID, micros(since))
}
