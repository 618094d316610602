package sqlite

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

const (
	// insertNames notes that a whole run is about to name people. Its values are scope, persons, the last whole run whose
	// roster was let through, and the run's start: whom that one did not name begins a new joining. The persons are a JSON
	// array, each of whom is their own mailbox; insertName is the same for one whose mailbox is another.
	insertNames = `INSERT INTO name (scope, person, mailbox, last_run, since, rejoins)
		SELECT ?1, value, '', 0, 0, 1 FROM json_each(?2) WHERE true ` + rejoin
	insertName = `INSERT INTO name (scope, person, mailbox, last_run, since, rejoins) VALUES (?1, ?2, ?5, 0, 0, 1) ` + rejoin
	rejoin     = `ON CONFLICT DO UPDATE SET since = ?4, rejoins = 1 WHERE last_run <> ?3 AND rejoins = 0`
	// updateNames is insertNames for rows that are invalid or left out by a filter. Such a row does not make anybody known,
	// but who is known has not left by it.
	updateNames = `UPDATE name SET since = ?4, rejoins = 1
		WHERE scope = ?1 AND person IN (SELECT value FROM json_each(?2)) AND last_run <> ?3 AND rejoins = 0`
	// insertAsked notes whom a run asks for that follows no roster. Its values are scope, mailboxes and the run's start. They
	// stay a list until [foldAsked], since few ledgers are ever asked for them, and all have them written.
	insertAsked = `INSERT INTO asked_list (scope, mailboxes, at) VALUES (?, ?, ?)`
	// selectAsked yields whom such runs have asked for in a scope, and when one last did.
	selectAsked = `SELECT mailbox, max(at) FROM (SELECT scope, mailbox, at FROM asked UNION ALL
		SELECT scope, value, at FROM asked_list, json_each(mailboxes)) WHERE scope = ` + ofScope + ` GROUP BY mailbox`
	// foldAsked keeps everybody once of the lists of a scope up to a time, which deleteAsked then deletes.
	foldAsked = `INSERT INTO asked (scope, mailbox, at) SELECT scope, value, at FROM asked_list, json_each(mailboxes)
		WHERE scope = ?1 AND at < ?2 ON CONFLICT DO UPDATE SET at = max(at, excluded.at)`
	deleteAsked = `DELETE FROM asked_list WHERE scope = ?1 AND at < ?2`
	// acceptNames notes that the roster of a run was let through that names people, and acceptMailboxes that it does so under
	// another spelling, which is kept as the mailbox of those that differ from it. The values are scope, persons or
	// mailboxes, and run.
	acceptNames     = `UPDATE name SET last_run = ?3, rejoins = 0 WHERE scope = ?1 AND person IN (SELECT value FROM json_each(?2))`
	acceptMailboxes = `UPDATE name INDEXED BY name_of_mailbox SET last_run = ?3, rejoins = 0
		WHERE scope = ?1 AND mailbox <> '' AND mailbox IN (SELECT value FROM json_each(?2))`
	// updateNumber keeps with which number a person was named last. The values are scope, person and number.
	updateNumber = `UPDATE name SET number = ?3 WHERE scope = ?1 AND person = ?2`
)

// batchBytes is how much of names is written at once.
const batchBytes = 1 << 20

// batch gathers names for a statement that takes many.
type batch struct {
	write func(names string) error
	// indexed says that they are written in the order of an index: in that of a roster each would take its own page of the
	// file from the disk and back.
	indexed bool
	names   []string
	bytes   int
}

// add adds a name.
func (b *batch) add(name string) error {
	b.names = append(b.names, name)
	if b.bytes += len(name); b.bytes < batchBytes {
		return nil
	}
	return b.flush()
}

// flush writes what was added.
func (b *batch) flush() error {
	if len(b.names) == 0 {
		return nil
	}
	if b.indexed {
		slices.Sort(b.names)
	}
	text := page.AppendList(make([]byte, 0, b.bytes+3*len(b.names)+2), b.names)
	b.names, b.bytes = b.names[:0], 0
	return b.write(string(text))
}

