package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// chunk is how many rows are read at a time: no reading holds a connection while its rows are looked at, and memory stays the
// same for any roster.
const chunk = 1000

// selectEntry reads the columns of [scanEntry].
const selectEntry = `SELECT e.number, e.line, e.email, e.role, e.teams, e.extra, e.outcome, e.invitation_id, e.token, e.status, e.organization_id,
	e.organization_name, e.organization_role, e.expires_at, e.attempts, e.http_status, e.error, e.hint, e.updated_at, e.verdict, e.tries, e.throttled,
	e.lost, e.confirmed, e.cancelled, e.ended_at, e.silent_for, e.due_at`

// entryColumns are where the columns of an entry go. After them, token and silence go into the record by fill.
type entryColumns struct {
	token  string
	silent int64
}

func (k *entryColumns) of(r *record.Record) []any {
	t := &r.Trail
	return []any{
		&r.Row, &r.Line, &r.Email, &r.Role, &r.Teams, &r.Extra, &r.Outcome, &r.InvitationID, &k.token, &r.Status, &r.OrganizationID,
		&r.OrganizationName, &r.OrganizationRole, (*instant)(&r.ExpiresAt), &r.Attempts, &r.HTTPStatus, &r.Error, &r.Hint, (*instant)(&r.UpdatedAt),
		&t.Verdict, &t.Tries, &t.Throttled, &t.Lost, &t.Confirmed, &t.Cancelled, (*instant)(&t.EndedAt), &k.silent, (*instant)(&t.DueAt),
	}
}

func (k *entryColumns) fill(r *record.Record) {
	r.Token, r.Trail.SilentFor = secret.New(k.token), micro(k.silent)
}

func scanEntry(rows pgx.Rows) (r record.Record, err error) {
	var k entryColumns
	err = rows.Scan(k.of(&r)...)
	k.fill(&r)
	return r, err
}

// collect returns what scan makes of all rows of a query.
func collect[T any](ctx context.Context, l *Ledger, scan func(pgx.Rows) (T, error), query string, args ...any) (found []T, err error) {
	err = l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		found, err = collectOn(ctx, c, scan, l.sql(query), args...)
		return err
	})
	return found, l.explain(err)
}

// collectOn is collect on a connection, or in a transaction.
func collectOn[T any](ctx context.Context, c interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}, scan func(pgx.Rows) (T, error), query string, args ...any,
) (found []T, err error) {
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, value)
	}
	return found, rows.Err()
}

