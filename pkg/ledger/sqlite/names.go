package sqlite

import (
	"context"
	"database/sql/driver"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/record"
)

const (
	// insertName notes that a whole run is about to name a person. Its values are scope, person, the last whole run whose
	// roster was let through, the run's start, and the mailbox: whom that one did not name begins a new joining.
	insertName = `INSERT INTO name (scope, person, mailbox, last_run, since, rejoins) VALUES (?1, ?2, ?5, 0, 0, 1) ON CONFLICT DO UPDATE
		SET since = ?4, rejoins = 1 WHERE last_run <> ?3 AND rejoins = 0`
	// updateName is insertName for a row that is invalid or left out by a filter. Such a row does not make anybody known, but
	// who is known has not left by it.
	updateName = `UPDATE name SET since = ?4, rejoins = 1 WHERE scope = ?1 AND person = ?2 AND last_run <> ?3 AND rejoins = 0`
	// insertAsked notes whom a run asks for that follows no roster. Its values are scope, mailbox and the run's start.
	insertAsked = `INSERT INTO asked (scope, mailbox, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = max(at, ?3)`
	// acceptName notes that the roster of a run was let through that names a person, and acceptMailbox that it does so under
	// another spelling, which is kept as the mailbox of those that differ from it. The values are scope, person or mailbox, and
	// run.
	acceptName    = `UPDATE name SET last_run = ?3, rejoins = 0 WHERE scope = ?1 AND person = ?2`
	acceptMailbox = `UPDATE name SET last_run = ?3, rejoins = 0 WHERE scope = ?1 AND mailbox = ?2 AND mailbox <> ''`
	// updateNumber keeps with which number a person was named last. The values are scope, person and number.
	updateNumber = `UPDATE name SET number = ?3 WHERE scope = ?1 AND person = ?2`
)

// naming keeps whom a row names. Nil keeps nobody.
type naming func(context.Context, *record.Record) error

// startNaming returns what keeps the names of a run that has just been inserted, nil if it says nothing about who is there.
func (l *Ledger) startNaming(ctx context.Context, w *commit.Writer, run ledger.Run, key runKey) (naming, error) {
	at := micros(run.StartedAt)
	switch {
	case run.Whole:
		before, _, err := w.Number(ctx, "SELECT whole_run FROM scope WHERE key = ?", key.scope)
		return func(ctx context.Context, r *record.Record) error {
			person := email.Fold(r.Email)
			if person == "" || r.Trail.Gone() {
				return nil
			}
			var err error
			if r.Outcome == record.Invalid || r.Trail.LeftOut() {
				_, err = w.Exec(ctx, l.prepared.nameAgain, key.scope, person, before, at)
			} else {
				_, err = w.Exec(ctx, l.prepared.name, key.scope, person, before, at, otherMailbox(person))
			}
			return err
		}, err
	case !run.Sync:
		return func(ctx context.Context, r *record.Record) error {
			mailbox := email.Mailbox(r.Email)
			if mailbox == "" || r.Outcome == record.Invalid || r.Trail.LeftOut() {
				return nil
			}
			_, err := w.Exec(ctx, l.prepared.ask, key.scope, mailbox, at)
			return err
		}, nil
	}
	return nil, nil
}

func (n naming) keep(ctx context.Context, r *record.Record) error {
	if n == nil {
		return nil
	}
	return n(ctx, r)
}

// acceptNames notes that everybody in the rows of a run is named by a roster that was let through, but for those who are
// gone. Whoever a run has named that was cut short before, and this one does not, has left.
func (l *Ledger) acceptNames(ctx context.Context, w *commit.Writer, key runKey) error {
	if err := w.Each(ctx, "SELECT email FROM entry WHERE run = ? AND verdict <> 9", func(found []driver.Value) error {
		address, _ := found[0].(string)
		person := email.Fold(address)
		mailbox := email.Mailbox(person)
		_, err := w.Exec(ctx, l.prepared.acceptName, key.scope, person, key.key)
		if err == nil && mailbox != person {
			_, err = w.Exec(ctx, l.prepared.acceptName, key.scope, mailbox, key.key)
		}
		if err == nil && mailbox != "" {
			_, err = w.Exec(ctx, l.prepared.acceptMailbox, key.scope, mailbox, key.key)
		}
		return err
	}, key.key); err != nil {
		return err
	}
	if _, err := w.Run(ctx, "UPDATE name SET rejoins = 0 WHERE scope = ? AND rejoins <> 0", key.scope); err != nil {
		return err
	}
	_, err := w.Run(ctx, "UPDATE scope SET whole_run = ? WHERE key = ?", key.key, key.scope)
	return err
}

// KeepNumbers implements [ledger.Ledger].
func (l *Ledger) KeepNumbers(ctx context.Context, scope record.Scope, numbers map[string]ledger.Number) error {
	return l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) error {
		for person, number := range numbers {
			kept := number[:]
			if number == (ledger.Number{}) {
				kept = []byte{}
			}
			if _, err := w.Exec(ctx, l.prepared.number, key, person, kept); err != nil {
				return err
			}
		}
		return nil
	})
}

// otherMailbox returns the mailbox of a folded address, empty if it is the address itself.
func otherMailbox(person string) string {
	if mailbox := email.Mailbox(person); mailbox != person {
		return mailbox
	}
	return ""
}

// makeWhole makes a run whole that has begun as one that is not, and notes whom it names.
func (l *Ledger) makeWhole(ctx context.Context, w *commit.Writer, key int64) error {
	made, err := w.Run(ctx, "UPDATE run SET sync = 1, whole = 1 WHERE key = ? AND whole = 0", key)
	if err != nil || made == 0 {
		return err
	}
	scope, _, err := w.Number(ctx, "SELECT scope FROM run WHERE key = ?", key)
	if err != nil {
		return err
	}
	began, _, err := w.Number(ctx, "SELECT started_at FROM run WHERE key = ?", key)
	if err != nil {
		return err
	}
	run := ledger.Run{Whole: true, StartedAt: time.UnixMicro(began)}
	names, err := l.startNaming(ctx, w, run, runKey{key: key, scope: scope})
	if err != nil {
		return err
	}
	return w.Each(ctx, "SELECT email, outcome, verdict FROM entry WHERE run = ? ORDER BY row", func(found []driver.Value) error {
		address, _ := found[0].(string)
		outcome, _ := found[1].(int64)
		verdict, _ := found[2].(int64)
		return names.keep(ctx, &record.Record{
			Email: address, Outcome: record.Outcome(outcome), Trail: record.Trail{Verdict: record.Outcome(verdict)},
		})
	}, key)
}
