package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
)

const (
	insertLine = `INSERT INTO audit (number, line) VALUES (?, ?)`
	lastLine   = `SELECT line FROM audit ORDER BY number DESC LIMIT 1`
	// linesAfter yields a page of lines: a reading must not stand still while its caller writes a file.
	linesAfter = `SELECT line FROM audit WHERE number > ? ORDER BY number LIMIT 1024`
)

// trail is where the audit trail ends. It belongs to whoever is inside a transaction of the writer.
type trail struct {
	end audit.Chain
	// as is the transaction that has left it so: if that was rolled back, the file knows better.
	as uint64
}

// Sign implements [ledger.Ledger].
func (l *Ledger) Sign(by audit.Author) { l.author.Store(&by) }

// Note implements [ledger.Ledger].
func (l *Ledger) Note(ctx context.Context, events ...audit.Event) error {
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		for i := range events {
			if err := l.tell(ctx, w, &events[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// tell adds an event to the audit trail, in the transaction that w is in. Nil is no event.
func (l *Ledger) tell(ctx context.Context, w *commit.Writer, e *audit.Event) error {
	if e == nil {
		return nil
	}
	end, err := l.trailEnd(ctx, w)
	if err != nil {
		return err
	}
	var by audit.Author
	if author := l.author.Load(); author != nil {
		by = *author
	}
	text, next := end.Next(l.now(), by, *e)
	if _, err := w.Exec(ctx, l.prepared.tell, int64(next.Number), text); err != nil {
		return err
	}
	l.trail = trail{end: next, as: w.Transaction()}
	return nil
}

// trailEnd returns where the trail ends.
func (l *Ledger) trailEnd(ctx context.Context, w *commit.Writer) (audit.Chain, error) {
	if l.trail.end.ID != "" && l.trail.as > w.RolledBack() {
		return l.trail.end, nil
	}
	found, err := w.First(ctx, lastLine)
	if err != nil {
		return audit.Chain{}, err
	}
	if found == nil {
		return audit.Begin(), nil
	}
	text, _ := found[0].(string)
	end, err := audit.End(text)
	if err != nil {
		return audit.Chain{}, fmt.Errorf("%w: the last line of its audit trail: %w", ledger.ErrDamaged, err)
	}
	return end, nil
}

// Audit implements [ledger.Ledger].
func (l *Ledger) Audit(ctx context.Context, after int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for {
			texts, err := collect(ctx, l, func(rows *sql.Rows) (text string, err error) {
				err = rows.Scan(&text)
				return text, err
			}, linesAfter, after)
			if err != nil {
				yield("", err)
				return
			}
			for _, text := range texts {
				if !yield(text, nil) {
					return
				}
			}
			if len(texts) == 0 {
				return
			}
			after += len(texts)
		}
	}
}
