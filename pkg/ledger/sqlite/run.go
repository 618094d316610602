package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

const selectRun = `SELECT run.key, id, organization, service, roster, digest, extra, entries, started_at, ended_at,
	exit_code, resumed, sync, whole, pruned, pruned_at, outcomes FROM run JOIN scope ON scope.key = run.scope `

// runKey is what stands for a run and its scope inside the file.
type runKey struct{ key, scope int64 }

// key returns the integers that stand for a run inside the file.
func (l *Ledger) key(ctx context.Context, run string) (runKey, error) {
	if found, ok := l.runs.Load(run); ok {
		return found.(runKey), nil //nolint:errcheck,forcetypeassert // the map holds nothing else
	}
	var found runKey
	err := l.pool.QueryRowContext(ctx, "SELECT key, scope FROM run WHERE id = ?", run).Scan(&found.key, &found.scope)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%w: %q", ledger.ErrNoRun, run)
	}
	if err != nil {
		return runKey{}, l.readError(err)
	}
	l.runs.Store(run, found)
	return found, nil
}

// Unfinished implements [ledger.Ledger].
func (l *Ledger) Unfinished(ctx context.Context, scope record.Scope, digest [32]byte) (ledger.Run, bool, error) {
	_, run, _, err := scanRun(l.pool.QueryRowContext(ctx, selectRun+
		"WHERE scope = "+ofScope+" AND digest = ? ORDER BY run.key DESC LIMIT 1", scope.Service, scope.OrganizationID, digest[:]))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ledger.Run{}, false, nil
	case err != nil:
		return ledger.Run{}, false, l.readError(err)
	case !run.EndedAt.IsZero():
		return ledger.Run{}, false, nil
	}
	return run, true, nil
}

// Resume implements [ledger.Ledger].
func (l *Ledger) Resume(ctx context.Context, run ledger.Run) (ledger.Run, error) {
	return l.carryOn(ctx, run, func(ctx context.Context, w *commit.Writer, key int64) error {
		if _, err := w.Run(ctx, "UPDATE run SET ended_at = 0, exit_code = 0 WHERE key = ?", key); err != nil {
			return err
		}
		if err := l.desk.Write(ctx, w); err != nil {
			return err
		}
		pages, err := keys(ctx, w, "SELECT key FROM page WHERE run = ? AND resumable = 1 ORDER BY first", key)
		if err != nil {
			return err
		}
		err = l.desk.changeAll(ctx, w, pages, func(e *page.Entry) bool {
			resumable := e.Resumable()
			e.Record = ledger.Resumed(e.Record)
			return resumable
		})
		if err != nil || !run.Whole {
			return err
		}
		return l.makeWhole(ctx, w, key)
	})
}

// Continue implements [ledger.Ledger].
func (l *Ledger) Continue(ctx context.Context, run ledger.Run) (ledger.Run, error) {
	return l.carryOn(ctx, run, func(context.Context, *commit.Writer, int64) error { return nil })
}

// carryOn counts a run as resumed, does the rest, and returns the run as it is then.
func (l *Ledger) carryOn(ctx context.Context, run ledger.Run, rest func(context.Context, *commit.Writer, int64) error) (ledger.Run, error) {
	key, err := l.key(ctx, run.ID)
	if err != nil {
		return ledger.Run{}, err
	}
	if err := l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		if _, err := w.Run(ctx, "UPDATE run SET resumed = resumed + 1 WHERE key = ?", key.key); err != nil {
			return err
		}
		return rest(ctx, w, key.key)
	}); err != nil {
		return ledger.Run{}, err
	}
	_, carried, _, err := scanRun(l.pool.QueryRowContext(ctx, selectRun+"WHERE run.key = ?", key.key))
	return carried, l.readError(err)
}

// insertReopened remembers what was sent for a row, for [Ledger.Invited].
const insertReopened = `INSERT INTO reopened (run, email, invitation_id, expires_at, updated_at) VALUES (?, ?, ?, ?, ?)`

