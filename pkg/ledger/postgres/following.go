package postgres

import (
	"bytes"
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

const (
	// seeAgain notes that the last roster of a series was let through once more: its key is the newest again, whatever the clock
	// says. The values are organization, series, content, shape, roster, rows, digest, whole, run and time.
	seeAgain = `WITH last AS (
			SELECT key, content, shape, run, since FROM @accepted WHERE organization = $1 AND series = $2 ORDER BY key DESC LIMIT 1
		), gone AS (
			DELETE FROM @accepted a USING last WHERE a.key = last.key AND last.content = $3 AND last.shape = $4 RETURNING last.run AS of_run, last.since AS of_time
		)
		INSERT INTO @accepted (organization, series, content, shape, roster, entries, digest, whole, run, since, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE $9::bigint WHEN 0 THEN coalesce((SELECT of_run FROM gone), 0) ELSE $9 END,
			coalesce((SELECT of_time FROM gone), $10), $10)`
	selectAccepted = `SELECT a.roster, a.entries, a.digest, a.content, a.shape, a.whole, coalesce(r.id, ''), a.since, a.at
		FROM @accepted a LEFT JOIN @run r ON r.key = a.run WHERE a.organization = ` + ofScope + ` ORDER BY a.key DESC`
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
		if run.scope != (record.Scope{Service: cleaned(scope.Service), OrganizationID: cleaned(scope.OrganizationID)}) {
			return l.explain(fmt.Errorf("%w in that scope: %q", ledger.ErrNoRun, a.Run))
		}
	}
	return l.onScope(ctx, scope, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		whole := a.Whole
		if a.Run != "" {
			if err := tx.QueryRow(ctx, l.sql("SELECT whole FROM @run WHERE key = $1"), run.key).Scan(&whole); err != nil {
				return err
			}
			if whole {
				if err := l.acceptRun(ctx, tx, organization, run.key); err != nil {
					return err
				}
			}
		}
		_, err := tx.Exec(ctx, l.sql(seeAgain), organization, cleaned(ledger.Series(a.Roster)), a.Content[:], cleaned(a.Shape), cleaned(a.Roster), a.Rows,
			a.Digest[:], whole, run.key, moment(a.At))
		return err
	})
}

// AcceptedRoster implements [ledger.Ledger].
func (l *Ledger) AcceptedRoster(ctx context.Context, scope record.Scope) (a ledger.Accepted, found bool, err error) {
	all, err := ledger.All(eachOfScope(ctx, l, scope, scanAccepted, selectAccepted+" LIMIT 1"))
	if err != nil || len(all) == 0 {
		return ledger.Accepted{}, false, err
	}
	return all[0], true, nil
}

// AcceptedRosters implements [ledger.Ledger].
func (l *Ledger) AcceptedRosters(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Accepted, error] {
	return eachOfScope(ctx, l, scope, scanAccepted, selectAccepted)
}

func scanAccepted(rows pgx.Rows) (a ledger.Accepted, err error) {
	var digest, content []byte
	err = rows.Scan(&a.Roster, &a.Rows, &digest, &content, &a.Shape, &a.Whole, &a.Run, (*instant)(&a.Since), (*instant)(&a.At))
	copy(a.Digest[:], digest)
	copy(a.Content[:], content)
	return a, err
}

// KeepChange implements [ledger.Ledger].
func (l *Ledger) KeepChange(ctx context.Context, run string, c ledger.Change) error {
	if c.At.IsZero() {
		c.At = l.now()
	}
	return l.onRun(ctx, run, func(ctx context.Context, tx pgx.Tx, _, key int64) error {
		_, err := tx.Exec(ctx, l.sql(`INSERT INTO @changed (run, kind, action, email, team, team_name, has_role, wanted_role, user_id, invitation_id, expires_at, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`), key, cleaned(c.Kind), cleaned(c.Action), cleaned(c.Email), cleaned(c.TeamID),
			cleaned(c.Team), cleaned(c.Has), cleaned(c.Wanted), cleaned(c.UserID), cleaned(c.InvitationID), moment(c.ExpiresAt), moment(c.At))
		return err
	})
}

