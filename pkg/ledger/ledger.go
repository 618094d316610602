// Package ledger is the durable memory of invitations: which run claimed which row, and how it ended.
//
//	l, err := ledger.Open("/home/ada/.local/state/rollcall/ledger.db", ledger.Options{})
//	run, err := l.Begin(ctx, ledger.Run{OrganizationID: id, Digest: digest}, entries)
//	for entry, err := range l.Pending(ctx, run.ID) {
//		err = l.Claim(ctx, run.ID, entry.Row, 1, "") // on disk from here on: now the request may leave
//		err = l.Settle(ctx, run.ID, outcome)         // on disk from here on: now the outcome may be shown
//	}
//	err = l.End(ctx, run.ID, 0)
//
// A claim says that a request for a row is about to leave; it stands until the row is settled or the claim is
// released. What stands in the ledger when a program starts is therefore all that can be in doubt, even after a
// kill -9 or a power cut. The ledger itself never decides anything about a row: it refuses a second claim while
// one stands, and a second outcome where there is one.
//
// It is one SQLite file, readable with the sqlite3 shell, beside PATH.lock, which keeps every other process out
// and is never removed, and PATH.holder, which says who that is. All files can be read by their owner only, since
// they hold invitation tokens. All text is UTF-8 and all times are kept to the microsecond, in UTC.
//
// The ledger promises nothing on a disk that lies about having written, and encrypts nothing.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
)

// Options are the choices of [Open]. The zero value works.
type Options struct {
	// Now is the clock behind the times of runs and claims; nil means [time.Now].
	Now func() time.Time

	// journal is SQLite's journal mode. Empty means WAL, which lets readers read while the writer writes, or DELETE
	// on a file system that can't bear it.
	journal string
}

// readers is how many readings can go on at once: one for the batch, one for a report, and room for nested ones.
const readers = 4

// busyTimeout is how long to wait for a foreign program, such as a sqlite3 shell, that holds the file.
const busyTimeout = 5 * time.Second

// Ledger is an open ledger. It is safe for concurrent use. Close it.
type Ledger struct {
	path string
	now  func() time.Time
	lock *lock
	disk *writer
	pool *sql.DB
	keys sync.Map // run id to its integer key

	// readOnly is set for a [View].
	readOnly bool
	// gate is held for reading while something is put into the queue, so that Close can close the queue.
	gate    sync.RWMutex
	closed  bool
	queue   chan change
	drained chan struct{}
}

// Open opens the ledger at path, or creates it and its directory, and keeps every other process out of it until
// [Ledger.Close]. It returns a [*LockedError] when one is in already, and otherwise an [*Error] that matches
// [ErrForeign], [ErrNewer] or [ErrDamaged] when the file can't be used; it then has changed nothing in it.
func Open(path string, o Options) (*Ledger, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := makeParent(path); err != nil {
		return nil, explain(path, err)
	}
	path, err := resolve(path)
	if err != nil {
		return nil, explain(path, err)
	}
	if o.journal == "" {
		o.journal = "WAL"
		if remote(filepath.Dir(path)) {
			o.journal = "DELETE"
		}
	}
	held, err := acquire(path, o.Now())
	if err != nil {
		return nil, err
	}
	l := &Ledger{path: path, now: o.Now, lock: held}
	ctx := context.Background()
	if err := l.open(ctx, o.journal); err != nil {
		return nil, errors.Join(explain(path, err), l.shut(ctx))
	}
	l.queue = make(chan change, maxGroup)
	l.drained = make(chan struct{})
	go l.commitGroups(ctx)
	return l, nil
}

func (l *Ledger) open(ctx context.Context, journal string) error {
	if err := prepareFile(l.path); err != nil {
		return err
	}
	disk, err := openWriter(ctx, l.path, journal)
	if err != nil {
		return err
	}
	l.disk = disk
	// The readers come after the writer: they find the file in its final journal mode.
	return l.openReaders(ctx)
}

// View opens the ledger at path for looking only, beside the process that holds it: what is committed meanwhile shows.
// A ledger that an earlier version of this program wrote is brought up to date first, if nobody holds it. View makes no ledger where there is none, and everything that writes returns [ErrReadOnly]. A process that holds the
// ledger itself must not: on Unix, closing a second descriptor of a file drops the locks on it.
func View(path string) (*Ledger, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, explain(path, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, explain(path, err)
	}
	if err := errors.Join(checkHeader(file, path), file.Close()); err != nil {
		return nil, explain(path, err)
	}
	ctx := context.Background()
	l, version, err := view(ctx, path)
	if err != nil || version == 0 || version >= len(migrations) {
		return l, err
	}
	newer, err := Open(path, Options{})
	if err == nil {
		err = newer.Close()
	}
	if err := errors.Join(l.Close(), err); err != nil {
		return nil, err
	}
	l, _, err = view(ctx, path)
	return l, err
}

// view opens the readers of the ledger at path, and returns its version, 0 for an empty file.
func view(ctx context.Context, path string) (l *Ledger, version int, err error) {
	l = &Ledger{path: path, now: time.Now, readOnly: true}
	if err = l.openReaders(ctx); err == nil {
		err = l.pool.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	}
	if err != nil {
		return nil, 0, errors.Join(explain(path, err), l.shut(ctx))
	}
	return l, version, nil
}

// openReaders opens the connections that only read.
func (l *Ledger) openReaders(ctx context.Context) error {
	connector, err := sqlite.NewConnector(dataSource(l.path, url.Values{
		"mode":    {"ro"},
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())},
	}))
	if err != nil {
		return err
	}
	l.pool = sql.OpenDB(connector)
	l.pool.SetMaxOpenConns(readers)
	l.pool.SetMaxIdleConns(readers)
	return l.pool.PingContext(ctx)
}

// Close writes what is queued, folds the write-ahead log into the file and lets others in. Operations after it
// return [ErrClosed]. Closing twice is fine.
func (l *Ledger) Close() error {
	l.gate.Lock()
	if l.closed {
		l.gate.Unlock()
		return nil
	}
	l.closed = true
	if !l.readOnly {
		close(l.queue)
	}
	l.gate.Unlock()
	if !l.readOnly {
		<-l.drained
	}
	return explain(l.path, l.shut(context.Background()))
}

// shut closes whatever is open, the lock last.
func (l *Ledger) shut(ctx context.Context) error {
	var errs []error
	if l.pool != nil {
		errs = append(errs, l.pool.Close())
	}
	if l.disk != nil {
		errs = append(errs, l.disk.close(ctx))
	}
	if l.lock != nil {
		errs = append(errs, l.lock.release())
	}
	return errors.Join(errs...)
}

// Path returns the absolute path of the file, without symbolic links.
func (l *Ledger) Path() string { return l.path }

// dataSource names the file at path as a URI, since only a URI may hold a question mark or a percent sign.
func dataSource(path string, query url.Values) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}).String()
}