// naming keeps whom the rows of a run name.
type naming struct {
	// whom says whom a row names. It may be asked beside everything else.
	whom    func(*record.Record) named
	write   func(named) error
	batches []*batch
}

// named is whom a row names, nobody if it is zero.
type named struct {
	person, mailbox string
	// again says that the row does not make anybody known.
	again bool
}

// keep keeps whom rows name.
func (n *naming) keep(names ...named) error {
	for _, name := range names {
		if name == (named{}) {
			continue
		}
		if err := n.write(name); err != nil {
			return err
		}
	}
	return nil
}

// end writes what is left to write.
func (n *naming) end() error {
	var errs []error
	for _, b := range n.batches {
		errs = append(errs, b.flush())
	}
	return errors.Join(errs...)
}

// startNaming returns what keeps the names of a run that has just been inserted, if that says anything about who is there.
func (l *Ledger) startNaming(ctx context.Context, w *commit.Writer, run ledger.Run, key runKey) (naming, error) {
	at := page.Micros(run.StartedAt)
	switch {
	case run.Whole:
		before, _, err := w.Number(ctx, "SELECT whole_run FROM scope WHERE key = ?", key.scope)
		writes := func(statement commit.Statement) *batch {
			return &batch{indexed: true, write: func(names string) error {
				_, err := w.Exec(ctx, statement, key.scope, names, before, at)
				return err
			}}
		}
		known, again := writes(l.prepared.name), writes(l.prepared.nameAgain)
		return naming{whom: anybody, batches: []*batch{known, again}, write: func(n named) error {
			switch {
			case n.again:
				return again.add(n.person)
			case n.mailbox != n.person:
				_, err := w.Exec(ctx, l.prepared.nameOther, key.scope, n.person, before, at, n.mailbox)
				return err
			}
			return known.add(n.person)
		}}, err
	case !run.Sync:
		asked := &batch{write: func(names string) error {
			_, err := w.Exec(ctx, l.prepared.ask, key.scope, names, at)
			return err
		}}
		return naming{whom: invitee, batches: []*batch{asked}, write: func(n named) error { return asked.add(n.mailbox) }}, nil
	}
	return naming{whom: func(*record.Record) named { return named{} }}, nil
}

// anybody returns whom a row of a run names that names everybody who is to be there.
func anybody(r *record.Record) named {
	person := email.Fold(r.Email)
	if person == "" || r.Trail.Gone() {
		return named{}
	}
	return named{person: person, mailbox: email.Mailbox(person), again: r.Outcome == record.Invalid || r.Trail.LeftOut()}
}

// invitee returns whom a row asks for of a run that follows no roster.
func invitee(r *record.Record) named {
	if r.Outcome == record.Invalid || r.Trail.LeftOut() {
		return named{}
	}
	return named{mailbox: email.Mailbox(r.Email)}
}

// acceptNames notes that everybody in the rows of a run is named by a roster that was let through, but for those who are
// gone. Whoever a run has named that was cut short before, and this one does not, has left.
func (l *Ledger) acceptNames(ctx context.Context, w *commit.Writer, key runKey) error {
	accepts := func(statement commit.Statement) *batch {
		return &batch{indexed: true, write: func(names string) error {
			_, err := w.Exec(ctx, statement, key.scope, names, key.key)
			return err
		}}
	}
	persons, mailboxes := accepts(l.prepared.acceptName), accepts(l.prepared.acceptMailbox)
	if err := l.desk.eachEntry(ctx, w, key.key, func(e *page.Entry) error {
		if e.Trail.Gone() {
			return nil
		}
		person := email.Fold(e.Email)
		mailbox := email.Mailbox(person)
		err := persons.add(person)
		if err == nil && mailbox != person {
			err = persons.add(mailbox)
		}
		if err == nil && mailbox != "" {
			err = mailboxes.add(mailbox)
		}
		return err
	}); err != nil {
		return err
	}
	if err := errors.Join(persons.flush(), mailboxes.flush()); err != nil {
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
	if err := l.desk.eachEntry(ctx, w, key, func(e *page.Entry) error { return names.keep(names.whom(&e.Record)) }); err != nil {
		return err
	}
	return names.end()
}
