package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rollcall/pkg/ledger"
)

// patience is how long a database that does not answer is asked again: a crash, a restart and most failovers take less.
const patience = 30 * time.Second

// fenced is the class of the error that the fence raises.
const fenced = "RC001"

// again does something on a connection, and does it again on a new one as long as the database seems to be away for a moment.
// What is done may have been done before, so it must bear that.
func (l *Ledger) again(ctx context.Context, do func(context.Context, *pgx.Conn) error) error {
	pause, first := 20*time.Millisecond, time.Time{}
	for {
		err := l.once(ctx, do)
		switch {
		case err == nil || l.closed.Load() || !passes(err):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case first.IsZero():
			first = time.Now()
		case time.Since(first)+pause > l.patience:
			return fmt.Errorf("%w: %w", ledger.ErrUnreachable, err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		pause = min(2*pause, time.Second)
	}
}

// once does something on a connection, which is given up after an error that may lie in it.
func (l *Ledger) once(ctx context.Context, do func(context.Context, *pgx.Conn) error) error {
	c, err := l.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	healthy := false
	defer func() { // also when entries that are being written panic
		if !healthy {
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_ = c.Conn().Close(ending)
		}
	}()
	if err = l.recognizeNew(ctx, c.Conn()); err == nil {
		err = do(ctx, c.Conn())
	}
	healthy = err == nil || !passes(err)
	return err
}

// passes reports whether an error may be gone on a new connection: the old one broke, or the server has no room, is shutting
// down, starting, or reads only since another one has taken its place, or two changes stood in each other's way.
func passes(err error) bool {
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch code := refusal.Code; code {
		case "40001", "40P01", "25006":
			return true
		default:
			return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57")
		}
	}
	if broken, ok := errors.AsType[net.Error](err); ok {
		return broken != nil
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	text := err.Error() // pgconn has no types for these
	return pgconn.SafeToRetry(err) || strings.Contains(text, "conn closed") || strings.Contains(text, "unexpected EOF") ||
		strings.Contains(text, "connection reset") || strings.Contains(text, "broken pipe")
}

// explain gives an error the form that callers match.
func (l *Ledger) explain(err error) error {
	if err == nil {
		return nil
	}
	if l.closed.Load() && !errors.Is(err, context.Canceled) {
		return &ledger.Error{Path: l.public, Err: ledger.ErrClosed}
	}
	return l.Explain(err)
}

// Lost is [Database.Explain] for who does not try again himself: where a new connection may do better, the error matches
// [ledger.ErrUnreachable].
func (d *Database) Lost(err error) error {
	if err != nil && passes(err) && !errors.Is(err, ledger.ErrUnreachable) {
		err = errors.Join(ledger.ErrUnreachable, err)
	}
	return d.Explain(err)
}

// Explain returns an error of the database in the form of those of a ledger: with the address, with what can be done about it,
// and without the password.
func (d *Database) Explain(err error) error {
	if err == nil {
		return nil
	}
	for _, as := range []func(error) bool{isA[*ledger.Error], isA[*ledger.RowError], isA[*ledger.LockedError]} {
		if as(err) {
			return err
		}
	}
	refusal, ok := errors.AsType[*pgconn.PgError](err)
	said := &ledger.Error{Path: d.public, Err: d.redact(err)}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ledger.ErrUnreachable):
		return err
	case ok && refusal.Code == fenced:
		said.Err = ledger.ErrFenced
	case ok && strings.HasPrefix(refusal.Code, "531"):
		said.Err = fmt.Errorf("%w: %w", ledger.ErrDiskFull, said.Err)
	case ok && strings.HasPrefix(refusal.Code, "28"):
		said.Hint = "check the user and the password: PGPASSFILE names a file with passwords, PGSERVICE a service"
	case ok && refusal.Code == "3D000":
		said.Hint = "make the database, or name another one"
	case ok && refusal.Code == "42501":
		said.Hint = "the user may not do this: it is for the owner of the schema " + d.schema + ", or for the role of workers"
	case errors.Is(err, ledger.ErrUnreachable):
		said.Hint = "check the address, and whether the server runs; what was begun goes on with the same command"
	}
	return said
}

func isA[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

// redact returns an error without the password of the connection, if it says it.
func (d *Database) redact(err error) error {
	if d.password == "" || !strings.Contains(err.Error(), d.password) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), d.password, "[redacted]"))
}

// ignoreNone returns an error unless it says that there is no row.
func ignoreNone(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}
