package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/readahead"
	"rollcall/pkg/record"
)

const insertRun = `INSERT INTO run (id, scope, roster, digest, extra, entries, started_at, ended_at, exit_code, resumed,
	sync, whole) VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0, 0, ?, ?)`

// Begin implements [ledger.Ledger].
func (l *Ledger) Begin(ctx context.Context, run ledger.Run, entries iter.Seq2[record.Record, error]) (ledger.Run, error) {
	if l.writer == nil {
		return ledger.Run{}, l.refuseView()
	}
	run = run.Start(l.now())
	var key runKey
	var given error // by entries or ctx, so not about the file
	endless := context.WithoutCancel(ctx)
	err := l.writer.Write(endless, func(endless context.Context, w *commit.Writer) (err error) {
		if key, err = insert(endless, w, run); err != nil {
			return err
		}
		names, err := l.startNaming(endless, w, run, key)
		if err != nil {
			return err
		}
		var rows beginning
		for p, err := range readahead.Of(rows.pages(entries, names.whom)) {
			if given = errors.Join(err, ctx.Err()); given != nil {
				return given
			}
			if err := l.desk.insertPage(endless, w, key.key, p.summary, p.text); err != nil {
				return err
			}
			if err := names.keep(p.names...); err != nil {
				return err
			}
		}
		if err := names.end(); err != nil {
			return err
		}
		run.Rows = rows.count
		_, err = w.Run(endless, "UPDATE run SET entries = ?, outcomes = ? WHERE key = ?", int64(run.Rows), rows.tally.text(), key.key)
		return err
	})
	if given != nil {
		return ledger.Run{}, given
	}
	if err != nil {
		return ledger.Run{}, err
	}
	l.runs.Store(run.ID, key)
	return run, nil
}

// insert writes a run without its entries.
func insert(ctx context.Context, w *commit.Writer, run ledger.Run) (key runKey, err error) {
	if key.scope, err = scopeKey(ctx, w, run.Scope()); err != nil {
		return runKey{}, err
	}
	if _, err := w.Run(ctx, insertRun, run.ID, key.scope, run.Roster, run.Digest[:], encodeList(run.Extra),
		page.Micros(run.StartedAt), run.Sync, run.Whole); err != nil {
		return runKey{}, err
	}
	key.key, _, err = w.Number(ctx, "SELECT key FROM run WHERE id = ?", run.ID)
	return key, err
}

// beginning is the rows of a run that begins.
type beginning struct {
	count, last int
	tally       tally
}

// begun is a page of them as it is written, and whom its rows name.
type begun struct {
	summary page.Summary
	text    string
	names   []named
}

// pages yields the rows in pages, with what whom says of each of them, up to the first error.
func (b *beginning) pages(entries iter.Seq2[record.Record, error], whom func(*record.Record) named) iter.Seq2[begun, error] {
	return func(yield func(begun, error) bool) {
		var rows page.Page
		names := make([]named, 0, page.Size)
		full := func() begun {
			p := begun{rows.Summary(), rows.Text(), names}
			rows.Reset()
			names = make([]named, 0, page.Size)
			return p
		}
		for entry, err := range entries {
			if err == nil {
				err = b.take(&entry)
			}
			if err != nil {
				yield(begun{}, err)
				return
			}
			rows.Add(page.Entry{Record: entry})
			names = append(names, whom(&entry))
			if len(rows.Entries) == page.Size && !yield(full(), nil) {
				return
			}
		}
		if len(rows.Entries) > 0 {
			yield(full(), nil)
		}
	}
}

// take counts a row.
func (b *beginning) take(r *record.Record) error {
	switch {
	case r.Row < 1:
		return fmt.Errorf("row %d: rows are numbered from 1", r.Row)
	case r.Row <= b.last:
		return fmt.Errorf("row %d: rows come in their order, and row %d was there already", r.Row, b.last)
	}
	b.count++
	b.last = r.Row
	b.tally.counts[r.Outcome]++
	return nil
}
