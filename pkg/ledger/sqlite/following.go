package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

const (
	// seeAgain notes that the last roster of a series was let through once more: its key is the newest again, whatever the clock
	// says. One that an earlier version has kept, without its content and shape, is known by its digest. The values are scope,
	// series, content, shape, roster, rows, digest, whole, run and time.
	seeAgain = `UPDATE accepted SET key = (SELECT max(key) FROM accepted) + 1, content = ?3, shape = ?4, roster = ?5, row_count = ?6,
			digest = ?7, whole = ?8, run = CASE ?9 WHEN 0 THEN run ELSE ?9 END, at = ?10
		WHERE key = (SELECT key FROM accepted WHERE scope = ?1 AND series = ?2 ORDER BY key DESC LIMIT 1)
		AND (content = ?3 AND shape = ?4 OR content = x'' AND digest = ?7)`
	insertAccepted = `INSERT INTO accepted (scope, series, content, shape, roster, row_count, digest, whole, run, since, at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)`
	selectAccepted = `SELECT accepted.roster, row_count, accepted.digest, content, shape, accepted.whole, coalesce(run.id, ''), since, at
		FROM accepted LEFT JOIN run ON run.key = accepted.run WHERE accepted.scope = ` + ofScope + ` ORDER BY accepted.key DESC`
)

// AcceptRoster implements [ledger.Ledger].
func (l *Ledger) AcceptRoster(ctx context.Context, scope record.Scope, a ledger.Accepted) error {
	if a.At.IsZero() {
		a.At = l.now()
	}
	var run runKey
	if a.Run != "" {
		var err error
		if run, err = l.key(ctx, a.Run); err != nil {
			return err
		}
	}
	return l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) error {
		if a.Run != "" {
			whole, _, err := w.Number(ctx, "SELECT whole FROM run WHERE key = ?", run.key)
			if err == nil && run.scope != key {
				err = fmt.Errorf("%w in that scope: %q", ledger.ErrNoRun, a.Run)
			}
			if a.Whole = whole != 0; err == nil && a.Whole {
				err = l.acceptNames(ctx, w, run)
			}
			if err != nil {
				return err
			}
		}
		for _, statement := range []string{seeAgain, insertAccepted} {
			changed, err := w.Run(ctx, statement, key, ledger.Series(a.Roster), a.Content[:], a.Shape, a.Roster, int64(a.Rows),
				a.Digest[:], a.Whole, run.key, page.Micros(a.At))
			if err != nil || changed > 0 {
				return err
			}
		}
		return nil
	})
}

// AcceptedRoster implements [ledger.Ledger].
func (l *Ledger) AcceptedRoster(ctx context.Context, scope record.Scope) (a ledger.Accepted, found bool, err error) {
	all, err := collect(ctx, l, scanAccepted, selectAccepted+" LIMIT 1", scope.Service, scope.OrganizationID)
	if err != nil || len(all) == 0 {
		return ledger.Accepted{}, false, err
	}
	return all[0], true, nil
}

// AcceptedRosters implements [ledger.Ledger].
func (l *Ledger) AcceptedRosters(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Accepted, error] {
	return each(ctx, l, scanAccepted, selectAccepted, scope.Service, scope.OrganizationID)
}

func scanAccepted(rows *sql.Rows) (a ledger.Accepted, err error) {
	var digest, content []byte
	err = rows.Scan(&a.Roster, &a.Rows, &digest, &content, &a.Shape, &a.Whole, &a.Run, (*instant)(&a.Since), (*instant)(&a.At))
	copy(a.Digest[:], digest)
	copy(a.Content[:], content)
	return a, err
}

