package ledger

import (
	"context"
	"fmt"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"rollcall/pkg/record"
)

// Claim says that a request for a row was about to leave. As long as it stands, nobody knows whether it did.
type Claim struct {
	Run string
	Row int
	// Email is the address of the row, as the roster has it.
	Email   string
	Attempt int
	At      time.Time
	// Replaces is the pending invitation that the request was to replace, empty if there was none. It is cancelled
	// after the claim, so as long as it is pending, nothing was sent.
	Replaces string
}

const (
	insertClaim = `INSERT INTO claim (attempt, at, replaces, run, row)
		SELECT ?, ?, ?, run, row FROM entry WHERE run = ? AND row = ? AND outcome = 0` // record.Unset
	deleteClaim = `DELETE FROM claim WHERE run = ? AND row = ?`
	updateEntry = `UPDATE entry SET outcome = ?, invitation_id = ?, token = ?, status = ?, organization_id = ?,
		organization_name = ?, organization_role = ?, expires_at = ?, attempts = ?, http_status = ?, error = ?,
		hint = ?, updated_at = ?
		WHERE run = ? AND row = ? AND outcome IN (?, ?)`
)

// Claim records that the attempt for the row is about to leave, and which pending invitation it replaces, empty meaning
// none. It is on disk when Claim returns nil; otherwise the
// request must not leave. Claim returns a [*RowError] with [ErrClaimed] while another claim stands, and with
// [ErrSettled] when the row has an outcome. When ctx ends during the wait, the claim may stand all the same: to the
// next run the row is in doubt, which is harmless.
func (l *Ledger) Claim(ctx context.Context, run string, row, attempt int, replaces string) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	at := l.now().UnixMicro()
	return l.submit(ctx, func(ctx context.Context, w *writer) error {
		claimed, err := w.exec(ctx, w.claim, int64(attempt), at, replaces, key, int64(row))
		switch {
		case code(err) == sqlite3.SQLITE_CONSTRAINT:
			return &RowError{Run: run, Row: row, Err: ErrClaimed}
		case err == nil && claimed == 0:
			return w.refuse(ctx, run, key, row)
		}
		return err
	})
}

// Release takes back the claim for a row whose attempt was certainly not processed. It does not wait for the disk,
// but is written before whatever the caller asks for next; after a crash the claim may stand, which costs a look
// into the directory. Without a claim it does nothing. Give it a context that has not ended, or the claim stands.
func (l *Ledger) Release(ctx context.Context, run string, row int) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	return l.enqueue(ctx, change{calm: true, apply: func(ctx context.Context, w *writer) error {
		_, err := w.exec(ctx, w.release, key, int64(row))
		return err
	}})
}

// Settle records the outcomes of rows, all of them or none, and removes their claims. They are on disk when Settle
// returns nil. It stores what [record.Record] says about the outcome and the invitation, not what the roster said,
// which is there already.
//
// [record.Unknown] leaves the claim where it is, since it is still in doubt whether the request took effect, and is
// the only outcome that a later one may replace. Otherwise Settle returns a [*RowError] with [ErrSettled].
func (l *Ledger) Settle(ctx context.Context, run string, records ...record.Record) error {
	apply, err := l.settling(ctx, run, records)
	if err != nil {
		return err
	}
	return l.submit(ctx, apply)
}

// SettleThen is [Ledger.Settle] of one record for a caller that does not wait: then is called once the outcome is on
// disk, or with the error that keeps it from there, unless SettleThen itself returns an error. Whatever the caller asks
// for next is written after it, or together with it. The ledger stands still while then is at work, so it must be short
// and must not call the ledger.
func (l *Ledger) SettleThen(ctx context.Context, run string, r record.Record, then func(error)) error {
	apply, err := l.settling(ctx, run, []record.Record{r})
	if err != nil {
		return err
	}
	return l.enqueue(ctx, change{apply: apply, done: then, calm: true})
}

// settling returns the change that settles the records.
func (l *Ledger) settling(ctx context.Context, run string, records []record.Record) (func(context.Context, *writer) error, error) {
	key, err := l.key(ctx, run)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if r.Outcome == record.Unset {
			return nil, fmt.Errorf("run %s: row %d: no outcome to settle", run, r.Row)
		}
	}
	return func(ctx context.Context, w *writer) error {
		for i := range records {
			if err := w.settleRow(ctx, run, key, &records[i]); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func (w *writer) settleRow(ctx context.Context, run string, key int64, r *record.Record) error {
	settled, err := w.exec(ctx, w.settle, int64(r.Outcome), r.InvitationID, r.Token.Reveal(), r.Status, r.OrganizationID,
		r.OrganizationName, r.OrganizationRole, micros(r.ExpiresAt), int64(r.Attempts), int64(r.HTTPStatus), r.Error,
		r.Hint, micros(r.UpdatedAt), key, int64(r.Row), int64(record.Unset), int64(record.Unknown))
	switch {
	case err != nil:
		return err
	case settled == 0:
		return w.refuse(ctx, run, key, r.Row)
	case r.Outcome == record.Unknown:
		return nil
	}
	_, err = w.exec(ctx, w.release, key, int64(r.Row))
	return err
}

// refuse says why a row that should have been open was not found.
func (w *writer) refuse(ctx context.Context, run string, key int64, row int) error {
	outcome, found, err := w.number(ctx, "SELECT outcome FROM entry WHERE run = ? AND row = ?", key, int64(row))
	switch {
	case err != nil:
		return err
	case !found:
		return &RowError{Run: run, Row: row, Err: ErrNoRow}
	}
	return &RowError{Run: run, Row: row, Err: fmt.Errorf("%w: %s", ErrSettled, record.Outcome(outcome))}
}

// InDoubt returns the claims that stand, over all runs of the organization, in the order of runs and rows: requests
// that may have taken effect although no answer was recorded. [Ledger.Settle] or [Ledger.Release] ends each of them,
// in the run that the claim names.
func (l *Ledger) InDoubt(ctx context.Context, organizationID string) ([]Claim, error) {
	// What was released before must not show. Where writing fails, what is on disk is the truth all the same.
	_ = l.submit(ctx, func(context.Context, *writer) error { return nil })
	rows, err := l.pool.QueryContext(ctx, `SELECT run.id, claim.row, entry.email, claim.attempt, claim.at, claim.replaces
		FROM claim JOIN run ON run.key = claim.run JOIN entry ON entry.run = claim.run AND entry.row = claim.row
		WHERE run.organization = ? ORDER BY claim.run, claim.row`, organizationID)
	if err != nil {
		return nil, l.readError(err)
	}
	defer rows.Close()
	var claims []Claim
	for rows.Next() {
		var c Claim
		var at int64
		if err := rows.Scan(&c.Run, &c.Row, &c.Email, &c.Attempt, &at, &c.Replaces); err != nil {
			return nil, l.readError(err)
		}
		c.At = fromMicros(at)
		claims = append(claims, c)
	}
	return claims, l.readError(rows.Err())
}
