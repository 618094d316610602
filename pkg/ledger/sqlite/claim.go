package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/disk"
	"rollcall/pkg/record"
)

const (
	// insertClaim takes the row only if it is open and has the address. Such a claim leaves its address to the row.
	insertClaim = `INSERT INTO claim (scope, person, change, attempt, at, replaces, before, run, row)
		SELECT ?, ?, ?, ?, ?, ?, ?, run, row FROM entry WHERE run = ? AND row = ? AND email = ? AND outcome = 0` // record.Unset
	insertRowless = `INSERT INTO claim (scope, person, change, attempt, at, replaces, before, run, row, email)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	deleteClaim = `DELETE FROM claim WHERE scope = ? AND person = ? AND run = ? AND row = ?`
	// deleteRow looks at every claim that stands, since few do.
	deleteRow   = `DELETE FROM claim WHERE run = ? AND row = ? AND row > 0`
	keepRowless = `UPDATE claim SET attempts = ?, lost = ?, ended_at = ?, silent_for = ?
		WHERE scope = ? AND person = ? AND run = ? AND row = 0`

	// facts are what a step can find out about a row beside its outcome.
	facts = `invitation_id = ?, token = ?, status = ?, organization_id = ?, organization_name = ?,
		organization_role = ?, expires_at = ?, attempts = ?, http_status = ?, error = ?, hint = ?, verdict = ?,
		tries = ?, throttled = ?, lost = ?, confirmed = ?, cancelled = ?, ended_at = ?, silent_for = ?, due_at = ?`
	// Only record.Unset and record.Unknown may be followed by another outcome.
	updateFacts = `UPDATE entry SET ` + facts + ` WHERE run = ? AND row = ? AND outcome IN (0, 8)`
	settleEntry = `UPDATE entry SET outcome = ?, updated_at = ?, ` + facts + ` WHERE run = ? AND row = ?
		AND (outcome IN (0, 8) OR outcome = ? AND updated_at = ?)`
)

// Claim implements [ledger.Ledger].
func (l *Ledger) Claim(ctx context.Context, then func(error), claims ...record.Claim) error {
	people, runs := make([]string, len(claims)), make([]runKey, len(claims))
	for i, c := range claims {
		var err error
		if people[i], err = ledger.PersonOf(c); err != nil {
			return err
		}
		if runs[i], err = l.key(ctx, c.Run); err != nil {
			return err
		}
	}
	now := l.now()
	return l.change(ctx, then, false, func(ctx context.Context, w *commit.Writer) error {
		for i, c := range claims {
			if c.At.IsZero() {
				c.At = now
			}
			if err := l.claim(ctx, w, runs[i], people[i], c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Ledger) claim(ctx context.Context, w *commit.Writer, run runKey, person string, c record.Claim) error {
	statement := l.prepared.claim
	if c.Row == 0 {
		statement = l.prepared.claimRowless
	}
	claimed, err := w.Exec(ctx, statement, run.scope, person, int64(c.Change), int64(c.Attempt), micros(c.At), c.Replaces,
		c.Before, run.key, int64(c.Row), c.Email)
	switch {
	case disk.Code(err) == sqlite3.SQLITE_CONSTRAINT:
		return refuseClaim(ctx, w, run, person, c)
	case err == nil && claimed == 0:
		return refuse(ctx, w, c.Run, run.key, c.Row)
	case err == nil && c.Change == record.ChangeInvite:
		_, err = w.Exec(ctx, l.prepared.mailing, run.scope, micros(c.At), run.key, int64(c.Row), person)
	}
	return err
}

// refuseClaim says which claim stands in the way of c.
func refuseClaim(ctx context.Context, w *commit.Writer, run runKey, person string, c record.Claim) error {
	found, err := w.First(ctx, `SELECT run.id, claim.row, coalesce(entry.email, claim.email), change, attempt, at, replaces, before
		FROM claim JOIN run ON run.key = claim.run LEFT JOIN entry ON entry.run = claim.run AND entry.row = claim.row
		WHERE claim.scope = ? AND person = ?`, run.scope, person)
	refusal := &ledger.RowError{Run: c.Run, Row: c.Row, Err: ledger.ErrClaimed}
	if err != nil || found == nil {
		return refusal // which is true without the details
	}
	text := func(i int) string { text, _ := found[i].(string); return text }
	number := func(i int) int64 { number, _ := found[i].(int64); return number }
	refusal.Standing = &record.Claim{
		Run: text(0), Row: int(number(1)), Email: text(2), Change: record.Change(number(3)), Attempt: int(number(4)),
		At: fromMicros(number(5)), Replaces: text(6), Before: text(7),
	}
	return refusal
}

// Conclude implements [ledger.Ledger].
func (l *Ledger) Conclude(ctx context.Context, run string, then func(error), conclusions ...record.Conclusion) error {
	key, err := l.key(ctx, run)
	if err != nil {
		return err
	}
	if err := ledger.CheckConclusions(run, conclusions); err != nil {
		return err
	}
	return l.change(ctx, then, true, func(ctx context.Context, w *commit.Writer) error {
		for i := range conclusions {
			if err := l.conclude(ctx, w, run, key, &conclusions[i]); err != nil {
				return err
			}
			if err := l.tell(ctx, w, conclusions[i].Event); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Ledger) conclude(ctx context.Context, w *commit.Writer, run string, key runKey, c *record.Conclusion) error {
	if c.Harmless {
		if _, err := w.Exec(ctx, l.prepared.harmless, key.scope, email.Fold(c.Email), key.key, int64(c.Row)); err != nil {
			return err
		}
	}
	if c.Row == 0 {
		return concludeRowless(ctx, w, key, c)
	}
	if !ledger.OnlyEnds(*c) {
		if err := l.concludeRow(ctx, w, run, key, c); err != nil {
			return err
		}
	}
	if c.InDoubt {
		return nil
	}
	ended, err := w.Exec(ctx, l.prepared.release, key.scope, email.Fold(c.Email), key.key, int64(c.Row))
	if err == nil && ended == 0 { // there is no claim, or the conclusion does not say whose
		_, err = w.Exec(ctx, l.prepared.releaseRow, key.key, int64(c.Row))
	}
	return err
}

// concludeRow keeps what a step has found out about a row.
func (l *Ledger) concludeRow(ctx context.Context, w *commit.Writer, run string, key runKey, c *record.Conclusion) error {
	statement := l.prepared.step
	values := make([]driver.Value, 0, 26)
	if c.Outcome != record.Unset {
		statement = l.prepared.settle
		values = append(values, int64(c.Outcome), micros(c.UpdatedAt))
	}
	t := &c.Trail
	values = append(values, c.InvitationID, c.Token.Reveal(), c.Status, c.OrganizationID, c.OrganizationName,
		c.OrganizationRole, micros(c.ExpiresAt), int64(c.Attempts), int64(c.HTTPStatus), c.Error, c.Hint,
		int64(t.Verdict), int64(t.Tries), int64(t.Throttled), t.Lost, t.Confirmed, t.Cancelled, micros(t.EndedAt),
		t.SilentFor.Microseconds(), micros(t.DueAt), key.key, int64(c.Row))
	if c.Outcome != record.Unset {
		values = append(values, int64(c.Outcome), micros(c.UpdatedAt))
	}
	kept, err := w.Exec(ctx, statement, values...)
	if err == nil && kept == 0 {
		return refuse(ctx, w, run, key.key, c.Row)
	}
	return err
}

// concludeRowless ends the claim of a change that has no row, or keeps with it what is known of the attempt.
func concludeRowless(ctx context.Context, w *commit.Writer, key runKey, c *record.Conclusion) (err error) {
	person := email.Fold(c.Email)
	switch {
	case !c.InDoubt:
		_, err = w.Run(ctx, deleteClaim, key.scope, person, key.key, int64(0))
	case !ledger.OnlyEnds(*c):
		_, err = w.Run(ctx, keepRowless, int64(c.Attempts), c.Trail.Lost, micros(c.Trail.EndedAt),
			c.Trail.SilentFor.Microseconds(), key.scope, person, key.key)
	}
	return err
}

// refuse says why a row that should have been open was not found.
func refuse(ctx context.Context, w *commit.Writer, run string, key int64, row int) error {
	outcome, found, err := w.Number(ctx, "SELECT outcome FROM entry WHERE run = ? AND row = ?", key, int64(row))
	switch {
	case err != nil:
		return err
	case !found:
		err = ledger.ErrNoRow
	case outcome == int64(record.Unset):
		err = fmt.Errorf("%w of that address", ledger.ErrNoRow)
	default:
		err = fmt.Errorf("%w: %s", ledger.ErrSettled, record.Outcome(outcome))
	}
	return &ledger.RowError{Run: run, Row: row, Err: err}
}