// selectChange reads the columns of [scanChange].
const selectChange = `SELECT kind, action, email, team, team_name, has_role, wanted_role, user_id, invitation_id, expires_at, at FROM @changed`

func scanChange(rows pgx.Rows) (c ledger.Change, err error) {
	err = rows.Scan(&c.Kind, &c.Action, &c.Email, &c.TeamID, &c.Team, &c.Has, &c.Wanted, &c.UserID, &c.InvitationID, (*instant)(&c.ExpiresAt), (*instant)(&c.At))
	return c, err
}

// Changes implements [ledger.Ledger].
func (l *Ledger) Changes(ctx context.Context, run string) iter.Seq2[ledger.Change, error] {
	return eachOfRun(ctx, l, run, scanChange, selectChange+" WHERE run = $1 ORDER BY key")
}

// ChangesIn implements [ledger.Ledger].
func (l *Ledger) ChangesIn(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Change, error] {
	return eachOfScope(ctx, l, scope, scanChange, selectChange+" WHERE run IN (SELECT key FROM @run WHERE organization = "+ofScope+") ORDER BY key")
}

// Approve implements [ledger.Ledger].
func (l *Ledger) Approve(ctx context.Context, a ledger.Approval) error {
	if a.At.IsZero() {
		a.At = l.now()
	}
	work := bytes.Clone(a.Work)
	return l.onRun(ctx, a.Run, func(ctx context.Context, tx pgx.Tx, _, key int64) error {
		_, err := tx.Exec(ctx, l.sql(`INSERT INTO @approval (run, digest, guards, work, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (run) DO UPDATE SET digest = $2, guards = $3, work = $4, at = $5`), key, cleaned(a.Digest), cleanedAll(a.Guards), work, moment(a.At))
		return err
	})
}

// Approvals implements [ledger.Ledger].
func (l *Ledger) Approvals(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Approval, error] {
	return eachOfScope(ctx, l, scope, func(rows pgx.Rows) (a ledger.Approval, err error) {
		err = rows.Scan(&a.Run, &a.Digest, &a.Guards, &a.Work, (*instant)(&a.At), &a.Ended)
		return a, err
	}, `SELECT r.id, a.digest, guards, work, at, ended_at IS NOT NULL FROM @approval a JOIN @run r ON r.key = a.run
		WHERE organization = `+ofScope+` ORDER BY r.key`)
}

// Trip implements [ledger.Ledger].
func (l *Ledger) Trip(ctx context.Context, scope record.Scope, t ledger.Tripped) (kept ledger.Tripped, err error) {
	if t.At.IsZero() {
		t.At = l.now()
	}
	series := cleaned(ledger.Series(t.Roster))
	err = l.onScope(ctx, scope, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		if len(t.Guards) == 0 {
			_, err := tx.Exec(ctx, l.sql("DELETE FROM @tripped WHERE organization = $1 AND series = $2"), organization, series)
			return err
		}
		_, err := tx.Exec(ctx, l.sql(`INSERT INTO @tripped (organization, series, roster, digest, guards, since, at) VALUES ($1, $2, $3, $4, $5, $6, $6)
			ON CONFLICT (organization, series) DO UPDATE SET roster = $3, digest = $4, guards = $5, at = $6`),
			organization, series, cleaned(t.Roster), cleaned(t.Digest), cleanedAll(t.Guards), moment(t.At))
		return err
	})
	if err != nil || len(t.Guards) == 0 {
		return ledger.Tripped{}, err
	}
	for kept, err = range l.Tripped(ctx, scope) {
		if err != nil || cleaned(ledger.Series(kept.Roster)) == series {
			break
		}
	}
	return kept, err
}

// Tripped implements [ledger.Ledger].
func (l *Ledger) Tripped(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Tripped, error] {
	return eachOfScope(ctx, l, scope, func(rows pgx.Rows) (t ledger.Tripped, err error) {
		err = rows.Scan(&t.Roster, &t.Digest, &t.Guards, (*instant)(&t.Since), (*instant)(&t.At))
		return t, err
	}, "SELECT roster, digest, guards, since, at FROM @tripped WHERE organization = "+ofScope)
}
