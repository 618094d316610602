package postgres

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// actedRuns are the runs of a scope, the oldest first, that may have changed something in the service: few among many
// that found nothing to do.
const actedRuns = `SELECT key, started_at FROM @run WHERE organization = ` + ofScope + ` AND acted ORDER BY key`

// Invited implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Invited(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	const reopened = `SELECT email, invitation_id, expires_at, updated_at FROM @reopened WHERE run = $1 ORDER BY key`
	return l.ofRuns(ctx, actedRuns, scope, func(key int64, began time.Time) ([]record.Record, error) {
		sent, err := collect(ctx, l, scanEntry, selectEntry+" FROM @entry e WHERE run = $1 AND (outcome = 1 OR confirmed) ORDER BY number", key)
		if err != nil {
			return nil, err
		}
		for i := range sent {
			sent[i] = invitation(&sent[i], began)
		}
		again, err := collect(ctx, l, func(rows pgx.Rows) (record.Record, error) {
			r := record.Record{Outcome: record.Invited}
			err := rows.Scan(&r.Email, &r.InvitationID, (*instant)(&r.ExpiresAt), (*instant)(&r.UpdatedAt))
			return r, err
		}, reopened, key)
		sent = append(sent, again...)
		slices.SortStableFunc(sent, func(x, y record.Record) int { return x.UpdatedAt.Compare(y.UpdatedAt) })
		return sent, err
	})
}

// invitation returns what [Ledger.Invited] says of a row of a run that began then.
func invitation(r *record.Record, began time.Time) record.Record {
	at := r.UpdatedAt
	if at.IsZero() {
		at = r.Trail.EndedAt
	}
	if at.IsZero() {
		at = began
	}
	return record.Record{
		Email: r.Email, Role: r.Role, Teams: r.Teams, Outcome: record.Invited, InvitationID: r.InvitationID, Token: r.Token, Status: r.Status,
		OrganizationRole: r.OrganizationRole, ExpiresAt: r.ExpiresAt, UpdatedAt: at, Trail: r.Trail,
	}
}

// Sighted implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Sighted(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	const runs = "SELECT key, started_at FROM @run WHERE organization = " + ofScope + " ORDER BY key DESC LIMIT $3"
	const rows = " FROM @entry e WHERE run = $1 AND outcome = ANY($2) AND verdict <> ALL($3) ORDER BY number DESC" // of a person the last row counts
	sighted := []int16{int16(record.AlreadyInvited), int16(record.AlreadyMember), int16(record.Skipped)}
	leftOut := []int16{int16(record.Skipped), int16(record.NotSent)}
	return func(yield func(record.Record, error) bool) {
		seen := map[string]bool{}
		for r, err := range l.ofRuns(ctx, runs, scope, func(key int64, _ time.Time) ([]record.Record, error) {
			return collect(ctx, l, scanEntry, selectEntry+rows, key, sighted, leftOut)
		}, ledger.SightedRuns) {
			person := email.Fold(r.Email)
			if err == nil && seen[person] {
				continue
			}
			seen[person] = true
			if !yield(r, err) {
				return
			}
		}
	}
}

// Cancelled implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Cancelled(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	return l.ofRuns(ctx, actedRuns, scope, func(key int64, _ time.Time) ([]record.Record, error) {
		return collect(ctx, l, func(rows pgx.Rows) (r record.Record, err error) {
			err = rows.Scan(&r.Email, &r.Trail.Cancelled, (*instant)(&r.Trail.EndedAt))
			return r, err
		}, "SELECT email, cancelled, ended_at FROM @entry WHERE run = $1 AND cancelled <> '' ORDER BY number", key)
	})
}

// ofRuns yields what of finds in each run, given its key and its start, that runs selects in the scope.
func (l *Ledger) ofRuns(
	ctx context.Context, runs string, scope record.Scope, of func(int64, time.Time) ([]record.Record, error), args ...any,
) iter.Seq2[record.Record, error] {
	type begun struct {
		key int64
		at  time.Time
	}
	return func(yield func(record.Record, error) bool) {
		for run, err := range eachOfScope(ctx, l, scope, func(rows pgx.Rows) (b begun, err error) {
			err = rows.Scan(&b.key, (*instant)(&b.at))
			return b, err
		}, runs, args...) {
			var all []record.Record
			if err == nil {
				all, err = of(run.key, run.at)
			}
			for _, r := range all {
				if err == nil && !yield(r, nil) {
					return
				}
			}
			if err != nil {
				yield(record.Record{}, err)
				return
			}
		}
	}
}

// Mailings implements [ledger.Ledger].
func (l *Ledger) Mailings(ctx context.Context, scope record.Scope, since time.Time) ([]time.Time, error) {
	return ledger.All(eachOfScope(ctx, l, scope, func(rows pgx.Rows) (at time.Time, err error) {
		err = rows.Scan((*instant)(&at))
		return at, err
	}, "SELECT at FROM @mailing WHERE organization = "+ofScope+" AND at >= coalesce($3, '-infinity'::timestamptz) ORDER BY at", moment(since)))
}
