package sqlite

import (
	"context"
	"fmt"
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

// A claim for a row is kept beside its page, see [page.Claims]; one for a change without a row has a table of its own, as such changes are few.
const (
	insertRowless = `INSERT INTO rowless_claim (scope, person, email, change, run, attempt, at, replaces, before)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
	deleteRowless = `DELETE FROM rowless_claim WHERE scope = ? AND person = ? AND run = ?`
	keepRowless   = `UPDATE rowless_claim SET attempts = ?, lost = ?, ended_at = ?, silent_for = ?
		WHERE scope = ? AND person = ? AND run = ?`
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
			c.At = page.Time(page.Micros(c.At))
			if err := l.desk.claim(ctx, w, runs[i], people[i], c); err != nil {
				return err
			}
		}
		return nil
	})
}

// claim keeps a claim, unless the row or another claim for the person stands in the way.
func (d *desk) claim(ctx context.Context, w *commit.Writer, run runKey, person string, c record.Claim) error {
	var h *held
	var i int
	if c.Row != 0 {
		var err error
		if h, i, err = d.find(ctx, w, run.key, c.Row); err != nil {
			return err
		}
		if err := claimable(h, i, c); err != nil {
			return err
		}
	}
	claims, err := d.standing(ctx, w, run.scope)
	if err != nil {
		return err
	}
	if other, ok := claims[person]; ok {
		return &ledger.RowError{Run: c.Run, Row: c.Row, Err: ledger.ErrClaimed, Standing: &other.claim}
	}
	claims[person] = standing{claim: c, run: run.key}
	if h == nil {
		return claimRowless(ctx, w, run, person, c)
	}
	// Two requests for a person at the same microsecond are one for all purposes.
	mails := c.Change == record.ChangeInvite && !slices.ContainsFunc(h.Entries[i].MailedAt, c.At.Equal)
	h.claims.Add(page.Claim{Claim: c, Mails: mails})
	h.reclaimed = true
	return nil
}

// claimable returns why the row of a claim, which is the one with the index, can't be claimed.
func claimable(h *held, i int, c record.Claim) error {
	switch {
	case h == nil:
		return &ledger.RowError{Run: c.Run, Row: c.Row, Err: ledger.ErrNoRow}
	case h.Entries[i].Outcome != record.Unset:
		return settled(c.Run, &h.Entries[i])
	case h.Entries[i].Email != c.Email:
		return &ledger.RowError{Run: c.Run, Row: c.Row, Err: fmt.Errorf("%w of that address", ledger.ErrNoRow)}
	}
	return nil
}

func settled(run string, e *page.Entry) error {
	return &ledger.RowError{Run: run, Row: e.Row, Err: fmt.Errorf("%w: %s", ledger.ErrSettled, e.Outcome)}
}

func claimRowless(ctx context.Context, w *commit.Writer, run runKey, person string, c record.Claim) error {
	_, err := w.Run(ctx, insertRowless, run.scope, person, c.Email, int64(c.Change), run.key, int64(c.Attempt),
		page.Micros(c.At), c.Replaces, c.Before)
	if err == nil && c.Change == record.ChangeInvite {
		_, err = w.Run(ctx, insertMailing, run.scope, page.Micros(c.At), run.key, person)
	}
	return err
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
			if err := l.desk.conclude(ctx, w, run, key, &conclusions[i]); err != nil {
				return err
			}
			if err := l.tell(ctx, w, conclusions[i].Event); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *desk) conclude(ctx context.Context, w *commit.Writer, run string, key runKey, c *record.Conclusion) error {
	if c.Row == 0 {
		return d.concludeRowless(ctx, w, key, c)
	}
	claims, err := d.standing(ctx, w, key.scope)
	if err != nil {
		return err
	}
	ends := ledger.OnlyEnds(*c)
	h, i, err := d.find(ctx, w, key.key, c.Row)
	switch {
	case err != nil:
		return err
	case h == nil && ends:
		return nil
	case h == nil:
		return &ledger.RowError{Run: run, Row: c.Row, Err: ledger.ErrNoRow}
	case !ends && !concludable(&h.Entries[i], c):
		return settled(run, &h.Entries[i])
	}
	stands := h.claims.Find(c.Row)
	if ends && stands < 0 {
		return nil
	}
	return d.change(ctx, w, h, i, func(e *page.Entry) {
		if stands >= 0 && h.answer(stands, e, c) {
			delete(claims, email.Fold(e.Email))
		}
		if !ends {
			keep(e, c)
		}
	})
}

// answer has the claim with the index be concluded, and reports whether it ends. Whether it has mailed the person is from then
// on the row's to say.
func (h *held) answer(i int, e *page.Entry, c *record.Conclusion) (ends bool) {
	claim := &h.claims[i]
	h.reclaimed = true
	switch {
	case c.Harmless:
		e.MailedAt = slices.DeleteFunc(slices.Clone(e.MailedAt), claim.At.Equal)
	case claim.Mails:
		e.MailedAt = append(slices.Clip(e.MailedAt), claim.At)
	}
	claim.Mails = false
	if c.InDoubt {
		return false
	}
	h.claims.End(i)
	return true
}

// concludable reports whether something may become of the row: only [record.Unset] and [record.Unknown] may be followed by
// another outcome, and the same one may be written again.
func concludable(e *page.Entry, c *record.Conclusion) bool {
	switch e.Outcome {
	case record.Unset, record.Unknown:
		return true
	default:
		return e.Outcome == c.Outcome && page.Micros(e.UpdatedAt) == page.Micros(c.UpdatedAt)
	}
}

// keep keeps what a step has found out about a row, but not what it says of the roster.
func keep(e *page.Entry, c *record.Conclusion) {
	was := e.Record
	e.Record = c.Record
	e.Row, e.Line, e.Email, e.Role, e.Teams, e.Extra = was.Row, was.Line, was.Email, was.Role, was.Teams, was.Extra
	if c.Outcome == record.Unset {
		e.Outcome, e.UpdatedAt = was.Outcome, was.UpdatedAt
	}
}

// concludeRowless ends the claim of a change that has no row, or keeps with it what is known of the attempt.
func (d *desk) concludeRowless(ctx context.Context, w *commit.Writer, key runKey, c *record.Conclusion) error {
	person := email.Fold(c.Email)
	claims, err := d.standing(ctx, w, key.scope)
	if err != nil {
		return err
	}
	found, ok := claims[person]
	if !ok || found.run != key.key || found.claim.Row != 0 {
		return nil
	}
	if c.Harmless {
		if _, err := w.Run(ctx, deleteMailing, key.scope, page.Micros(found.claim.At), key.key, person); err != nil {
			return err
		}
	}
	switch {
	case !c.InDoubt:
		delete(claims, person)
		_, err = w.Run(ctx, deleteRowless, key.scope, person, key.key)
	case !ledger.OnlyEnds(*c):
		_, err = w.Run(ctx, keepRowless, int64(c.Attempts), c.Trail.Lost, page.Micros(c.Trail.EndedAt),
			c.Trail.SilentFor.Microseconds(), key.scope, person, key.key)
	}
	return err
}
