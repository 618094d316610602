package postgres

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

const (
	// insertNames notes that a whole run is about to name people, who begin a new joining if the last whole run whose roster
	// was let through did not name them. The values are organization, that run, the start of the run, persons and mailboxes.
	insertNames = `INSERT INTO @name AS n (organization, person, mailbox) SELECT $1, person, mailbox FROM unnest($4::text[], $5::text[]) AS g (person, mailbox)
		ORDER BY person ON CONFLICT (organization, person) DO UPDATE SET since = $3, rejoins = true WHERE n.last_run <> $2 AND NOT n.rejoins`
	// updateNames is insertNames for rows that are invalid or left out by a filter. Such a row does not make anybody known,
	// but who is known has not left by it.
	updateNames = `UPDATE @name SET since = $3, rejoins = true WHERE organization = $1 AND person = ANY($4) AND last_run <> $2 AND NOT rejoins`
	// insertAsked notes whom a run asks for that follows no roster. The values are organization, the start of the run and mailboxes.
	insertAsked = `INSERT INTO @asked AS a (organization, mailbox, at) SELECT $1, mailbox, $2 FROM unnest($3::text[]) AS g (mailbox)
		ORDER BY mailbox ON CONFLICT (organization, mailbox) DO UPDATE SET at = excluded.at WHERE a.at < excluded.at`
	// acceptNames notes that the roster of a run was let through that names people, under whatever spelling.
	acceptNames = `UPDATE @name SET last_run = $2, rejoins = false WHERE organization = $1 AND mailbox = ANY($3)`
)

// naming gathers whom the rows of a run name, and writes them some at a time.
type naming struct {
	l            *Ledger
	tx           pgx.Tx
	organization int64
	run          ledger.Run
	// known are those who are named, with their mailboxes, and again those of whom it is only known that they have not left.
	known, again map[string]string
	// before is the last whole run whose roster was let through; nil before it was looked up.
	before *int64
}

func newNaming(l *Ledger, tx pgx.Tx, organization int64, run ledger.Run) *naming {
	return &naming{l: l, tx: tx, organization: organization, run: run, known: map[string]string{}, again: map[string]string{}}
}

// keep keeps whom a row names, if that says anything about who is there.
func (n *naming) keep(r *record.Record) {
	if !n.run.Whole && n.run.Sync {
		return
	}
	person := cleaned(email.Fold(r.Email))
	invalid := r.Outcome == record.Invalid || r.Trail.LeftOut()
	switch {
	case person == "" || r.Trail.Gone() || !n.run.Whole && invalid:
	case invalid:
		n.again[person] = ""
	default:
		n.known[person] = cleaned(email.Mailbox(person))
	}
}

// flush writes what was gathered.
func (n *naming) flush(ctx context.Context) error {
	at := moment(n.run.StartedAt)
	defer clear(n.known)
	defer clear(n.again)
	if !n.run.Whole {
		if len(n.known) == 0 {
			return nil
		}
		mailboxes := map[string]bool{}
		for _, mailbox := range n.known {
			mailboxes[mailbox] = true
		}
		_, err := n.tx.Exec(ctx, n.l.sql(insertAsked), n.organization, at, slices.Collect(maps.Keys(mailboxes)))
		return err
	}
	if n.before == nil {
		n.before = new(int64)
		if err := n.tx.QueryRow(ctx, n.l.sql("SELECT whole_run FROM @organization WHERE key = $1"), n.organization).Scan(n.before); err != nil {
			return err
		}
	}
	if len(n.known) > 0 {
		var persons, mailboxes pgtype.FlatArray[string]
		for person, mailbox := range n.known {
			persons, mailboxes = append(persons, person), append(mailboxes, mailbox)
		}
		if _, err := n.tx.Exec(ctx, n.l.sql(insertNames), n.organization, *n.before, at, persons, mailboxes); err != nil {
			return err
		}
	}
	if len(n.again) == 0 {
		return nil
	}
	_, err := n.tx.Exec(ctx, n.l.sql(updateNames), n.organization, *n.before, at, slices.Collect(maps.Keys(n.again)))
	return err
}

