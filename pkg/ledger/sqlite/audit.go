package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
)

const (
	// insertLines writes the lines of a commit, by the number of the first one.
	insertLines = `INSERT INTO audit (number, lines) VALUES (?, ?)`
	lastLines   = `SELECT lines FROM audit ORDER BY number DESC LIMIT 1`
	// linesAfter yields some lines, perhaps with some before: a reading must not stand still while its caller writes a file.
	linesAfter = `SELECT number, lines FROM audit WHERE number >= coalesce((SELECT max(number) FROM audit WHERE number <= ?1 + 1), 0)
		ORDER BY number LIMIT 128`
)

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
	t := &l.desk.trail
	if t.end == nil {
		end, err := trailEnd(ctx, w)
		if err != nil {
			return err
		}
		t.end = &end
	}
	var by audit.Author
	if author := l.author.Load(); author != nil {
		by = *author
	}
	t.add(l.now(), by, *e)
	return nil
}

// trail is where the audit trail ends.
type trail struct {
	// end is nil as long as nobody has asked.
	end *audit.Chain
	// lines are those that are not in the file yet, each with its end, and first is the number of the first one.
	lines []byte
	first int
}

// add adds an event.
func (t *trail) add(at time.Time, by audit.Author, e audit.Event) {
	if len(t.lines) == 0 {
		t.first = t.end.Number + 1
	}
	t.lines, *t.end = t.end.Append(t.lines, at, by, e)
	t.lines = append(t.lines, '\n')
}

// write writes what was added.
func (t *trail) write(ctx context.Context, w *commit.Writer, prepared *statements) error {
	if len(t.lines) == 0 {
		return nil
	}
	_, err := w.Exec(ctx, prepared.tell, int64(t.first), string(t.lines[:len(t.lines)-1]))
	t.lines = t.lines[:0]
	return err
}

// trailEnd returns where the trail ends in the file.
func trailEnd(ctx context.Context, w *commit.Writer) (audit.Chain, error) {
	found, err := w.First(ctx, lastLines)
	if err != nil {
		return audit.Chain{}, err
	}
	if found == nil {
		return audit.Begin(), nil
	}
	lines, _ := found[0].(string)
	end, err := audit.End(lines[strings.LastIndexByte(lines, '\n')+1:])
	if err != nil {
		return audit.Chain{}, fmt.Errorf("%w: the last line of its audit trail: %w", ledger.ErrDamaged, err)
	}
	return end, nil
}

// Audit implements [ledger.Ledger].
func (l *Ledger) Audit(ctx context.Context, after int) iter.Seq2[string, error] {
	type written struct {
		number int
		lines  string
	}
	return func(yield func(string, error) bool) {
		for {
			commits, err := collect(ctx, l, func(rows *sql.Rows) (w written, err error) {
				err = rows.Scan(&w.number, &w.lines)
				return w, err
			}, linesAfter, after)
			if err != nil {
				yield("", err)
				return
			}
			before := after
			for _, w := range commits {
				number := w.number
				for line := range strings.SplitSeq(w.lines, "\n") {
					if number > after {
						if !yield(line, nil) {
							return
						}
						after = number
					}
					number++
				}
			}
			if after == before {
				return
			}
		}
	}
}
