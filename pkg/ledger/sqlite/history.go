package sqlite

import (
	"context"
	"database/sql"
	"iter"
	"strconv"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

const (
	// wasInvited holds for a row whose person got an invitation. The index "invited" has the same words, or SQLite
	// would not use it.
	wasInvited = `(outcome = 1 OR confirmed = 1)`
	// invitedAt is when that was, as well as it is known.
	invitedAt = `CASE WHEN updated_at <> 0 THEN updated_at WHEN entry.ended_at <> 0 THEN entry.ended_at
		ELSE run.started_at END`
)

// Invited implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Invited(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	const query = `SELECT email, role, teams, invitation_id, token, status, organization_role, expires_at, ` + invitedAt + ` AS sent_at,
			verdict, tries, throttled, lost, confirmed, cancelled, entry.ended_at, silent_for, due_at
			FROM entry INDEXED BY invited JOIN run ON run.key = entry.run WHERE entry.run = ?1 AND ` + wasInvited + `
		UNION ALL SELECT email, '', '', invitation_id, '', '', '', expires_at, updated_at, 0, 0, 0, 0, 0, '', 0, 0, 0
			FROM reopened WHERE run = ?1
		ORDER BY sent_at`
	return l.ofRuns(ctx, "SELECT key FROM run WHERE scope = "+ofScope+" ORDER BY key", scope, query, scanInvited)
}

func scanInvited(rows *sql.Rows) (record.Record, error) {
	r := record.Record{Outcome: record.Invited}
	t := &r.Trail
	var token string
	err := rows.Scan(&r.Email, &r.Role, &r.Teams, &r.InvitationID, &token, &r.Status, &r.OrganizationRole, (*instant)(&r.ExpiresAt),
		(*instant)(&r.UpdatedAt), &t.Verdict, &t.Tries, &t.Throttled, &t.Lost, &t.Confirmed, &t.Cancelled,
		(*instant)(&t.EndedAt), (*span)(&t.SilentFor), (*instant)(&t.DueAt))
	r.Token = secret.New(token)
	return r, err
}

// Sighted implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Sighted(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	const query = selectEntry + ` FROM entry WHERE run = ? AND outcome IN (2, 3, 12) AND verdict NOT IN (9, 12) ORDER BY row DESC` // already_…, skipped; but not left out
	return func(yield func(record.Record, error) bool) {
		seen := map[string]bool{}
		scan := func(rows *sql.Rows) (r record.Record, err error) {
			err = scanRecord(rows, &r)
			return r, err
		}
		for r, err := range l.ofRuns(ctx, "SELECT key FROM run WHERE scope = "+ofScope+
			" ORDER BY key DESC LIMIT "+strconv.Itoa(ledger.SightedRuns), scope, query, scan) {
			person := email.Fold(r.Email)
			if err == nil && seen[person] {
				continue
			}
			seen[person] = true
			if !yield(r, err) {
				return
			}
		}
	}
}

// Cancelled implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Cancelled(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	return l.ofRuns(ctx, "SELECT key FROM run WHERE scope = "+ofScope+" ORDER BY key", scope,
		"SELECT email, cancelled, ended_at FROM entry WHERE run = ? AND cancelled <> '' ORDER BY row",
		func(rows *sql.Rows) (r record.Record, err error) {
			err = rows.Scan(&r.Email, &r.Trail.Cancelled, (*instant)(&r.Trail.EndedAt))
			return r, err
		})
}

// ofRuns yields what scan makes of the rows of query for each run that runs selects in the scope.
func (l *Ledger) ofRuns(
	ctx context.Context, runs string, scope record.Scope, query string, scan func(*sql.Rows) (record.Record, error),
) iter.Seq2[record.Record, error] {
	return func(yield func(record.Record, error) bool) {
		keys, err := collect(ctx, l, func(rows *sql.Rows) (key int64, err error) {
			err = rows.Scan(&key)
			return key, err
		}, runs, scope.Service, scope.OrganizationID)
		for _, key := range keys {
			if err != nil {
				break
			}
			var found []record.Record
			found, err = collect(ctx, l, scan, query, key)
			for _, r := range found {
				if !yield(r, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(record.Record{}, err)
		}
	}
}

// Named implements [ledger.Ledger]. It reads a chunk at a time.
func (l *Ledger) Named(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Name, error] {
	const query = `SELECT person, since, rejoins = 0 AND last_run <> whole_run,
			coalesce((SELECT max(at) FROM accepted WHERE run = nullif(last_run, 0)), (SELECT started_at FROM run WHERE key = last_run), 0),
			number
		FROM name JOIN scope ON scope.key = name.scope WHERE name.scope = ` + ofScope + ` AND person > ? ORDER BY person LIMIT ?`
	return func(yield func(ledger.Name, error) bool) {
		for last := ""; ; {
			found, err := collect(ctx, l, func(rows *sql.Rows) (n ledger.Name, err error) {
				var number []byte
				err = rows.Scan(&n.Person, (*instant)(&n.Since), &n.Left, (*instant)(&n.Last), &number)
				copy(n.Number[:], number)
				return n, err
			}, query, scope.Service, scope.OrganizationID, last, chunk)
			for _, name := range found {
				last = name.Person
				if !yield(name, nil) {
					return
				}
			}
			if err != nil {
				yield(ledger.Name{}, err)
			}
			if err != nil || len(found) < chunk {
				return
			}
		}
	}
}
