package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// recognized is what a connection has in its data once the database behind it was compared.
const recognized = "rollcall recognized"

// recognize has the database compared with what it was. One that was restored from a backup, or that has taken another one's
// place, may have forgotten what was written last: it notes that, and that nobody holds anything any more.
func (l *Ledger) recognize(ctx context.Context, c *pgx.Conn) error {
	var lapsed, partly bool
	if err := c.QueryRow(ctx, l.sql("SELECT lapsed, partly FROM @recognize()")).Scan(&lapsed, &partly); err != nil {
		return err
	}
	l.partly.Store(partly)
	if lapsed {
		l.noticed.Store(true)
	}
	c.PgConn().CustomData()[recognized] = true
	return nil
}

// recognizeNew has the database compared on a connection that is new: it may lead to another server than the last one.
func (l *Ledger) recognizeNew(ctx context.Context, c *pgx.Conn) error {
	if !l.made.Load() || c.PgConn().CustomData()[recognized] != nil {
		return nil
	}
	return l.recognize(ctx, c)
}

// Recognizes reports whether the servers of the database say all that tells them from others. If not, it may remain unnoticed
// that one was restored, or has taken another one's place.
func (l *Ledger) Recognizes() bool { return !l.partly.Load() }

// Noticed reports whether it was this handle that has found the database to be another one than it was.
func (l *Ledger) Noticed() bool { return l.noticed.Load() }

// Lapse implements [ledger.Ledger].
func (l *Ledger) Lapse(ctx context.Context) (at time.Time, err error) {
	err = l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		lapsed, now, err := l.lapse(ctx, c)
		if err == nil && !lapsed.IsZero() {
			at = time.Now().Add(-now.Sub(lapsed))
		}
		return err
	})
	return at, l.explain(err)
}

// Lapsed is [Ledger.Lapse] by the clock of the database.
func (d *Database) Lapsed(ctx context.Context) (time.Time, error) {
	at, _, err := d.lapse(ctx, d.pool)
	return at, d.Explain(err)
}

// lapse returns when the database was found to be another one for the last time, the zero time if it never was, and what time it
// is there.
func (d *Database) lapse(ctx context.Context, on interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
},
) (at, now time.Time, err error) {
	err = on.QueryRow(ctx, d.sql("SELECT lapsed_at, clock_timestamp() FROM @home")).Scan((*instant)(&at), &now)
	return at, now, ignoreNone(err)
}
