// Package commit writes to the database of a ledger: by one connection, and in groups, since a commit costs the same
// however much it carries.
//
// It has no example: it is a part of package sqlite, and nobody else's.
package commit

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/disk"
)

// Logged is the journal mode in which what is committed goes to a log first, and readers read while the writer writes.
const Logged = "WAL"

// BusyTimeout is how long to wait for a foreign program, such as a sqlite3 shell, that holds the file.
const BusyTimeout = 5 * time.Second

// connection is what the driver's connections can do. The writer uses one without database/sql in between, whose
// bookkeeping would cost as much as the statements themselves.
type connection interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

// Statement is what the driver's prepared statements can do.
type Statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// Draft is what the owner of a [Writer] keeps in memory of the file: what changes in it during a transaction is written
// once, at the end, however many changes there were.
type Draft interface {
	// Write writes what is not in the file yet. It is called within a transaction, before that is committed.
	Write(ctx context.Context, w *Writer) error
	// Discard forgets everything: the transaction was taken back, and the file knows better.
	Discard()
}

// Writer is the only connection that writes. Its mutex is held for a transaction; its other methods belong to
// whoever is inside one. The contexts it is given never end: the driver would start a goroutine for each statement,
// and a group belongs to many callers, each of whom stops waiting by itself.
type Writer struct {
	path string

	mu   sync.Mutex
	conn connection // nil when closed
	// broken is what made the disk untrustworthy: after a sync that failed nobody knows what is on it, and a second
	// one may succeed without having written anything. So nothing is written any more until the file is reopened.
	broken error
	draft  Draft // nil if there is none

	begin, commit, rollback Statement
	prepared                []Statement
	args                    []driver.NamedValue

	mover *mover // nil where there is no log
	// logged is about how many pages of the file are in the log.
	logged int
}

// Open opens the file at path, which [disk.Prepare] has looked at, has setUp bring it up to date, and then switches to
// the journal mode, so that the file's own header says from the start whose it is.
func Open(ctx context.Context, path, journal string, setUp func(context.Context, *Writer) error) (*Writer, error) {
	connector, err := sqlite.NewConnector(disk.Source(path, url.Values{"mode": {"rw"}}))
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
	w := &Writer{path: path, conn: conn}
	if err := w.start(ctx, journal, setUp); err != nil {
		return nil, errors.Join(err, w.Close(ctx))
	}
	if journal == Logged {
		w.mover = newMover(ctx, w)
	}
	return w, nil
}

func (w *Writer) start(ctx context.Context, journal string, setUp func(context.Context, *Writer) error) (err error) {
	if err := w.configure(ctx); err != nil {
		return err
	}
	for query, target := range map[string]*Statement{
		"BEGIN IMMEDIATE": &w.begin, "COMMIT": &w.commit, "ROLLBACK": &w.rollback,
	} {
		if *target, err = w.Prepare(ctx, query); err != nil {
			return err
		}
	}
	if err := setUp(ctx, w); err != nil {
		return err
	}
	_, err = w.Run(ctx, "PRAGMA journal_mode = "+journal)
	return err
}

