package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

// Doubts implements [ledger.Ledger].
func (l *Ledger) Doubts(ctx context.Context, scope record.Scope) ([]record.Doubt, error) {
	// What was concluded before must show. Where writing fails, what is on disk is the truth all the same.
	_ = l.submit(ctx, func(context.Context, *commit.Writer) error { return nil })
	type claimed struct{ run, rows, claims string }
	pages, err := collect(ctx, l, func(rows *sql.Rows) (c claimed, err error) {
		err = rows.Scan(&c.run, &c.rows, &c.claims)
		return c, err
	}, `SELECT run.id, page.entries, claims`+claimedPages+ofScope+` ORDER BY page.run, first`, scope.Service, scope.OrganizationID)
	if err != nil {
		return nil, err
	}
	var doubts []record.Doubt
	var p claimedPage
	for _, c := range pages {
		if err := p.each(c.run, c.rows, c.claims, func(claim record.Claim, e *page.Entry) {
			doubts = append(doubts, record.Doubt{Claim: claim, Record: e.Record})
		}); err != nil {
			return nil, l.readError(err)
		}
	}
	rowless, err := collect(ctx, l, func(rows *sql.Rows) (d record.Doubt, err error) {
		c, t := &d.Claim, &d.Record.Trail
		err = rows.Scan(&d.Record.Attempts, &t.Lost, (*instant)(&t.EndedAt), (*span)(&t.SilentFor),
			&c.Run, &c.Email, &c.Change, &c.Attempt, (*instant)(&c.At), &c.Replaces, &c.Before)
		d.Record.Email = d.Email
		return d, err
	}, `SELECT attempts, lost, rowless_claim.ended_at, silent_for, run.id, email, change, attempt, at, replaces, before
		FROM rowless_claim JOIN run ON run.key = rowless_claim.run WHERE rowless_claim.scope = `+ofScope+` ORDER BY run.key, person`,
		scope.Service, scope.OrganizationID)
	if err != nil {
		return nil, err
	}
	doubts = append(doubts, rowless...)
	slices.SortStableFunc(doubts, func(x, y record.Doubt) int { return x.At.Compare(y.At) })
	return doubts, nil
}