// eachEntry calls do with the rows of a run, some at a time, inside a transaction.
func (l *Ledger) eachEntry(ctx context.Context, tx pgx.Tx, run int64, do func([]record.Record) error) error {
	const query = `SELECT number, email, outcome, verdict FROM @entry WHERE run = $1 AND number > $2 ORDER BY number LIMIT $3`
	for after := 0; ; {
		rows, err := collectOn(ctx, tx, func(rows pgx.Rows) (r record.Record, err error) {
			err = rows.Scan(&r.Row, &r.Email, &r.Outcome, &r.Trail.Verdict)
			return r, err
		}, l.sql(query), run, after, begun)
		if err == nil && len(rows) > 0 {
			after = rows[len(rows)-1].Row
			err = do(rows)
		}
		if err != nil || len(rows) < begun {
			return err
		}
	}
}

// acceptRun notes that everybody in the rows of a run is named by a roster that was let through, but for those who are gone.
// Whoever a run has named that was cut short before, and this one does not, has left.
func (l *Ledger) acceptRun(ctx context.Context, tx pgx.Tx, organization, run int64) error {
	if err := l.eachEntry(ctx, tx, run, func(rows []record.Record) error {
		mailboxes := make([]string, 0, len(rows))
		for i := range rows {
			if mailbox := cleaned(email.Mailbox(rows[i].Email)); mailbox != "" && !rows[i].Trail.Gone() {
				mailboxes = append(mailboxes, mailbox)
			}
		}
		_, err := tx.Exec(ctx, l.sql(acceptNames), organization, run, mailboxes)
		return err
	}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, l.sql("UPDATE @name SET rejoins = false WHERE organization = $1 AND rejoins"), organization); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, l.sql("UPDATE @organization SET whole_run = $2 WHERE key = $1"), organization, run)
	return err
}

// makeWhole makes a run whole that has begun as one that is not, and notes whom it names.
func (l *Ledger) makeWhole(ctx context.Context, tx pgx.Tx, organization, key int64) error {
	run := ledger.Run{Whole: true}
	err := tx.QueryRow(ctx, l.sql("UPDATE @run SET sync = true, whole = true WHERE key = $1 AND NOT whole RETURNING started_at"), key).Scan((*instant)(&run.StartedAt))
	if err != nil {
		return ignoreNone(err)
	}
	n := newNaming(l, tx, organization, run)
	return l.eachEntry(ctx, tx, key, func(rows []record.Record) error {
		for i := range rows {
			n.keep(&rows[i])
		}
		return n.flush(ctx)
	})
}

// KeepNumbers implements [ledger.Ledger].
func (l *Ledger) KeepNumbers(ctx context.Context, scope record.Scope, numbers map[string]ledger.Number) error {
	const update = `UPDATE @name n SET number = g.number FROM unnest($2::text[], $3::bytea[]) AS g (person, number)
		WHERE n.organization = $1 AND n.person = g.person`
	var persons []string
	var kept [][]byte
	for person, number := range numbers {
		persons, kept = append(persons, cleaned(person)), append(kept, number[:])
	}
	return l.onScope(ctx, scope, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		_, err := tx.Exec(ctx, l.sql(update), organization, persons, kept)
		return err
	})
}

// Named implements [ledger.Ledger].
func (l *Ledger) Named(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Name, error] {
	const query = `SELECT person, n.since, NOT rejoins AND last_run <> whole_run,
			coalesce((SELECT max(at) FROM @accepted a WHERE a.organization = n.organization AND run = nullif(last_run, 0)), (SELECT started_at FROM @run WHERE key = last_run)), number
		FROM @name n JOIN @organization o ON o.key = n.organization
		WHERE o.service = $1 AND o.organization = $2 AND person > $3 ORDER BY person LIMIT $4`
	return inChunks(func(last *ledger.Name) ([]ledger.Name, error) {
		after := ""
		if last != nil {
			after = last.Person
		}
		return ledger.All(eachOfScope(ctx, l, scope, func(rows pgx.Rows) (n ledger.Name, err error) {
			var number []byte
			err = rows.Scan(&n.Person, (*instant)(&n.Since), &n.Left, (*instant)(&n.Last), &number)
			copy(n.Number[:], number)
			return n, err
		}, query, after, chunk))
	})
}

// Asked implements [ledger.Ledger].
func (l *Ledger) Asked(ctx context.Context, scope record.Scope) iter.Seq2[ledger.Asked, error] {
	return eachOfScope(ctx, l, scope, func(rows pgx.Rows) (a ledger.Asked, err error) {
		err = rows.Scan(&a.Mailbox, (*instant)(&a.At))
		return a, err
	}, "SELECT mailbox, at FROM @asked WHERE organization = "+ofScope)
}
