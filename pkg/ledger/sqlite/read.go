package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

// chunk is how many names, and about how many entries, are read at a time: no reading lasts long enough to keep the log
// from being moved into the file, and memory stays the same for any roster.
const chunk = 512

// Pending implements [ledger.Ledger]. It reads some pages at a time, and none that are settled.
func (l *Ledger) Pending(ctx context.Context, run string) iter.Seq2[ledger.Entry, error] {
	const query = `SELECT first, entries, coalesce(claims, '') FROM page INDEXED BY page_open LEFT JOIN page_claims ON page_claims.page = page.key
		WHERE run = ?1 AND open = 1 AND first > ?2 ORDER BY first LIMIT ?3`
	return func(yield func(ledger.Entry, error) bool) {
		for p, err := range l.pages(ctx, run, query, 0) {
			if err != nil {
				yield(ledger.Entry{}, err)
				return
			}
			for i := range p.Entries {
				e := &p.Entries[i]
				if e.Outcome == record.Unset && !yield(ledger.Entry{Record: e.Record, Claim: p.claims.Of(run, e.Row)}, nil) {
					return
				}
			}
		}
	}
}

// Records implements [ledger.Ledger]. It reads some pages at a time.
func (l *Ledger) Records(ctx context.Context, run string, after int) iter.Seq2[record.Record, error] {
	const query = `SELECT first, entries, '' FROM page WHERE run = ?1 AND first > ?2 ORDER BY first LIMIT ?3`
	return func(yield func(record.Record, error) bool) {
		for p, err := range l.pages(ctx, run, query, after) {
			if err != nil {
				yield(record.Record{}, err)
				return
			}
			for i := range p.Entries {
				if e := &p.Entries[i]; e.Row > after && !yield(e.Record, nil) {
					return
				}
			}
		}
	}
}

// pages yields those of a run that query yields, from the page on that has the row after. The query takes the run, the first
// row of the last page seen and a limit, and yields the first row of a page and the texts of its rows and its claims. A page is
// good until the next one.
func (l *Ledger) pages(ctx context.Context, run, query string, after int) iter.Seq2[*claimedPage, error] {
	type texts struct{ rows, claims string }
	return func(yield func(*claimedPage, error) bool) {
		key, err := l.key(ctx, run)
		var first int
		if err == nil && after > 0 {
			first, err = l.pageBefore(ctx, key.key, after)
		}
		var some *sql.Stmt
		if err == nil {
			some, err = l.pool.PrepareContext(ctx, query)
			err = l.readError(err)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = some.Close() }() // it has only been read from
		var p claimedPage
		for more := true; more; {
			var found []texts
			rows, failed := some.QueryContext(ctx, key.key, first, chunk/page.Size)
			found, err = all(l, rows, failed, func(rows *sql.Rows) (t texts, err error) {
				err = rows.Scan(&first, &t.rows, &t.claims)
				return t, err
			})
			for _, t := range found {
				if err = p.parse(t.rows, t.claims); err != nil {
					err = l.readError(err)
					break
				}
				if !yield(&p, nil) {
					return
				}
			}
			more = err == nil && len(found) == chunk/page.Size
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// pageBefore returns a number below the first row of the page that has the row, and above that of the one before.
func (l *Ledger) pageBefore(ctx context.Context, run int64, row int) (int, error) {
	var first sql.NullInt64
	err := l.pool.QueryRowContext(ctx, "SELECT max(first) FROM page WHERE run = ? AND first <= ?", run, row).Scan(&first)
	if errors.Is(err, sql.ErrNoRows) || !first.Valid {
		return 0, l.readError(err)
	}
	return int(first.Int64) - 1, l.readError(err)
}

// eachEntry calls do with the entries of the pages that query yields, one page after the other. An entry, and its texts, are
// good until do returns: what is kept of them would keep the page in memory.
func (l *Ledger) eachEntry(ctx context.Context, do func(*page.Entry), query string, args ...any) error {
	var p page.Page
	_, err := collect(ctx, l, func(rows *sql.Rows) (none struct{}, err error) {
		var text string
		if err = rows.Scan(&text); err == nil {
			err = p.Parse(text)
		}
		for i := range p.Entries {
			if err == nil {
				do(&p.Entries[i])
			}
		}
		return none, err
	}, query, args...)
	return err
}

// collect returns what scan makes of all rows of a query, up to the first error.
func collect[T any](ctx context.Context, l *Ledger, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := l.pool.QueryContext(ctx, query, args...)
	return all(l, rows, err, scan)
}

// all is collect with what a query has returned.
func all[T any](l *Ledger, rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
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

// Outcomes implements [ledger.Ledger].
func (l *Ledger) Outcomes(ctx context.Context, run string) (map[record.Outcome]int, error) {
	key, err := l.key(ctx, run)
	if err != nil {
		return nil, err
	}
	var text string
	if err := l.pool.QueryRowContext(ctx, selectTally, key.key).Scan(&text); err != nil {
		return nil, l.readError(err)
	}
	counts, err := parseTally(text)
	if err != nil {
		err = l.readError(fmt.Errorf("run %s: %w", run, err))
	}
	return counts, err
}