// each yields what scan makes of the rows of a query, which are read at once.
func each[T any](ctx context.Context, l *Ledger, scan func(pgx.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
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

// eachOfRun is each for a query that takes the key of a run.
func eachOfRun[T any](ctx context.Context, l *Ledger, run string, scan func(pgx.Rows) (T, error), query string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		key, err := l.key(ctx, run)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		each(ctx, l, scan, query, key.key)(yield)
	}
}

// ofScope is the key of an organization, given its service and its id.
const ofScope = `(SELECT key FROM @organization WHERE service = $1 AND organization = $2)`

// eachOfScope is each for a query that takes a scope.
func eachOfScope[T any](ctx context.Context, l *Ledger, scope record.Scope, scan func(pgx.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return each(ctx, l, scan, query, append([]any{cleaned(scope.Service), cleaned(scope.OrganizationID)}, args...)...)
}

// inChunks yields what read finds after the last one that it has found, some at a time.
func inChunks[T any](read func(last *T) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last *T
		for {
			found, err := read(last)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for i := range found {
				if !yield(found[i], nil) {
					return
				}
			}
			if len(found) < chunk {
				return
			}
			last = &found[len(found)-1]
		}
	}
}

// Records implements [ledger.Ledger].
func (l *Ledger) Records(ctx context.Context, run string, after int) iter.Seq2[record.Record, error] {
	return inChunks(func(last *record.Record) ([]record.Record, error) {
		key, err := l.key(ctx, run)
		if err != nil {
			return nil, err
		}
		if last != nil {
			after = last.Row
		}
		return collect(ctx, l, scanEntry, selectEntry+" FROM @entry e WHERE run = $1 AND number > $2 ORDER BY number LIMIT $3", key.key, after, chunk)
	})
}

// selectClaim reads the columns of [claimColumnsOf].
const selectClaim = `coalesce(c.number, 0), coalesce(c.email, ''), coalesce(c.change, 0), coalesce(c.attempt, 0), c.at, coalesce(c.replaces, ''), coalesce(c.before, '')`

func claimColumnsOf(c *record.Claim) []any {
	return []any{&c.Row, &c.Email, &c.Change, &c.Attempt, (*instant)(&c.At), &c.Replaces, &c.Before}
}

// Pending implements [ledger.Ledger].
func (l *Ledger) Pending(ctx context.Context, run string) iter.Seq2[ledger.Entry, error] {
	return inChunks(func(last *ledger.Entry) ([]ledger.Entry, error) {
		key, err := l.key(ctx, run)
		if err != nil {
			return nil, err
		}
		after := 0
		if last != nil {
			after = last.Row
		}
		return collect(ctx, l, func(rows pgx.Rows) (e ledger.Entry, err error) {
			var k entryColumns
			c := record.Claim{Run: run}
			err = rows.Scan(append(k.of(&e.Record), claimColumnsOf(&c)...)...)
			if k.fill(&e.Record); c.Change != 0 {
				e.Claim = &c
			}
			return e, err
		}, selectEntry+", "+selectClaim+` FROM @entry e LEFT JOIN @claim c ON c.run = e.run AND c.number = e.number
			WHERE e.run = $1 AND e.number > $2 AND e.outcome = 0 ORDER BY e.number LIMIT $3`, key.key, after, chunk)
	})
}

// Doubts implements [ledger.Ledger].
func (l *Ledger) Doubts(ctx context.Context, scope record.Scope) ([]record.Doubt, error) {
	if w, err := l.writer(scope); err == nil {
		_ = w.flush(ctx) // what was concluded before must show; where that fails, what is kept is the truth all the same
	}
	const claims = " FROM @claim c JOIN @run r ON r.key = c.run"
	return ledger.All(eachOfScope(ctx, l, scope, func(rows pgx.Rows) (d record.Doubt, err error) {
		var k entryColumns
		var at record.Record
		var attempts int
		var lost bool
		var ended instant
		var silent, order int64
		err = rows.Scan(append(append(k.of(&at), claimColumnsOf(&d.Claim)...), &d.Claim.Run, &attempts, &lost, &ended, &silent, &order)...)
		k.fill(&at)
		if d.Record = at; d.Row == 0 {
			d.Record = record.Record{Email: d.Email, Attempts: attempts, Trail: record.Trail{Lost: lost, EndedAt: micros(timeOf(ended)), SilentFor: micro(silent)}}
		}
		return d, err
	}, withoutNulls+", "+selectClaim+", r.id, c.attempts, c.lost, c.ended_at, c.silent_for, r.key"+claims+
		" LEFT JOIN @entry e ON e.run = c.run AND e.number = c.number AND c.number <> 0 WHERE c.organization = "+ofScope+" ORDER BY c.at, r.key, c.number, c.person"))
}

// withoutNulls is [selectEntry] for where there may be no entry.
const withoutNulls = `SELECT coalesce(e.number, 0), coalesce(e.line, 0), coalesce(e.email, ''), coalesce(e.role, ''), coalesce(e.teams, ''), e.extra,
	coalesce(e.outcome, 0), coalesce(e.invitation_id, ''), coalesce(e.token, ''), coalesce(e.status, ''), coalesce(e.organization_id, ''),
	coalesce(e.organization_name, ''), coalesce(e.organization_role, ''), e.expires_at, coalesce(e.attempts, 0), coalesce(e.http_status, 0),
	coalesce(e.error, ''), coalesce(e.hint, ''), e.updated_at, coalesce(e.verdict, 0), coalesce(e.tries, 0), coalesce(e.throttled, 0),
	coalesce(e.lost, false), coalesce(e.confirmed, false), coalesce(e.cancelled, ''), e.ended_at, coalesce(e.silent_for, 0), e.due_at`
