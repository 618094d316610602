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
	"rollcall/pkg/record"
)

const (
	insertRun = `INSERT INTO run (id, scope, roster, digest, extra, entries, started_at, ended_at, exit_code, resumed,
		sync, whole) VALUES (?, ?, ?, ?, ?, 0, ?, 0, 0, 0, ?, ?)`
	insertEntry = `INSERT INTO entry (run, row, line, email, role, teams, extra, outcome, invitation_id, token, status,
		organization_id, organization_name, organization_role, expires_at, attempts, http_status, error, hint,
		updated_at, verdict, tries, throttled, lost, confirmed, cancelled, ended_at, silent_for, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectRun = `SELECT run.key, id, organization, service, roster, digest, extra, entries, started_at, ended_at,
		exit_code, resumed, sync, whole FROM run JOIN scope ON scope.key = run.scope `
)

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
		for entry, err := range entries {
			if given = errors.Join(err, ctx.Err()); given != nil {
				return given
			}
			if err := l.insertRow(endless, w, key, &entry); err != nil {
				return fmt.Errorf("row %d: %w", entry.Row, err)
			}
			if err := names.keep(endless, &entry); err != nil {
				return err
			}
			run.Rows++
		}
		_, err = w.Run(endless, "UPDATE run SET entries = ? WHERE key = ?", int64(run.Rows), key.key)
		return err
	})
	if given != nil {
		return ledger.Run{}, given
	}
	if err != nil {
		return ledger.Run{}, err
	}
	l.runs.Store(run.ID, key)
	l.writer.Checkpoint(endless) // the transaction has made the log as large as the file
	return run, nil
}

// insert writes a run without its entries.
func insert(ctx context.Context, w *commit.Writer, run ledger.Run) (key runKey, err error) {
	if key.scope, err = scopeKey(ctx, w, run.Scope()); err != nil {
		return runKey{}, err
	}
	if _, err := w.Run(ctx, insertRun, run.ID, key.scope, run.Roster, run.Digest[:], encodeList(run.Extra),
		micros(run.StartedAt), run.Sync, run.Whole); err != nil {
		return runKey{}, err
	}
	key.key, _, err = w.Number(ctx, "SELECT key FROM run WHERE id = ?", run.ID)
	return key, err
}

func (l *Ledger) insertRow(ctx context.Context, w *commit.Writer, key runKey, r *record.Record) error {
	if r.Row < 1 {
		return errors.New("rows are numbered from 1")
	}
	t := &r.Trail
	_, err := w.Exec(ctx, l.prepared.insert, key.key, int64(r.Row), int64(r.Line), r.Email, r.Role, r.Teams,
		encodeList(r.Extra), int64(r.Outcome), r.InvitationID, r.Token.Reveal(), r.Status, r.OrganizationID,
		r.OrganizationName, r.OrganizationRole, micros(r.ExpiresAt), int64(r.Attempts), int64(r.HTTPStatus), r.Error,
		r.Hint, micros(r.UpdatedAt), int64(t.Verdict), int64(t.Tries), int64(t.Throttled), t.Lost, t.Confirmed,
		t.Cancelled, micros(t.EndedAt), t.SilentFor.Microseconds(), micros(t.DueAt))
	return err
}

// Unfinished implements [ledger.Ledger].
func (l *Ledger) Unfinished(ctx context.Context, scope record.Scope, digest [32]byte) (ledger.Run, bool, error) {
	_, run, err := scanRun(l.pool.QueryRowContext(ctx, selectRun+
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
		if _, err := w.Run(ctx, `UPDATE entry SET outcome = 0, http_status = 0, error = '', hint = '', updated_at = 0
			WHERE run = ? AND outcome IN (?, ?, ?, ?)`, key, int64(record.Rejected), int64(record.Failed),
			int64(record.Unknown), int64(record.NotSent)); err != nil {
			return err
		}
		_, err := w.Run(ctx, `UPDATE entry SET tries = 0, throttled = 0, due_at = 0
			WHERE run = ? AND outcome = 0 AND (tries <> 0 OR throttled <> 0 OR due_at <> 0)`, key)
		return err
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
	_, carried, err := scanRun(l.pool.QueryRowContext(ctx, selectRun+"WHERE run.key = ?", key.key))
	return carried, l.readError(err)
}

const (
	// keepReopened remembers what was sent for a row, for [Ledger.Invited].
	keepReopened = `INSERT INTO reopened (run, email, invitation_id, expires_at, updated_at)
		SELECT run, email, invitation_id, expires_at, ` + invitedAt + ` FROM entry JOIN run ON run.key = entry.run
		WHERE run = ? AND row = ? AND ` + wasInvited
	// reopenEntry takes an outcome back, with all that was known about the invitation and the attempts but their number.
	reopenEntry = `UPDATE entry SET outcome = 0, invitation_id = '', token = '', status = '', organization_id = '',
		organization_name = '', organization_role = '', expires_at = 0, http_status = 0, error = '', hint = '',
		updated_at = 0, verdict = 0, tries = 0, throttled = 0, lost = 0, confirmed = 0, cancelled = '', ended_at = 0,
		silent_for = 0, due_at = 0 WHERE run = ? AND row = ?`
)

// Reopen implements [ledger.Ledger].
func (l *Ledger) Reopen(ctx context.Context, run string, rows ...int) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		for _, row := range rows {
			for _, statement := range []string{keepReopened, reopenEntry} {
				if _, err := w.Run(ctx, statement, key.key, int64(row)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// End implements [ledger.Ledger].
func (l *Ledger) End(ctx context.Context, run string, exitCode int) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	at := micros(l.now())
	return l.submit(ctx, func(ctx context.Context, w *commit.Writer) error {
		_, err := w.Run(ctx, "UPDATE run SET ended_at = ?, exit_code = ? WHERE key = ?", at, int64(exitCode), key.key)
		return err
	})
}

// Runs implements [ledger.Ledger].
func (l *Ledger) Runs(ctx context.Context) iter.Seq2[ledger.Summary, error] {
	return func(yield func(ledger.Summary, error) bool) {
		for before := int64(math.MaxInt64); ; {
			key, run, err := scanRun(l.pool.QueryRowContext(ctx,
				selectRun+"WHERE run.key < ? ORDER BY run.key DESC LIMIT 1", before))
			if errors.Is(err, sql.ErrNoRows) {
				return
			}
			summary := ledger.Summary{Run: run}
			if err == nil {
				summary.Outcomes, err = l.outcomes(ctx, key)
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
	var erased int64
	err := l.submit(ctx, func(ctx context.Context, w *commit.Writer) (err error) {
		erased, err = w.Run(ctx, "UPDATE entry SET token = '' WHERE token <> '' AND expires_at <> 0 AND expires_at < ?",
			micros(now))
		return err
	})
	if err != nil {
		return 0, err // not erased, which a group that ctx gave up waiting for may still be writing
	}
	return int(erased), nil
}

func scanRun(row *sql.Row) (key int64, run ledger.Run, err error) {
	var digest []byte
	var extra string
	if err := row.Scan(&key, &run.ID, &run.OrganizationID, &run.Service, &run.Roster, &digest, &extra, &run.Rows,
		(*instant)(&run.StartedAt), (*instant)(&run.EndedAt), &run.ExitCode, &run.Resumed, &run.Sync, &run.Whole); err != nil {
		return 0, ledger.Run{}, err
	}
	copy(run.Digest[:], digest)
	run.Extra, err = decodeList(extra)
	return key, run, err
}
