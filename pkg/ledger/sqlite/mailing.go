package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

// The mailings of a row are kept with it, and that of a claim that stands with the claim. These are of changes without a row, and of rows of which an early version did not
// keep which they were.
const (
	insertMailing = `INSERT INTO rowless_mailing (scope, at, run, person) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`
	deleteMailing = `DELETE FROM rowless_mailing WHERE scope = ? AND at = ? AND run = ? AND person = ?`
)

// Mailings implements [ledger.Ledger].
func (l *Ledger) Mailings(ctx context.Context, scope record.Scope, since time.Time) ([]time.Time, error) {
	all, err := collect(ctx, l, func(rows *sql.Rows) (time.Time, error) {
		var at instant
		err := rows.Scan(&at)
		return time.Time(at), err
	}, `SELECT at FROM rowless_mailing WHERE scope = `+ofScope+` AND at >= ?`, scope.Service, scope.OrganizationID, page.Micros(since))
	if err != nil {
		return nil, err
	}
	const query = `SELECT page.entries FROM page INDEXED BY page_acted JOIN run ON run.key = page.run
		WHERE acted = 1 AND run.scope = ` + ofScope + ` AND mailed_at >= ?`
	err = l.eachEntry(ctx, func(e *page.Entry) {
		for _, at := range e.MailedAt {
			if !at.Before(page.Time(page.Micros(since))) {
				all = append(all, at)
			}
		}
	}, query, scope.Service, scope.OrganizationID, max(1, page.Micros(since)))
	if err != nil {
		return nil, err
	}
	claimed, err := l.mailingsOfClaims(ctx, scope, since)
	if err != nil {
		return nil, err
	}
	all = append(all, claimed...)
	slices.SortFunc(all, time.Time.Compare)
	return all, nil
}

// mailingsOfClaims returns those of the claims that stand for rows.
func (l *Ledger) mailingsOfClaims(ctx context.Context, scope record.Scope, since time.Time) (all []time.Time, err error) {
	texts, err := collect(ctx, l, func(rows *sql.Rows) (text string, err error) {
		err = rows.Scan(&text)
		return text, err
	}, `SELECT claims`+claimedPages+ofScope, scope.Service, scope.OrganizationID)
	if err != nil {
		return nil, err
	}
	var claims page.Claims
	for _, text := range texts {
		if err := claims.Parse(text); err != nil {
			return nil, l.readError(err)
		}
		for i := range claims {
			if c := &claims[i]; c.Mails && !c.At.Before(page.Time(page.Micros(since))) {
				all = append(all, c.At)
			}
		}
	}
	return all, nil
}
