package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

const (
	insertScope = `INSERT INTO scope (service, organization) VALUES (?, ?) ON CONFLICT DO NOTHING`
	// ofScope is the integer that stands for a scope inside the file, given its service and organization.
	ofScope = `(SELECT key FROM scope WHERE service = ? AND organization = ?)`
)

// scopeKey returns the integer that stands for a scope, which it makes if there is none.
func scopeKey(ctx context.Context, w *commit.Writer, scope record.Scope) (key int64, err error) {
	if _, err := w.Run(ctx, insertScope, scope.Service, scope.OrganizationID); err != nil {
		return 0, err
	}
	key, _, err = w.Number(ctx, ofScope[1:len(ofScope)-1], scope.Service, scope.OrganizationID)
	return key, err
}

// onScope has work done for the key of a scope, and waits for it.
func (l *Ledger) onScope(ctx context.Context, scope record.Scope, work func(context.Context, *commit.Writer, int64) error) error {
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		key, err := scopeKey(ctx, w, scope)
		if err != nil {
			return err
		}
		return work(ctx, w, key)
	})
}

// Enter implements [ledger.Ledger].
func (l *Ledger) Enter(ctx context.Context, scope record.Scope) (bool, error) {
	var clean bool
	err := l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) error {
		mark, _, err := w.Number(ctx, "SELECT clean FROM scope WHERE key = ?", key)
		if err != nil {
			return err
		}
		ended, err := l.desk.claimsEnded(ctx, w, key)
		if err != nil {
			return err
		}
		clean = mark != 0 && ended
		_, err = w.Run(ctx, "UPDATE scope SET clean = 0 WHERE key = ?", key)
		return err
	})
	if err != nil {
		return false, err // not clean, which a group that ctx gave up waiting for may still be writing
	}
	return clean, nil
}

// claimsEnded reports whether the attempt behind each claim of a scope is known to have ended, as [record.Doubt.Ended] does.
func (d *desk) claimsEnded(ctx context.Context, w *commit.Writer, scope int64) (bool, error) {
	open, _, err := w.Number(ctx, "SELECT count(*) FROM rowless_claim WHERE scope = ? AND NOT (attempts >= attempt AND ended_at <> 0)", scope)
	if err != nil {
		return false, err
	}
	ended := open == 0
	err = d.claimsOfRows(ctx, w, scope, func(c record.Claim, _ int64, e *page.Entry) {
		ended = ended && record.Doubt{Claim: c, Record: e.Record}.Ended()
	})
	return ended, err
}

// Lapse implements [ledger.Ledger]. A file cannot tell.
func (l *Ledger) Lapse(context.Context) (time.Time, error) {
	return time.Time{}, l.alive()
}

// Leave implements [ledger.Ledger].
func (l *Ledger) Leave(ctx context.Context, scope record.Scope) error {
	return l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) error {
		_, err := w.Run(ctx, "UPDATE scope SET clean = 1 WHERE key = ?", key)
		return err
	})
}

// LearnPace implements [ledger.Ledger].
func (l *Ledger) LearnPace(ctx context.Context, scope record.Scope, rate float64) error {
	at := page.Micros(l.now())
	return l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) error {
		_, err := w.Run(ctx, "UPDATE scope SET rate = ?, learned_at = ? WHERE key = ?", rate, at, key)
		return err
	})
}

// Pace implements [ledger.Ledger].
func (l *Ledger) Pace(ctx context.Context, scope record.Scope) (rate float64, learned time.Time, err error) {
	_, err = l.ask(ctx, `SELECT rate, learned_at FROM scope WHERE service = ? AND organization = ?`, scope,
		&rate, (*instant)(&learned))
	return rate, learned, err
}

// ask reads a row about a scope into columns, and reports whether there is one.
func (l *Ledger) ask(ctx context.Context, query string, scope record.Scope, columns ...any) (found bool, err error) {
	err = l.pool.QueryRowContext(ctx, query, scope.Service, scope.OrganizationID).Scan(columns...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, l.readError(err)
}
