package sqlite

import (
	"context"
	"database/sql"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
	"rollcall/pkg/secret"
)

// actedRuns are the runs of a scope, the oldest first, that may have changed something in the service: few among many
// that found nothing to do.
const actedRuns = `SELECT key, started_at FROM run WHERE scope = ` + ofScope + ` AND (EXISTS
	(SELECT 1 FROM page INDEXED BY page_acted WHERE page.run = run.key AND acted = 1)
	OR EXISTS (SELECT 1 FROM reopened WHERE reopened.run = run.key)) ORDER BY key`

// Invited implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Invited(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	const pages = `SELECT entries FROM page INDEXED BY page_acted WHERE run = ? AND acted = 1 AND invited = 1 ORDER BY first`
	const reopened = `SELECT email, invitation_id, expires_at, updated_at FROM reopened WHERE run = ? ORDER BY rowid`
	return l.ofRuns(ctx, actedRuns, scope, func(key int64, began time.Time) (sent []record.Record, err error) {
		if err := l.eachEntry(ctx, func(e *page.Entry) {
			if e.Invited() {
				sent = append(sent, invitation(e, began))
			}
		}, pages, key); err != nil {
			return nil, err
		}
		again, err := collect(ctx, l, func(rows *sql.Rows) (record.Record, error) {
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
func invitation(e *page.Entry, began time.Time) record.Record {
	at := e.UpdatedAt
	if at.IsZero() {
		at = e.Trail.EndedAt
	}
	if at.IsZero() {
		at = began
	}
	trail := e.Trail
	trail.Cancelled = strings.Clone(trail.Cancelled)
	return record.Record{
		Email: strings.Clone(e.Email), Role: strings.Clone(e.Role), Teams: strings.Clone(e.Teams), Outcome: record.Invited,
		InvitationID: strings.Clone(e.InvitationID), Token: secret.New(strings.Clone(e.Token.Reveal())), Status: strings.Clone(e.Status),
		OrganizationRole: strings.Clone(e.OrganizationRole), ExpiresAt: e.ExpiresAt, UpdatedAt: at, Trail: trail,
	}
}

// Sighted implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Sighted(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	const runs = "SELECT key, started_at FROM run WHERE scope = " + ofScope + " ORDER BY key DESC LIMIT "
	const pages = "SELECT entries FROM page WHERE run = ? AND sighted = 1 ORDER BY first"
	return func(yield func(record.Record, error) bool) {
		seen := map[string]bool{}
		for r, err := range l.ofRuns(ctx, runs+strconv.Itoa(ledger.SightedRuns), scope, func(key int64, _ time.Time) (found []record.Record, err error) {
			err = l.eachEntry(ctx, func(e *page.Entry) {
				if e.Sighted() { // as most are, so that their texts are those of the pages
					found = append(found, e.Record)
				}
			}, pages, key)
			slices.Reverse(found) // of a person the last row counts
			return found, err
		}) {
			person := email.Fold(r.Email)
			if err == nil && seen[person] {
				continue
			}
			seen[strings.Clone(person)] = true // which may be a piece of a page
			if !yield(r, err) {
				return
			}
		}
	}
}

// Cancelled implements [ledger.Ledger]. It reads a run at a time.
func (l *Ledger) Cancelled(ctx context.Context, scope record.Scope) iter.Seq2[record.Record, error] {
	const pages = "SELECT entries FROM page INDEXED BY page_acted WHERE run = ? AND acted = 1 AND cancelled = 1 ORDER BY first"
	return l.ofRuns(ctx, actedRuns, scope, func(key int64, _ time.Time) (found []record.Record, err error) {
		err = l.eachEntry(ctx, func(e *page.Entry) {
			if t := &e.Trail; t.Cancelled != "" {
				found = append(found, record.Record{
					Email: strings.Clone(e.Email), Trail: record.Trail{Cancelled: strings.Clone(t.Cancelled), EndedAt: t.EndedAt},
				})
			}
		}, pages, key)
		return found, err
	})
}

// ofRuns yields what of finds in each run, given its key and its start, that runs selects in the scope.
func (l *Ledger) ofRuns(
	ctx context.Context, runs string, scope record.Scope, of func(int64, time.Time) ([]record.Record, error),
) iter.Seq2[record.Record, error] {
	type begun struct {
		key int64
		at  time.Time
	}
	return func(yield func(record.Record, error) bool) {
		all, err := collect(ctx, l, func(rows *sql.Rows) (b begun, err error) {
			err = rows.Scan(&b.key, (*instant)(&b.at))
			return b, err
		}, runs, scope.Service, scope.OrganizationID)
		for _, run := range all {
			if err != nil {
				break
			}
			var found []record.Record
			found, err = of(run.key, run.at)
			for _, r := range found {
				if !yield(r, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(record.Record{}, err)
		}
	}
}

// Named implements [ledger.Ledger]. It reads a chunk at a time.
func (l *Ledger) Named(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Name, error] {
	const query = `SELECT person, since, rejoins = 0 AND last_run <> whole_run,
			coalesce((SELECT max(at) FROM accepted WHERE run = nullif(last_run, 0)), (SELECT started_at FROM run WHERE key = last_run), 0),
			number
		FROM name JOIN scope ON scope.key = name.scope WHERE name.scope = ` + ofScope + ` AND person > ? ORDER BY person LIMIT ?`
	return func(yield func(ledger.Name, error) bool) {
		for last := ""; ; {
			found, err := collect(ctx, l, func(rows *sql.Rows) (n ledger.Name, err error) {
				var number []byte
				err = rows.Scan(&n.Person, (*instant)(&n.Since), &n.Left, (*instant)(&n.Last), &number)
				copy(n.Number[:], number)
				return n, err
			}, query, scope.Service, scope.OrganizationID, last, chunk)
			for _, name := range found {
				last = name.Person
				if !yield(name, nil) {
					return
				}
			}
			if err != nil {
				yield(ledger.Name{}, err)
			}
			if err != nil || len(found) < chunk {
				return
			}
		}
	}
}
