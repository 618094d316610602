package ledger

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// connection is what the driver's connections can do. The writer uses one without database/sql in between, whose
// bookkeeping would cost as much as the statements themselves.
type connection interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

// statement is what the driver's prepared statements can do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
}

// writer is the only connection that writes. Its mutex is held for a transaction; its other methods belong to
// whoever is inside one. The contexts it is given never end: the driver would start a goroutine for each statement,
// and a group belongs to many callers, each of whom stops waiting by itself.
type writer struct {
	path string

	mu   sync.Mutex
	conn connection // nil when closed
	// broken is what made the disk untrustworthy: after a sync that failed nobody knows what is on it, and a second
	// one may succeed without having written anything. So nothing is written any more until the file is reopened.
	broken error

	begin, commit, rollback        statement
	insert, claim, release, settle statement
	args                           []driver.NamedValue
}

// openWriter opens the file at path, which [prepareFile] has looked at, and brings it up to date.
func openWriter(ctx context.Context, path, journal string) (*writer, error) {
	connector, err := sqlite.NewConnector(dataSource(path, url.Values{"mode": {"rw"}}))
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(connection)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver lacks methods: %T", opened), opened.Close())
	}
	w := &writer{path: path, conn: conn}
	if err := w.setUp(ctx, journal); err != nil {
		return nil, errors.Join(err, w.close(ctx))
	}
	return w, nil
}

func (w *writer) setUp(ctx context.Context, journal string) error {
	if err := w.configure(ctx); err != nil {
		return err
	}
	if err := w.prepare(ctx, map[*statement]string{
		&w.begin: "BEGIN IMMEDIATE", &w.commit: "COMMIT", &w.rollback: "ROLLBACK",
	}); err != nil {
		return err
	}
	// The schema is made before the switch to a log, so that the file's own header says from the start whose it is.
	if err := w.migrate(ctx); err != nil {
		return err
	}
	if _, err := w.run(ctx, "PRAGMA journal_mode = "+journal); err != nil {
		return err
	}
	return w.prepare(ctx, map[*statement]string{
		&w.insert: insertEntry, &w.claim: insertClaim, &w.release: deleteClaim, &w.settle: updateEntry,
	})
}

// configure sets what SQLite forgets when a connection is closed.
func (w *writer) configure(ctx context.Context) error {
	for _, pragma := range []string{
		fmt.Sprintf("busy_timeout = %d", busyTimeout.Milliseconds()),
		"synchronous = EXTRA", // FULL, and without a log the directory, too
		"fullfsync = ON",      // macOS needs it to write through; elsewhere it means nothing
		"checkpoint_fullfsync = ON",
		"cache_size = -8192",            // KiB: the whole neighbourhood of the rows in flight
		"journal_size_limit = 16777216", // bytes: a log that a large transaction has blown up shrinks again
		"secure_delete = FAST",          // erased tokens are overwritten where that costs no extra write
	} {
		if _, err := w.run(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) prepare(ctx context.Context, queries map[*statement]string) error {
	for target, query := range queries {
		prepared, err := w.conn.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		if *target, _ = prepared.(statement); *target == nil {
			return errors.Join(fmt.Errorf("the driver lacks methods: %T", prepared), prepared.Close())
		}
	}
	return nil
}

// write runs work in a transaction of its own.
func (w *writer) write(ctx context.Context, work func(context.Context, *writer) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.transact(ctx, func() error { return work(ctx, w) })
}

// transact runs work in a transaction: either all of it is on disk when transact returns nil, or nothing of it
// counts.
func (w *writer) transact(ctx context.Context, work func() error) (err error) {
	switch {
	case w.conn == nil:
		return explain(w.path, ErrClosed)
	case w.broken != nil:
		return w.broken
	}
	if _, err := w.exec(ctx, w.begin); err != nil {
		return explain(w.path, err)
	}
	committed := false
	defer func() { // deferred, since work may be a caller's iterator, which may panic
		if committed {
			return
		}
		// SQLite has rolled back already after some errors, and says so by another one.
		_, _ = w.exec(ctx, w.rollback)
		switch err = explain(w.path, err); code(err) {
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			w.broken = err
		}
	}()
	if err := work(); err != nil {
		return err
	}
	if _, err := w.exec(ctx, w.commit); err != nil {
		return err
	}
	committed = true
	return nil
}

// exec runs a prepared statement and returns how many rows it changed.
func (w *writer) exec(ctx context.Context, s statement, values ...driver.Value) (int64, error) {
	result, err := s.ExecContext(ctx, w.bind(values))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// run runs statements that are needed too rarely to keep them prepared. It returns how many rows the last one
// changed.
func (w *writer) run(ctx context.Context, script string, values ...driver.Value) (int64, error) {
	result, err := w.conn.ExecContext(ctx, script, w.bind(values))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// number returns the first column of the first row that query yields; ok is false when it yields none.
func (w *writer) number(ctx context.Context, query string, values ...driver.Value) (number int64, ok bool, err error) {
	rows, err := w.conn.QueryContext(ctx, query, w.bind(values))
	if err != nil {
		return 0, false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	found := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(found); errors.Is(err, io.EOF) {
		return 0, false, nil
	} else if err != nil {
		return 0, false, err
	}
	number, ok = found[0].(int64)
	return number, ok, nil
}

// bind numbers the values; the slice is good until the next call.
func (w *writer) bind(values []driver.Value) []driver.NamedValue {
	w.args = w.args[:0]
	for i, value := range values {
		w.args = append(w.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return w.args
}

// fold moves the log into the file and empties it, after a transaction that has made it as large as the file. What
// hinders it, such as a reader, hinders nothing else: all is on disk already, and the next one tries again.
func (w *writer) fold(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil && w.broken == nil {
		_, _, _ = w.number(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
}

func (w *writer) close(ctx context.Context) error {
	w.fold(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	var errs []error
	for _, s := range []statement{w.begin, w.commit, w.rollback, w.insert, w.claim, w.release, w.settle} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	errs = append(errs, w.conn.Close())
	w.conn = nil
	return errors.Join(errs...)
}