// each yields what scan makes of the rows of a query, which are read at once.
func each[T any](ctx context.Context, l *Ledger, scan func(*sql.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		found, err := collect(ctx, l, scan, query, args...)
		for _, value := range found {
			if !yield(value, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// Asked implements [ledger.Ledger].
func (l *Ledger) Asked(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Asked, error] {
	return each(ctx, l, func(rows *sql.Rows) (a ledger.Asked, err error) {
		err = rows.Scan(&a.Mailbox, (*instant)(&a.At))
		return a, err
	}, selectAsked, scope.Service, scope.OrganizationID)
}

// KeepChange implements [ledger.Ledger].
func (l *Ledger) KeepChange(ctx context.Context, run string, c ledger.Change) error {
	if c.At.IsZero() {
		c.At = l.now()
	}
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		_, err := w.Run(ctx, `INSERT INTO changed (run, kind, action, email, team, team_name, has_role, wanted_role, user_id, invitation_id, expires_at, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, key.key, c.Kind, c.Action, c.Email, c.TeamID, c.Team, c.Has, c.Wanted, c.UserID, c.InvitationID,
			page.Micros(c.ExpiresAt), page.Micros(c.At))
		return err
	})
}

// selectChange reads the columns of [scanChange].
const selectChange = `SELECT kind, action, email, team, team_name, has_role, wanted_role, user_id, invitation_id, expires_at, at FROM changed`

func scanChange(rows *sql.Rows) (c ledger.Change, err error) {
	err = rows.Scan(&c.Kind, &c.Action, &c.Email, &c.TeamID, &c.Team, &c.Has, &c.Wanted, &c.UserID, &c.InvitationID, (*instant)(&c.ExpiresAt), (*instant)(&c.At))
	return c, err
}

// Changes implements [ledger.Ledger].
func (l *Ledger) Changes(ctx context.Context, run string) iter.Seq2[ledger.Change, error] {
	key, err := l.key(ctx, run)
	if err != nil {
		return func(yield func(ledger.Change, error) bool) { yield(ledger.Change{}, err) }
	}
	return each(ctx, l, scanChange, selectChange+" WHERE run = ? ORDER BY key", key.key)
}

// ChangesIn implements [ledger.Ledger].
func (l *Ledger) ChangesIn(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Change, error] {
	return each(ctx, l, scanChange, selectChange+" WHERE run IN (SELECT key FROM run WHERE scope = "+ofScope+") ORDER BY key",
		scope.Service, scope.OrganizationID)
}

// Approve implements [ledger.Ledger].
func (l *Ledger) Approve(ctx context.Context, a ledger.Approval) error {
	if a.At.IsZero() {
		a.At = l.now()
	}
	key, err := l.key(ctx, a.Run)
	if err != nil {
		return err
	}
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		_, err := w.Run(ctx, "INSERT OR REPLACE INTO approval (run, digest, guards, work, at) VALUES (?, ?, ?, ?, ?)",
			key.key, a.Digest, encodeList(a.Guards), append([]byte{}, a.Work...), page.Micros(a.At))
		return err
	})
}

// Approvals implements [ledger.Ledger].
func (l *Ledger) Approvals(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Approval, error] {
	return each(ctx, l, func(rows *sql.Rows) (a ledger.Approval, err error) {
		var guards string
		if err := rows.Scan(&a.Run, &a.Digest, &guards, &a.Work, (*instant)(&a.At), &a.Ended); err != nil {
			return a, err
		}
		a.Guards, err = decodeList(guards)
		return a, err
	}, `SELECT id, approval.digest, guards, work, at, ended_at <> 0 FROM approval JOIN run ON run.key = approval.run
		WHERE scope = `+ofScope+` ORDER BY run.key`, scope.Service, scope.OrganizationID)
}

// Trip implements [ledger.Ledger].
func (l *Ledger) Trip(ctx context.Context, scope record.Scope, t ledger.Tripped) (kept ledger.Tripped, err error) {
	if t.At.IsZero() {
		t.At = l.now()
	}
	series := ledger.Series(t.Roster)
	err = l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) error {
		if len(t.Guards) == 0 {
			_, err := w.Run(ctx, "DELETE FROM tripped WHERE scope = ? AND series = ?", key, series)
			return err
		}
		_, err := w.Run(ctx, `INSERT INTO tripped (scope, series, roster, digest, guards, since, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
			ON CONFLICT DO UPDATE SET roster = ?3, digest = ?4, guards = ?5, at = ?6`,
			key, series, t.Roster, t.Digest, encodeList(t.Guards), page.Micros(t.At))
		return err
	})
	if err != nil || len(t.Guards) == 0 {
		return ledger.Tripped{}, err
	}
	for kept, err = range l.Tripped(ctx, scope) {
		if err != nil || ledger.Series(kept.Roster) == series {
			break
		}
	}
	return kept, err
}

// Tripped implements [ledger.Ledger].
func (l *Ledger) Tripped(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Tripped, error] {
	return each(ctx, l, func(rows *sql.Rows) (t ledger.Tripped, err error) {
		var guards string
		if err := rows.Scan(&t.Roster, &t.Digest, &guards, (*instant)(&t.Since), (*instant)(&t.At)); err != nil {
			return t, err
		}
		t.Guards, err = decodeList(guards)
		return t, err
	}, "SELECT roster, digest, guards, since, at FROM tripped WHERE scope = "+ofScope, scope.Service, scope.OrganizationID)
}
