package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
)

// KeepTimeline implements [ledger.Ledger]. Its errors are those of a row: the queue then writes the others of its group
// without it.
func (l *Ledger) KeepTimeline(ctx context.Context, run string, process int, timeline []byte) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		_, err := w.Run(ctx, "INSERT OR REPLACE INTO timeline (run, process, timeline) VALUES (?, ?, ?)", key.key, int64(process), timeline)
		if err != nil {
			return &ledger.RowError{Run: run, Err: err}
		}
		return nil
	})
}

// Timelines implements [ledger.Ledger].
func (l *Ledger) Timelines(ctx context.Context, run string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		key, err := l.key(ctx, run)
		if err != nil {
			yield(nil, err)
			return
		}
		for timeline, err := range each(ctx, l, func(rows *sql.Rows) (timeline []byte, err error) {
			err = rows.Scan(&timeline)
			return timeline, err
		}, "SELECT timeline FROM timeline WHERE run = ? ORDER BY process", key.key) {
			if !yield(timeline, err) {
				return
			}
		}
	}
}
