package sqlite

import (
	"context"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/record"
)

const (
	// insertName notes that a whole run names a person. Its values are scope, person, run, the whole run before, and the
	// run's start: whom the run before did not name begins a new joining.
	insertName = `INSERT INTO name (scope, person, last_run, since) VALUES (?1, ?2, ?3, 0) ON CONFLICT DO UPDATE
		SET since = CASE WHEN last_run IN (?3, ?4) THEN since ELSE ?5 END, last_run = ?3`
	// updateName is insertName for a row that is invalid. Such a row does not make anybody known, but who is known has
	// not left by it.
	updateName = `UPDATE name SET since = CASE WHEN last_run IN (?3, ?4) THEN since ELSE ?5 END, last_run = ?3
		WHERE scope = ?1 AND person = ?2`
)

// naming keeps whom a run names. Nil keeps nothing.
type naming struct {
	insert, update         commit.Statement
	scope, run, before, at int64
}

// startNaming returns what keeps the names of a run that has just been inserted, nil if its roster is not whole.
func (l *Ledger) startNaming(ctx context.Context, w *commit.Writer, run ledger.Run, key runKey) (*naming, error) {
	if !run.Whole {
		return nil, nil
	}
	before, _, err := w.Number(ctx, "SELECT whole_run FROM scope WHERE key = ?", key.scope)
	if err != nil {
		return nil, err
	}
	_, err = w.Run(ctx, "UPDATE scope SET whole_run = ? WHERE key = ?", key.key, key.scope)
	return &naming{
		insert: l.prepared.name, update: l.prepared.nameAgain,
		scope: key.scope, run: key.key, before: before, at: micros(run.StartedAt),
	}, err
}

func (n *naming) add(ctx context.Context, w *commit.Writer, r *record.Record) error {
	if n == nil {
		return nil
	}
	person := email.Fold(r.Email)
	if person == "" {
		return nil
	}
	statement := n.insert
	if r.Outcome == record.Invalid {
		statement = n.update
	}
	_, err := w.Exec(ctx, statement, n.scope, person, n.run, n.before, n.at)
	return err
}
