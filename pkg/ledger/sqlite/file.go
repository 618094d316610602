package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/record"
)

// KeepFile implements [ledger.Ledger].
func (l *Ledger) KeepFile(ctx context.Context, scope record.Scope, f ledger.File) error {
	return l.onScope(ctx, scope, func(ctx context.Context, w *commit.Writer, key int64) (err error) {
		if f.Digest == (ledger.File{}).Digest {
			_, err = w.Run(ctx, "DELETE FROM file WHERE scope = ? AND path = ?", key, f.Path)
			return err
		}
		_, err = w.Run(ctx, "INSERT OR REPLACE INTO file (scope, path, roster, digest) VALUES (?, ?, ?, ?)", key, f.Path, f.Roster[:], f.Digest[:])
		return err
	})
}

// Files implements [ledger.Ledger].
func (l *Ledger) Files(ctx context.Context, scope record.Scope) iter.Seq2[ledger.File, error] {
	return each(ctx, l, func(rows *sql.Rows) (f ledger.File, err error) {
		var roster, digest []byte
		if err = rows.Scan(&f.Path, &roster, &digest); err != nil {
			return f, err
		}
		if copy(f.Roster[:], roster) != len(f.Roster) || copy(f.Digest[:], digest) != len(f.Digest) {
			return f, fmt.Errorf("%w: a digest is cut short", ledger.ErrDamaged)
		}
		return f, nil
	}, "SELECT path, roster, digest FROM file WHERE scope = "+ofScope+" ORDER BY path", scope.Service, scope.OrganizationID)
}
