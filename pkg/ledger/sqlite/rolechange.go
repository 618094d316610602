package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/page"
	"rollcall/pkg/record"
)

// KeepRoleChange implements [ledger.Ledger].
func (l *Ledger) KeepRoleChange(ctx context.Context, scope record.Scope, c ledger.RoleChange) error {
	return l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) (err error) {
		if c.At.IsZero() {
			_, err = w.Run(ctx, "DELETE FROM role_change WHERE scope = ? AND person = ? AND team = ?", key, c.Person, c.Team)
			return err
		}
		_, err = w.Run(ctx, `INSERT OR REPLACE INTO role_change (scope, person, team, user, from_role, to_role, at, told)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, key, c.Person, c.Team, c.UserID, c.From, c.To, page.Micros(c.At), c.Told)
		return err
	})
}

// RoleChanges implements [ledger.Ledger].
func (l *Ledger) RoleChanges(ctx context.Context, scope record.Scope) iter.Seq2[ledger.RoleChange, error] {
	return each(ctx, l, func(rows *sql.Rows) (c ledger.RoleChange, err error) {
		err = rows.Scan(&c.Person, &c.Team, &c.UserID, &c.From, &c.To, (*instant)(&c.At), &c.Told)
		return c, err
	}, "SELECT person, team, user, from_role, to_role, at, told FROM role_change WHERE scope = "+ofScope, scope.Service, scope.OrganizationID)
}
