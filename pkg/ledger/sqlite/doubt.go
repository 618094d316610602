package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/record"
)

// Doubts implements [ledger.Ledger].
func (l *Ledger) Doubts(ctx context.Context, scope record.Scope) ([]record.Doubt, error) {
	// What was concluded before must show. Where writing fails, what is on disk is the truth all the same.
	_ = l.submit(ctx, func(context.Context, *commit.Writer) error { return nil })
	const claims = `, run.id, coalesce(entry.email, claim.email), change, claim.attempt, at, replaces, before FROM claim
		JOIN run ON run.key = claim.run LEFT JOIN entry ON entry.run = claim.run AND entry.row = claim.row `
	doubts, err := collect(ctx, l, func(rows *sql.Rows) (d record.Doubt, err error) {
		err = scanRecord(rows, &d.Record, scanClaim(&d.Claim)...)
		d.Row = d.Record.Row
		return d, err
	}, selectEntry+claims+`WHERE entry.row > 0 AND claim.scope = `+ofScope+` ORDER BY claim.run, claim.row`, scope.Service, scope.OrganizationID)
	if err != nil {
		return nil, err
	}
	rowless, err := collect(ctx, l, func(rows *sql.Rows) (d record.Doubt, err error) {
		t := &d.Record.Trail
		err = rows.Scan(append([]any{
			&d.Record.Attempts, &t.Lost, (*instant)(&t.EndedAt), (*span)(&t.SilentFor),
		}, scanClaim(&d.Claim)...)...)
		d.Record.Email = d.Email
		return d, err
	}, `SELECT claim.attempts, claim.lost, claim.ended_at, claim.silent_for`+claims+
		`WHERE claim.row = 0 AND claim.scope = `+ofScope+` ORDER BY claim.run, person`, scope.Service, scope.OrganizationID)
	if err != nil {
		return nil, err
	}
	doubts = append(doubts, rowless...)
	slices.SortStableFunc(doubts, func(x, y record.Doubt) int { return x.At.Compare(y.At) })
	return doubts, nil
}

// scanClaim returns where the columns of a claim go, beginning with the id of its run.
func scanClaim(c *record.Claim) []any {
	return []any{&c.Run, &c.Email, &c.Change, &c.Attempt, (*instant)(&c.At), &c.Replaces, &c.Before}
}
