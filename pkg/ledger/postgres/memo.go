package postgres

import (
	"bytes"
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Note implements [ledger.Ledger]. It needs no fence: what has happened has happened, whoever tells of it.
func (l *Ledger) Note(ctx context.Context, events ...audit.Event) error {
	if err := l.alive(); err != nil {
		return err
	}
	var by audit.Author
	if author := l.author.Load(); author != nil {
		by = *author
	}
	lines, now, this := make([]string, len(events)), l.now(), nonce()
	for i, e := range events {
		lines[i] = audit.Unchained(now, by, e)
	}
	attempts := 0
	return l.explain(l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		attempts++
		var end int64
		err := c.QueryRow(ctx, l.sql("SELECT @tell($1, $2, $3, $4)"), lines, this, l.lines.Load(), attempts > 1).Scan(&end)
		if err == nil {
			l.lines.Store(end)
		}
		return err
	}))
}

// Audit implements [ledger.Ledger].
func (l *Ledger) Audit(ctx context.Context, after int) iter.Seq2[string, error] {
	type line struct {
		number int
		text   string
	}
	lines := inChunks(func(last *line) ([]line, error) {
		if last != nil {
			after = last.number
		}
		return collect(ctx, l, func(rows pgx.Rows) (found line, err error) {
			err = rows.Scan(&found.number, &found.text)
			return found, err
		}, "SELECT number, line FROM @audit WHERE number > $1 ORDER BY number LIMIT $2", after, chunk)
	})
	return func(yield func(string, error) bool) {
		for found, err := range lines {
			if !yield(found.text, err) {
				return
			}
		}
	}
}

// KeepRoleChange implements [ledger.Ledger].
func (l *Ledger) KeepRoleChange(ctx context.Context, scope record.Scope, c ledger.RoleChange) error {
	return l.onScope(ctx, scope, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		if c.At.IsZero() {
			_, err := tx.Exec(ctx, l.sql("DELETE FROM @role_change WHERE organization = $1 AND person = $2 AND team = $3"),
				organization, cleaned(c.Person), cleaned(c.Team))
			return err
		}
		_, err := tx.Exec(ctx, l.sql(`INSERT INTO @role_change (organization, person, team, user_id, from_role, to_role, at, told)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (organization, person, team)
			DO UPDATE SET user_id = $4, from_role = $5, to_role = $6, at = $7, told = $8`), organization, cleaned(c.Person), cleaned(c.Team),
			cleaned(c.UserID), cleaned(c.From), cleaned(c.To), moment(c.At), c.Told)
		return err
	})
}

// RoleChanges implements [ledger.Ledger].
func (l *Ledger) RoleChanges(ctx context.Context, scope record.Scope) iter.Seq2[ledger.RoleChange, error] {
	return eachOfScope(ctx, l, scope, func(rows pgx.Rows) (c ledger.RoleChange, err error) {
		err = rows.Scan(&c.Person, &c.Team, &c.UserID, &c.From, &c.To, (*instant)(&c.At), &c.Told)
		return c, err
	}, "SELECT person, team, user_id, from_role, to_role, at, told FROM @role_change WHERE organization = "+ofScope)
}

// KeepFile implements [ledger.Ledger].
func (l *Ledger) KeepFile(ctx context.Context, scope record.Scope, f ledger.File) error {
	return l.onScope(ctx, scope, func(ctx context.Context, tx pgx.Tx, organization int64) error {
		if f.Digest == (ledger.File{}).Digest {
			_, err := tx.Exec(ctx, l.sql("DELETE FROM @file WHERE organization = $1 AND path = $2"), organization, cleaned(f.Path))
			return err
		}
		_, err := tx.Exec(ctx, l.sql(`INSERT INTO @file (organization, path, roster, digest) VALUES ($1, $2, $3, $4)
			ON CONFLICT (organization, path) DO UPDATE SET roster = $3, digest = $4`), organization, cleaned(f.Path), f.Roster[:], f.Digest[:])
		return err
	})
}

// Files implements [ledger.Ledger].
func (l *Ledger) Files(ctx context.Context, scope record.Scope) iter.Seq2[ledger.File, error] {
	return eachOfScope(ctx, l, scope, func(rows pgx.Rows) (f ledger.File, err error) {
		var roster, digest []byte
		err = rows.Scan(&f.Path, &roster, &digest)
		copy(f.Roster[:], roster)
		copy(f.Digest[:], digest)
		return f, err
	}, "SELECT path, roster, digest FROM @file WHERE organization = "+ofScope+" ORDER BY path")
}

// KeepTimeline implements [ledger.Ledger].
func (l *Ledger) KeepTimeline(ctx context.Context, run string, process int, timeline []byte) error {
	kept := append([]byte{}, bytes.Clone(timeline)...)
	return l.onRun(ctx, run, func(ctx context.Context, tx pgx.Tx, _, key int64) error {
		_, err := tx.Exec(ctx, l.sql(`INSERT INTO @timeline (run, process, timeline) VALUES ($1, $2, $3)
			ON CONFLICT (run, process) DO UPDATE SET timeline = $3`), key, process, kept)
		return err
	})
}

// Timelines implements [ledger.Ledger].
func (l *Ledger) Timelines(ctx context.Context, run string) iter.Seq2[[]byte, error] {
	return eachOfRun(ctx, l, run, func(rows pgx.Rows) (timeline []byte, err error) {
		err = rows.Scan(&timeline)
		return timeline, err
	}, "SELECT timeline FROM @timeline WHERE run = $1 ORDER BY process")
}
