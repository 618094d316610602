package ledger

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// Invited yields everybody who was invited to the organization, once for each time, over all its runs, oldest run
// first, and ends with the first error. Of a record it has the address, what is known about the invitation, and when
// that was; also if the row was opened again since. The body of the loop may call anything.
func (l *Ledger) Invited(ctx context.Context, organizationID string) iter.Seq2[record.Record, error] {
	const query = `SELECT entry.run, email, invitation_id, token, status, organization_role, expires_at, updated_at
			FROM entry JOIN run ON run.key = entry.run WHERE organization = ? AND outcome = 1
		UNION ALL SELECT reopened.run, email, invitation_id, '', '', '', expires_at, updated_at
			FROM reopened JOIN run ON run.key = reopened.run WHERE organization = ?
		ORDER BY 1, updated_at`
	return func(yield func(record.Record, error) bool) {
		rows, err := l.pool.QueryContext(ctx, query, organizationID, organizationID)
		if err != nil {
			yield(record.Record{}, l.readError(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			r, err := scanInvited(rows)
			if err != nil {
				yield(record.Record{}, l.readError(err))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(record.Record{}, l.readError(err))
		}
	}
}

func scanInvited(rows *sql.Rows) (record.Record, error) {
	r := record.Record{Outcome: record.Invited}
	var run, expires, updated int64
	var token string
	err := rows.Scan(&run, &r.Email, &r.InvitationID, &token, &r.Status, &r.OrganizationRole, &expires, &updated)
	r.Token, r.ExpiresAt, r.UpdatedAt = secret.New(token), fromMicros(expires), fromMicros(updated)
	return r, err
}

// Named yields every address that a whole roster of the organization has named in a row that was not invalid, once or
// more often and in no order, and ends with the first error. The body of the loop may call anything.
func (l *Ledger) Named(ctx context.Context, organizationID string) iter.Seq2[string, error] {
	const query = `SELECT DISTINCT email FROM entry JOIN run ON run.key = entry.run
		WHERE organization = ? AND whole AND outcome <> 5` // record.Invalid
	return func(yield func(string, error) bool) {
		rows, err := l.pool.QueryContext(ctx, query, organizationID)
		if err != nil {
			yield("", l.readError(err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var address string
			if err := rows.Scan(&address); err != nil {
				yield("", l.readError(err))
				return
			}
			if !yield(address, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield("", l.readError(err))
		}
	}
}

// Accepted is a roster that was let through.
type Accepted struct {
	// Rows is how many rows it had, Digest what makes it the same roster.
	Rows   int
	Digest [32]byte
	At     time.Time
}

// AcceptRoster remembers the last roster that was let through for the organization, in place of the one before. It is on
// disk when AcceptRoster returns nil. A zero At stands for now.
func (l *Ledger) AcceptRoster(ctx context.Context, organizationID string, a Accepted) error {
	if a.At.IsZero() {
		a.At = l.now()
	}
	return l.submit(ctx, func(ctx context.Context, w *writer) error {
		_, err := w.run(ctx, `INSERT OR REPLACE INTO accepted_roster (organization, entries, digest, accepted_at)
			VALUES (?, ?, ?, ?)`, organizationID, int64(a.Rows), a.Digest[:], micros(a.At))
		return err
	})
}

// AcceptedRoster returns the last roster that was let through for the organization, if there is one.
func (l *Ledger) AcceptedRoster(ctx context.Context, organizationID string) (a Accepted, found bool, err error) {
	var digest []byte
	var at int64
	err = l.pool.QueryRowContext(ctx, "SELECT entries, digest, accepted_at FROM accepted_roster WHERE organization = ?",
		organizationID).Scan(&a.Rows, &digest, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Accepted{}, false, nil
	}
	if err != nil {
		return Accepted{}, false, l.readError(err)
	}
	copy(a.Digest[:], digest)
	a.At = fromMicros(at)
	return a, true, nil
}
