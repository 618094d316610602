package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// chunk is how many entries are read at a time: no reading lasts long enough to keep the log from being moved into the
// file, and memory stays the same for any roster.
const chunk = 500

const selectEntry = `SELECT entry.row, line, entry.email, role, teams, entry.extra, outcome, invitation_id, token, status,
	organization_id, organization_name, organization_role, expires_at, entry.attempts, http_status, error, hint,
	updated_at, verdict, tries, throttled, entry.lost, confirmed, cancelled, entry.ended_at, entry.silent_for, due_at`

// Pending implements [ledger.Ledger]. It reads a chunk at a time.
func (l *Ledger) Pending(ctx context.Context, run string) iter.Seq2[ledger.Entry, error] {
	// Few claims stand. They are looked up by an index that SQLite makes for each chunk.
	const query = `WITH claimed AS MATERIALIZED (SELECT row, change, attempt, at, replaces, before FROM claim WHERE run = ?1) ` +
		selectEntry + `, entry.email, coalesce(change, 0), coalesce(attempt, 0), coalesce(at, 0), coalesce(replaces, ''), coalesce(before, '')
		FROM entry LEFT JOIN claimed ON claimed.row = entry.row
		WHERE run = ?1 AND entry.row > ?2 AND outcome = 0 ORDER BY entry.row LIMIT ?3`
	return inChunks(ctx, l, run, query, 0, func(rows *sql.Rows) (entry ledger.Entry, row int, err error) {
		var c record.Claim
		if err := scanRecord(rows, &entry.Record, scanClaim(&c)[1:]...); err != nil {
			return ledger.Entry{}, 0, err
		}
		if c.Change != 0 {
			c.Run, c.Row = run, entry.Row
			entry.Claim = &c
		}
		return entry, entry.Row, nil
	})
}

// Records implements [ledger.Ledger]. It reads a chunk at a time.
func (l *Ledger) Records(ctx context.Context, run string, after int) iter.Seq2[record.Record, error] {
	const query = selectEntry + ` FROM entry WHERE run = ? AND row > ? ORDER BY row LIMIT ?`
	return inChunks(ctx, l, run, query, after, func(rows *sql.Rows) (r record.Record, row int, err error) {
		err = scanRecord(rows, &r)
		return r, r.Row, err
	})
}

// inChunks yields what scan makes of the rows of query, from the one after a row on. The query takes the run, the last row
// seen and a limit.
func inChunks[T any](ctx context.Context, l *Ledger, run, query string, after int, scan func(*sql.Rows) (T, int, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		key, err := l.key(ctx, run)
		if err != nil {
			yield(none, err)
			return
		}
		for last := after; ; {
			found, err := collect(ctx, l, func(rows *sql.Rows) (value T, err error) {
				value, last, err = scan(rows)
				return value, err
			}, query, key.key, last, chunk)
			for _, value := range found {
				if !yield(value, nil) {
					return
				}
			}
			if err != nil {
				yield(none, err)
			}
			if err != nil || len(found) < chunk {
				return
			}
		}
	}
}

// collect returns what scan makes of all rows of a query, up to the first error.
func collect[T any](ctx context.Context, l *Ledger, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := l.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, l.readError(err)
	}
	defer rows.Close()
	var found []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return found, l.readError(err)
		}
		found = append(found, value)
	}
	return found, l.readError(rows.Err())
}

// scanRecord reads the columns of [selectEntry] into r and those that follow into more.
func scanRecord(rows *sql.Rows, r *record.Record, more ...any) error {
	var extra, token string
	t := &r.Trail
	if err := rows.Scan(append([]any{
		&r.Row, &r.Line, &r.Email, &r.Role, &r.Teams, &extra, &r.Outcome, &r.InvitationID, &token, &r.Status,
		&r.OrganizationID, &r.OrganizationName, &r.OrganizationRole, (*instant)(&r.ExpiresAt), &r.Attempts, &r.HTTPStatus,
		&r.Error, &r.Hint, (*instant)(&r.UpdatedAt), &t.Verdict, &t.Tries, &t.Throttled, &t.Lost, &t.Confirmed,
		&t.Cancelled, (*instant)(&t.EndedAt), (*span)(&t.SilentFor), (*instant)(&t.DueAt),
	}, more...)...); err != nil {
		return err
	}
	r.Token = secret.New(token)
	var err error
	r.Extra, err = decodeList(extra)
	return err
}

// Outcomes implements [ledger.Ledger].
func (l *Ledger) Outcomes(ctx context.Context, run string) (map[record.Outcome]int, error) {
	key, err := l.key(ctx, run)
	if err != nil {
		return nil, err
	}
	counts, err := l.outcomes(ctx, key.key)
	return counts, l.readError(err)
}

func (l *Ledger) outcomes(ctx context.Context, key int64) (map[record.Outcome]int, error) {
	rows, err := l.pool.QueryContext(ctx, "SELECT outcome, count(*) FROM entry WHERE run = ? GROUP BY outcome", key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[record.Outcome]int{}
	for rows.Next() {
		var outcome record.Outcome
		var count int
		if err := rows.Scan(&outcome, &count); err != nil {
			return nil, err
		}
		counts[outcome] = count
	}
	return counts, rows.Err()
}