// configure sets what SQLite forgets when a connection is closed.
func (w *Writer) configure(ctx context.Context) error {
	for _, pragma := range []string{
		fmt.Sprintf("page_size = %d", pageBytes),
		fmt.Sprintf("busy_timeout = %d", BusyTimeout.Milliseconds()),
		"synchronous = EXTRA", // FULL, and without a log the directory, too
		"fullfsync = ON",      // macOS needs it to write through; elsewhere it means nothing
		"checkpoint_fullfsync = ON",
		"cache_size = -1024", // KiB: the pages of the rows in flight, and room to sort names
		fmt.Sprintf("wal_autocheckpoint = %d", overdue),
		"journal_size_limit = 16777216", // bytes: a log that a large transaction has blown up shrinks again
		"secure_delete = ON",            // what is erased is overwritten, also where a text was longer than a page of the file
	} {
		if _, err := w.Run(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	return nil
}

// Prepare returns a statement that [Writer.Exec] can run often. The writer closes it.
func (w *Writer) Prepare(ctx context.Context, query string) (Statement, error) {
	prepared, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(Statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver lacks methods: %T", prepared), prepared.Close())
	}
	w.prepared = append(w.prepared, s)
	return s, nil
}

// Write runs work in a transaction of its own.
func (w *Writer) Write(ctx context.Context, work func(context.Context, *Writer) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Transact(ctx, func() error { return work(ctx, w) })
}

// Transact runs work in a transaction: either all of it is on disk when Transact returns nil, or nothing of it
// counts.
func (w *Writer) Transact(ctx context.Context, work func() error) (err error) {
	switch {
	case w.conn == nil:
		return disk.Explain(w.path, ledger.ErrClosed)
	case w.broken != nil:
		return w.broken
	}
	if _, err := w.Exec(ctx, w.begin); err != nil {
		return disk.Explain(w.path, err)
	}
	committed := false
	defer func() { // deferred, since work may be a caller's iterator, which may panic
		if committed {
			return
		}
		if w.draft != nil {
			w.draft.Discard()
		}
		// SQLite has rolled back already after some errors, and says so by another one.
		_, _ = w.Exec(ctx, w.rollback)
		switch err = disk.Explain(w.path, err); disk.Code(err) {
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			w.broken = err
		}
	}()
	if err := work(); err != nil {
		return err
	}
	if w.draft != nil {
		if err := w.draft.Write(ctx, w); err != nil {
			return err
		}
	}
	if _, err := w.Exec(ctx, w.commit); err != nil {
		return err
	}
	committed = true
	if w.mover != nil && w.logged >= due {
		w.mover.wake()
	}
	return nil
}

// Keep has all transactions from now on end with what the draft has to write.
func (w *Writer) Keep(d Draft) { w.draft = d }

// Exec runs a prepared statement and returns how many rows it changed.
func (w *Writer) Exec(ctx context.Context, s Statement, values ...driver.Value) (int64, error) {
	w.logged++
	for _, value := range values {
		switch v := value.(type) {
		case string:
			w.logged += len(v) / pageBytes
		case []byte:
			w.logged += len(v) / pageBytes
		}
	}
	result, err := s.ExecContext(ctx, w.bind(values))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Run runs statements that are needed too rarely to keep them prepared. It returns how many rows the last one
// changed.
func (w *Writer) Run(ctx context.Context, script string, values ...driver.Value) (int64, error) {
	result, err := w.conn.ExecContext(ctx, script, w.bind(values))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Each calls do with each row that query yields, until do returns an error. The slice is good until do returns, and do
// may write to tables that the query does not read.
func (w *Writer) Each(ctx context.Context, query string, do func([]driver.Value) error, values ...driver.Value) error {
	rows, err := w.conn.QueryContext(ctx, query, w.bind(values))
	if err != nil {
		return err
	}
	return each(rows, do)
}

// EachOf is [Writer.Each] for a prepared query.
func (w *Writer) EachOf(ctx context.Context, s Statement, do func([]driver.Value) error, values ...driver.Value) error {
	rows, err := s.QueryContext(ctx, w.bind(values))
	if err != nil {
		return err
	}
	return each(rows, do)
}

// Find returns the first row that a prepared query yields, nil when it yields none.
func (w *Writer) Find(ctx context.Context, s Statement, values ...driver.Value) (found []driver.Value, err error) {
	return first(func(do func([]driver.Value) error) error { return w.EachOf(ctx, s, do, values...) })
}

// each calls do with each of the rows, and closes them.
func each(rows driver.Rows, do func([]driver.Value) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	found := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(found); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := do(found); err != nil {
			return err
		}
	}
}

// errEnough ends a reading.
var errEnough = errors.New("enough")

// First returns the first row that query yields, nil when it yields none.
func (w *Writer) First(ctx context.Context, query string, values ...driver.Value) (found []driver.Value, err error) {
	return first(func(do func([]driver.Value) error) error { return w.Each(ctx, query, do, values...) })
}

// first returns the first row that a reading yields, nil when it yields none.
func first(read func(func([]driver.Value) error) error) (found []driver.Value, err error) {
	err = read(func(row []driver.Value) error {
		found = row
		return errEnough
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return found, err
}

// Number returns the first column of the first row that query yields; ok is false when it yields none.
func (w *Writer) Number(ctx context.Context, query string, values ...driver.Value) (number int64, ok bool, err error) {
	found, err := w.First(ctx, query, values...)
	if err != nil || len(found) == 0 {
		return 0, false, err
	}
	number, ok = found[0].(int64)
	return number, ok, nil
}

// bind numbers the values; the slice is good until the next call.
func (w *Writer) bind(values []driver.Value) []driver.NamedValue {
	w.args = w.args[:0]
	for i, value := range values {
		w.args = append(w.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return w.args
}

// Checkpoint moves the log into the file and empties it, so that nothing of what was deleted is in it any more. What hinders
// it, such as a reader, hinders nothing else: all is on disk already, and the next one tries again.
func (w *Writer) Checkpoint(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil && w.broken == nil {
		_, _, _ = w.Number(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		w.logged = 0
	}
}

// Close closes the connection, and leaves the log empty where it can.
func (w *Writer) Close(ctx context.Context) error {
	var errs []error
	if w.mover != nil {
		errs = append(errs, w.mover.close())
	}
	w.Checkpoint(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.prepared {
		errs = append(errs, s.Close())
	}
	errs = append(errs, w.conn.Close())
	w.conn = nil
	return errors.Join(errs...)
}