// Reopen implements [ledger.Ledger].
func (l *Ledger) Reopen(ctx context.Context, run string, rows ...int) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		for _, row := range rows {
			if err := l.reopen(ctx, w, key.key, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// reopen takes the outcome of a row back, if there is such a row.
func (l *Ledger) reopen(ctx context.Context, w *commit.Writer, run int64, row int) error {
	h, i, err := l.desk.find(ctx, w, run, row)
	if err != nil || h == nil {
		return err
	}
	if e := &h.Entries[i]; e.Invited() {
		began, _, err := w.Number(ctx, "SELECT started_at FROM run WHERE key = ?", run)
		if err != nil {
			return err
		}
		sent := invitation(e, page.Time(began))
		if _, err := w.Run(ctx, insertReopened, run, sent.Email, sent.InvitationID, page.Micros(sent.ExpiresAt), page.Micros(sent.UpdatedAt)); err != nil {
			return err
		}
	}
	return l.desk.change(ctx, w, h, i, func(e *page.Entry) { e.Record = ledger.Reopened(e.Record) })
}

// End implements [ledger.Ledger].
func (l *Ledger) End(ctx context.Context, run string, exitCode int) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	at := page.Micros(l.now())
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		_, err := w.Run(ctx, "UPDATE run SET ended_at = ?, exit_code = ? WHERE key = ?", at, int64(exitCode), key.key)
		return err
	})
}

// Runs implements [ledger.Ledger].
func (l *Ledger) Runs(ctx context.Context) iter.Seq2[ledger.Summary, error] {
	return func(yield func(ledger.Summary, error) bool) {
		for before := int64(math.MaxInt64); ; {
			key, run, outcomes, err := scanRun(l.pool.QueryRowContext(ctx,
				selectRun+"WHERE run.key < ? ORDER BY run.key DESC LIMIT 1", before))
			if errors.Is(err, sql.ErrNoRows) {
				return
			}
			summary := ledger.Summary{Run: run}
			if err == nil {
				summary.Outcomes, err = parseTally(outcomes)
			}
			if err == nil {
				err = l.pool.QueryRowContext(ctx, "SELECT coalesce(max(digest), '') FROM approval WHERE run = ?", key).Scan(&summary.Approved)
			}
			if err != nil {
				yield(ledger.Summary{}, l.readError(err))
				return
			}
			if !yield(summary, nil) {
				return
			}
			before = key
		}
	}
}

// EraseExpiredTokens implements [ledger.Ledger].
func (l *Ledger) EraseExpiredTokens(ctx context.Context, now time.Time) (int, error) {
	var erased int
	err := l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		erased = 0 // the group may be tried again
		if err := l.desk.Write(ctx, w); err != nil {
			return err
		}
		pages, err := keys(ctx, w, "SELECT key FROM page WHERE expires_at <> 0 AND expires_at < ? ORDER BY expires_at", page.Micros(now))
		if err != nil {
			return err
		}
		return l.desk.changeAll(ctx, w, pages, func(e *page.Entry) bool {
			if e.Token.Empty() || e.ExpiresAt.IsZero() || page.Micros(e.ExpiresAt) >= page.Micros(now) {
				return false
			}
			e.Token = secret.Text{}
			erased++
			return true
		})
	})
	if err != nil {
		return 0, err // not erased, which a group that ctx gave up waiting for may still be writing
	}
	return erased, nil
}

// scanRun reads the columns of [selectRun]: the key of the run, the run, and its outcomes.
func scanRun(row *sql.Row) (key int64, run ledger.Run, outcomes string, err error) {
	var digest []byte
	var extra string
	if err := row.Scan(&key, &run.ID, &run.OrganizationID, &run.Service, &run.Roster, &digest, &extra, &run.Rows,
		(*instant)(&run.StartedAt), (*instant)(&run.EndedAt), &run.ExitCode, &run.Resumed, &run.Sync, &run.Whole,
		&run.Pruned, (*instant)(&run.PrunedAt), &outcomes); err != nil {
		return 0, ledger.Run{}, "", err
	}
	copy(run.Digest[:], digest)
	run.Extra, err = decodeList(extra)
	return key, run, outcomes, err
}
