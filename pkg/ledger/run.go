package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

	"rollcall/pkg/record"
)

// Run is one execution over one roster.
type Run struct {
	// ID names the run and sorts by the time of its start, like 20261123T013000Z-3f2a9c.
	ID string
	// OrganizationID and Service, the base URL, say whom the run invites to what.
	OrganizationID, Service string
	// Roster is the name of the roster, for people; Digest, of its bytes, is what makes two rosters the same.
	Roster string
	Digest [32]byte
	// Extra are the names of the roster's own columns.
	Extra []string
	// Whole says that the roster names everybody that the organization is to have, so that who is missing in the next
	// one has left.
	Whole bool
	// Rows is how many entries the run has.
	Rows int
	// StartedAt is when the run began, EndedAt when it ended; EndedAt is zero as long as it can be resumed.
	StartedAt, EndedAt time.Time
	// ExitCode means nothing before the run has ended.
	ExitCode int
	// Resumed is how often the run was resumed.
	Resumed int
}

// Summary is a run and how its rows ended.
type Summary struct {
	Run
	// Outcomes counts the rows by outcome; [record.Unset] is a row without one.
	Outcomes map[record.Outcome]int
}

const (
	insertRun = `INSERT INTO run (id, organization, service, roster, digest, extra, entries, started_at, ended_at,
		exit_code, resumed, whole) VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0, ?)`
	insertEntry = `INSERT INTO entry (run, row, line, email, role, teams, extra, outcome, invitation_id, token, status,
		organization_id, organization_name, organization_role, expires_at, attempts, http_status, error, hint,
		updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	selectRun = `SELECT key, id, organization, service, roster, digest, extra, entries, started_at, ended_at, exit_code,
		resumed, whole FROM run `
)

// Begin writes a new run and all its entries in one transaction: when it fails, whether by entries yielding an
// error, by ctx or by a crash, nothing has happened. Entries that have an outcome already are settled from the
// start. Begin sets what run leaves empty of ID and StartedAt, counts Rows, and returns the run. While it works, all
// other writing waits, so entries must not write to this ledger.
func (l *Ledger) Begin(ctx context.Context, run Run, entries iter.Seq2[record.Record, error]) (Run, error) {
	if run.StartedAt.IsZero() {
		run.StartedAt = l.now()
	}
	run.StartedAt = fromMicros(micros(run.StartedAt))
	if run.ID == "" {
		run.ID = newID(run.StartedAt)
	}
	run.Rows, run.EndedAt, run.ExitCode, run.Resumed = 0, time.Time{}, 0, 0
	var key int64
	var given error // by entries or ctx, so not about the file
	endless := context.WithoutCancel(ctx)
	err := l.disk.write(endless, func(endless context.Context, w *writer) error {
		if _, err := w.run(endless, insertRun, run.ID, run.OrganizationID, run.Service, run.Roster, run.Digest[:],
			encodeList(run.Extra), micros(run.StartedAt), run.Whole); err != nil {
			return err
		}
		var err error
		if key, _, err = w.number(endless, "SELECT key FROM run WHERE id = ?", run.ID); err != nil {
			return err
		}
		for entry, err := range entries {
			if given = errors.Join(err, ctx.Err()); given != nil {
				return given
			}
			if err := w.insertRow(endless, key, &entry); err != nil {
				return fmt.Errorf("row %d: %w", entry.Row, err)
			}
			run.Rows++
		}
		_, err = w.run(endless, "UPDATE run SET entries = ? WHERE key = ?", int64(run.Rows), key)
		return err
	})
	if given != nil {
		return Run{}, given
	}
	if err != nil {
		return Run{}, err
	}
	l.keys.Store(run.ID, key)
	l.disk.fold(endless)
	return run, nil
}

func (w *writer) insertRow(ctx context.Context, key int64, r *record.Record) error {
	_, err := w.exec(ctx, w.insert, key, int64(r.Row), int64(r.Line), r.Email, r.Role, r.Teams, encodeList(r.Extra),
		int64(r.Outcome), r.InvitationID, r.Token.Reveal(), r.Status, r.OrganizationID, r.OrganizationName,
		r.OrganizationRole, micros(r.ExpiresAt), int64(r.Attempts), int64(r.HTTPStatus), r.Error, r.Hint,
		micros(r.UpdatedAt))
	return err
}

// Unfinished returns the last run for this organization and roster, if it has not ended: the one to resume.
func (l *Ledger) Unfinished(ctx context.Context, organizationID string, digest [32]byte) (Run, bool, error) {
	_, run, err := scanRun(l.pool.QueryRowContext(ctx,
		selectRun+"WHERE organization = ? AND digest = ? ORDER BY key DESC LIMIT 1", organizationID, digest[:]))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Run{}, false, nil
	case err != nil:
		return Run{}, false, l.readError(err)
	case !run.EndedAt.IsZero():
		return Run{}, false, nil
	}
	return run, true, nil
}

// Resume opens a run again. Entries that ended as rejected, failed, unknown or not_sent have no outcome any more, so
// they may be tried again; their attempts stay counted and their claims stand. Everything else keeps its outcome.
func (l *Ledger) Resume(ctx context.Context, run Run) (Run, error) {
	key, err := l.key(ctx, run.ID)
	if err != nil {
		return Run{}, err
	}
	err = l.submit(ctx, func(ctx context.Context, w *writer) error {
		if _, err := w.run(ctx, "UPDATE run SET resumed = resumed + 1, ended_at = 0, exit_code = 0 WHERE key = ?", key); err != nil {
			return err
		}
		_, err := w.run(ctx, `UPDATE entry SET outcome = 0, http_status = 0, error = '', hint = '', updated_at = 0
			WHERE run = ? AND outcome IN (?, ?, ?, ?)`,
			key, int64(record.Rejected), int64(record.Failed), int64(record.Unknown), int64(record.NotSent))
		return err
	})
	if err != nil {
		return Run{}, err
	}
	_, resumed, err := scanRun(l.pool.QueryRowContext(ctx, selectRun+"WHERE key = ?", key))
	return resumed, l.readError(err)
}

// keepReopened remembers what was sent for a row, for [Ledger.Invited].
const keepReopened = `INSERT INTO reopened (run, email, invitation_id, expires_at, updated_at)
	SELECT run, email, invitation_id, expires_at, updated_at FROM entry WHERE run = ? AND row = ? AND outcome = 1`

// reopenEntry takes an outcome back, with all that was known about the invitation.
const reopenEntry = `UPDATE entry SET outcome = 0, invitation_id = '', token = '', status = '', organization_id = '',
	organization_name = '', organization_role = '', expires_at = 0, http_status = 0, error = '', hint = '', updated_at = 0
	WHERE run = ? AND row = ?`

// Reopen takes back the outcomes of rows, all of them or none, so that they may be tried again. Their attempts stay
// counted. It is for outcomes that are not true any more, such as an invitation that somebody has cancelled.
func (l *Ledger) Reopen(ctx context.Context, run string, rows ...int) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	return l.submit(ctx, func(ctx context.Context, w *writer) error {
		for _, row := range rows {
			for _, statement := range []string{keepReopened, reopenEntry} {
				if _, err := w.run(ctx, statement, key, int64(row)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// End records that a run is over: the same roster then begins a new one. A run that stopped with rows left is not
// over; leave it as it is, and it can be resumed.
func (l *Ledger) End(ctx context.Context, run string, exitCode int) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	at := l.now().UnixMicro()
	return l.submit(ctx, func(ctx context.Context, w *writer) error {
		_, err := w.run(ctx, "UPDATE run SET ended_at = ?, exit_code = ? WHERE key = ?", at, int64(exitCode), key)
		return err
	})
}

// Runs yields all runs, newest first, and ends with the first error.
func (l *Ledger) Runs(ctx context.Context) iter.Seq2[Summary, error] {
	return func(yield func(Summary, error) bool) {
		for before := int64(math.MaxInt64); ; {
			key, run, err := scanRun(l.pool.QueryRowContext(ctx,
				selectRun+"WHERE key < ? ORDER BY key DESC LIMIT 1", before))
			if errors.Is(err, sql.ErrNoRows) {
				return
			}
			summary := Summary{Run: run}
			if err == nil {
				summary.Outcomes, err = l.outcomes(ctx, key)
			}
			if err != nil {
				yield(Summary{}, l.readError(err))
				return
			}
			if !yield(summary, nil) {
				return
			}
			before = key
		}
	}
}

// EraseExpiredTokens forgets the tokens of invitations that expired before now, and returns how many it forgot.
func (l *Ledger) EraseExpiredTokens(ctx context.Context, now time.Time) (int, error) {
	var erased int64
	err := l.submit(ctx, func(ctx context.Context, w *writer) (err error) {
		erased, err = w.run(ctx, "UPDATE entry SET token = '' WHERE token <> '' AND expires_at <> 0 AND expires_at < ?",
			micros(now))
		return err
	})
	if err != nil {
		return 0, err // not erased, which a group that ctx gave up waiting for may still be writing
	}
	return int(erased), nil
}

func scanRun(row *sql.Row) (key int64, run Run, err error) {
	var digest []byte
	var extra string
	var started, ended int64
	if err := row.Scan(&key, &run.ID, &run.OrganizationID, &run.Service, &run.Roster, &digest, &extra, &run.Rows,
		&started, &ended, &run.ExitCode, &run.Resumed, &run.Whole); err != nil {
		return 0, Run{}, err
	}
	copy(run.Digest[:], digest)
	run.StartedAt, run.EndedAt = fromMicros(started), fromMicros(ended)
	run.Extra, err = decodeList(extra)
	return key, run, err
}

// newID is random after the second, since two machines may share a results folder.
func newID(at time.Time) string {
	random := make([]byte, 3)
	_, _ = rand.Read(random) // never fails
	return at.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(random)
}

// micros turns a time into what the file holds; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func encodeList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list) // strings always marshal
	return string(text)
}

func decodeList(text string) (list []string, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return list, nil
}
