package ledger

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"math"

	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// Entry is a row that has no outcome yet.
type Entry struct {
	record.Record
	// Claim is the claim that stands for the row, nil if there is none. With a claim, the row is in doubt: find out
	// what became of it before anything is sent.
	Claim *Claim
}

// chunk is how many entries are read at a time: no reading lasts long enough to keep the log from being folded, and
// memory stays the same for any roster.
const chunk = 500

const selectEntry = `SELECT entry.row, line, email, role, teams, extra, outcome, invitation_id, token, status,
	organization_id, organization_name, organization_role, expires_at, attempts, http_status, error, hint, updated_at`

// Pending yields the entries of a run that have no outcome, in row order, and ends with the first error. It reads a
// chunk at a time, so what is settled or claimed during the loop may or may not show; a row is yielded at most once.
// The body of the loop may call anything.
func (l *Ledger) Pending(ctx context.Context, run string) iter.Seq2[Entry, error] {
	const query = selectEntry + `, coalesce(claim.attempt, 0), coalesce(claim.at, 0), coalesce(claim.replaces, '')
		FROM entry LEFT JOIN claim ON claim.run = entry.run AND claim.row = entry.row
		WHERE entry.run = ? AND entry.row > ? AND outcome = 0 ORDER BY entry.row LIMIT ?`
	return inChunks(ctx, l, run, query, func(rows *sql.Rows) (entry Entry, row int, err error) {
		var attempt int
		var at int64
		var replaces string
		if err := scanRecord(rows, &entry.Record, &attempt, &at, &replaces); err != nil {
			return Entry{}, 0, err
		}
		if at != 0 {
			entry.Claim = &Claim{
				Run: run, Row: entry.Row, Email: entry.Email, Attempt: attempt, At: fromMicros(at), Replaces: replaces,
			}
		}
		return entry, entry.Row, nil
	})
}

// Records yields all entries of a run in row order, and ends with the first error. Like [Ledger.Pending], it reads a
// chunk at a time.
func (l *Ledger) Records(ctx context.Context, run string) iter.Seq2[record.Record, error] {
	const query = selectEntry + ` FROM entry WHERE run = ? AND row > ? ORDER BY row LIMIT ?`
	return inChunks(ctx, l, run, query, func(rows *sql.Rows) (r record.Record, row int, err error) {
		err = scanRecord(rows, &r)
		return r, r.Row, err
	})
}

// inChunks yields what scan makes of the rows of query, which takes the run, the last row seen and a limit.
func inChunks[T any](ctx context.Context, l *Ledger, run, query string, scan func(*sql.Rows) (T, int, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		key, err := l.key(ctx, run)
		if err != nil {
			yield(none, err)
			return
		}
		found := make([]T, 0, chunk)
		for last := math.MinInt; ; {
			found, last, err = readChunk(ctx, l.pool, query, key, last, found[:0], scan)
			for _, value := range found {
				if !yield(value, nil) {
					return
				}
			}
			if err != nil {
				yield(none, l.readError(err))
			}
			if err != nil || len(found) < chunk {
				return
			}
		}
	}
}

func readChunk[T any](
	ctx context.Context, pool *sql.DB, query string, key int64, last int, found []T, scan func(*sql.Rows) (T, int, error),
) ([]T, int, error) {
	rows, err := pool.QueryContext(ctx, query, key, last, chunk)
	if err != nil {
		return found, last, err
	}
	defer rows.Close()
	for rows.Next() {
		value, row, err := scan(rows)
		if err != nil {
			return found, last, err
		}
		found, last = append(found, value), row
	}
	return found, last, rows.Err()
}

// scanRecord reads the columns of [selectEntry] into r and those that follow into more.
func scanRecord(rows *sql.Rows, r *record.Record, more ...any) error {
	var extra, token string
	var expires, updated int64
	if err := rows.Scan(append([]any{
		&r.Row, &r.Line, &r.Email, &r.Role, &r.Teams, &extra, &r.Outcome, &r.InvitationID, &token, &r.Status,
		&r.OrganizationID, &r.OrganizationName, &r.OrganizationRole, &expires, &r.Attempts, &r.HTTPStatus, &r.Error,
		&r.Hint, &updated,
	}, more...)...); err != nil {
		return err
	}
	r.Token = secret.New(token)
	r.ExpiresAt, r.UpdatedAt = fromMicros(expires), fromMicros(updated)
	var err error
	r.Extra, err = decodeList(extra)
	return err
}

// Outcomes counts the entries of a run by outcome; [record.Unset] is an entry without one. Together they are the
// run's rows.
func (l *Ledger) Outcomes(ctx context.Context, run string) (map[record.Outcome]int, error) {
	key, err := l.key(ctx, run)
	if err != nil {
		return nil, err
	}
	counts, err := l.outcomes(ctx, key)
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

// key returns the integer that stands for a run inside the file.
func (l *Ledger) key(ctx context.Context, run string) (int64, error) {
	if key, ok := l.keys.Load(run); ok {
		return key.(int64), nil //nolint:errcheck,forcetypeassert // the map holds nothing else
	}
	var key int64
	err := l.pool.QueryRowContext(ctx, "SELECT key FROM run WHERE id = ?", run).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, explain(l.path, ErrNoRun)
	}
	if err != nil {
		return 0, l.readError(err)
	}
	l.keys.Store(run, key)
	return key, nil
}

// readError gives the words to an error of the read pool.
func (l *Ledger) readError(err error) error {
	if err == nil {
		return nil
	}
	l.gate.RLock()
	defer l.gate.RUnlock()
	if l.closed {
		err = ErrClosed // what database/sql says then has no type
	}
	return explain(l.path, err)
}
