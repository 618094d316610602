// Package sqlite keeps a ledger in one SQLite file.
//
//	l, err := sqlite.Open("/home/ada/.local/state/rollcall/ledger.db", sqlite.Options{})
//
// The file is readable with the sqlite3 shell. It stands beside PATH.lock, which keeps every other process out and is
// never removed, and PATH.holder, which says who that is. All files can be read by their owner only, since they hold
// invitation tokens. None of the files beside it may be a symbolic link.
//
// The ledger promises nothing on a disk that lies about having written, and encrypts nothing.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/commit"
	"rollcall/pkg/ledger/sqlite/disk"
	"rollcall/pkg/ledger/sqlite/schema"
)

// Options are the choices of [Open]. The zero value works.
type Options struct {
	// Now is the clock behind the times of runs and claims; nil means [time.Now].
	Now func() time.Time

	// journal is SQLite's journal mode. Empty means that of [commit.Logged], or DELETE on a file system that can't bear it.
	journal string
}

// readers is how many readings can go on at once: one for the batch, one for a report, and room for nested ones.
const readers = 4

// Ledger is a [ledger.Ledger] in a file. It is safe for concurrent use. Close it.
type Ledger struct {
	path     string
	now      func() time.Time
	lock     *disk.Lock
	writer   *commit.Writer // nil for a [View], as is the queue
	queue    *commit.Queue
	pool     *sql.DB
	runs     sync.Map // run id to its runKey
	closed   atomic.Bool
	prepared statements
	desk     *desk // nil for a [View]
	author   atomic.Pointer[audit.Author]
}

var _ ledger.Ledger = (*Ledger)(nil)

// Open opens the ledger at path, or creates it and its directory, and keeps every other process out of it until
// [Ledger.Close]. It returns a [*ledger.LockedError] when one is in already, and otherwise a [*ledger.Error] that
// matches [ledger.ErrForeign], [ledger.ErrLink], [ledger.ErrNewer] or [ledger.ErrDamaged] when the file can't be used;
// it then has changed nothing in it.
func Open(path string, o Options) (*Ledger, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := disk.MakeParent(path); err != nil {
		return nil, disk.Explain(path, err)
	}
	path, err := disk.Resolve(path)
	if err == nil {
		err = disk.CheckLinks(path)
	}
	if err != nil {
		return nil, disk.Explain(path, err)
	}
	if o.journal == "" {
		o.journal = commit.Logged
		if disk.Remote(filepath.Dir(path)) {
			o.journal = "DELETE"
		}
	}
	held, err := disk.Acquire(path, o.Now())
	if err != nil {
		return nil, explainOpen(path, err)
	}
	l := &Ledger{path: path, now: o.Now, lock: held}
	ctx := context.Background()
	if err := l.open(ctx, o.journal); err != nil {
		return nil, errors.Join(disk.Explain(path, err), l.shut(ctx))
	}
	l.queue = commit.NewQueue(ctx, l.writer)
	return l, nil
}

// HeldBy returns which process seems to hold the ledger at path, and since when. Unlike [Open] it keeps nobody out meanwhile.
func HeldBy(path string) (pid int, since time.Time, held bool) {
	path, err := disk.Resolve(path)
	if err != nil {
		return 0, time.Time{}, false
	}
	by, held := disk.HeldBy(path)
	return by.PID, by.Since, held
}

// explainOpen keeps a [*ledger.LockedError] as it is: the file itself is fine.
func explainOpen(path string, err error) error {
	if _, ok := errors.AsType[*ledger.LockedError](err); ok {
		return err
	}
	return disk.Explain(path, err)
}

func (l *Ledger) open(ctx context.Context, journal string) error {
	if err := disk.Prepare(l.path); err != nil {
		return err
	}
	writer, err := commit.Open(ctx, l.path, journal, schema.Migrate)
	if err != nil {
		return err
	}
	l.writer = writer
	if err := l.prepared.prepare(ctx, writer); err != nil {
		return err
	}
	l.desk = &desk{prepared: &l.prepared}
	writer.Keep(l.desk)
	// The readers come after the writer: they find the file in its final journal mode.
	return l.openReaders(ctx, nil)
}

// View opens the ledger at path for looking only, beside the process that holds it: what is committed meanwhile shows.
// A ledger that an earlier version of this program wrote is brought up to date first, and one whose process died in the
// middle of a commit is put right, if nobody holds it. View makes no ledger: where there is none, or an empty file, which
// is one that was about to be made, the error matches [fs.ErrNotExist]. Everything that writes returns
// [ledger.ErrReadOnly]. A process that holds the ledger itself must not call View: on Unix, closing a second descriptor of
// a file drops the locks on it.
func View(path string) (*Ledger, error) {
	l, path, err := viewAsItIs(path, nil)
	if !errors.Is(err, errUnfinished) {
		return l, err
	}
	ctx := context.Background()
	whole, err := Open(path, Options{})
	if err == nil {
		err = whole.Close()
	}
	if err != nil {
		return nil, err
	}
	return viewWhole(ctx, path, nil)
}

// Peek is [View] that leaves everything as it is: it makes no file and takes no lock, and for a ledger that something has to be
// written to first it returns an error. What a process that is at work has written last may be missing.
func Peek(path string) (*Ledger, error) {
	l, _, err := viewAsItIs(path, still)
	if err != nil {
		return nil, err
	}
	if journal, err := os.Stat(l.path + "-journal"); err == nil && journal.Size() > 0 {
		return nil, errors.Join(disk.Explain(l.path, errUnfinished), l.Close())
	}
	return l, nil
}

// still says that nobody changes a file meanwhile: SQLite then locks nothing, and makes none beside it.
var still = url.Values{"immutable": {"1"}}

// viewAsItIs opens the ledger at path as it is, or returns [errUnfinished], and the path without symbolic links.
func viewAsItIs(path string, how url.Values) (*Ledger, string, error) {
	path, err := disk.Resolve(path)
	if err == nil {
		err = errors.Join(disk.CheckLinks(path), disk.CheckRegular(path))
	}
	if err != nil {
		return nil, path, disk.Explain(path, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, path, disk.Explain(path, err)
	}
	if err := errors.Join(disk.CheckHeader(file, path), file.Close()); err != nil {
		return nil, path, disk.Explain(path, err)
	}
	l, err := viewWhole(context.Background(), path, how)
	return l, path, err
}

// errUnfinished says that a ledger can be looked at only after something was written to it.
var errUnfinished = errors.New("something has to be written to the ledger first")

// viewWhole opens the readers of the ledger at path, or returns [errUnfinished], with nothing left open, for one of an
// earlier version or with a journal of changes that have to be taken back.
func viewWhole(ctx context.Context, path string, how url.Values) (*Ledger, error) {
	l, version, err := view(ctx, path, how)
	if disk.Code(err) == sqlite3.SQLITE_READONLY {
		return nil, errors.Join(errUnfinished, err)
	}
	if err != nil {
		return nil, err
	}
	old, err := schema.IsOld(version)
	switch {
	case err != nil:
	case version == 0:
		err = fs.ErrNotExist
	case old:
		err = errUnfinished
	default:
		return l, nil
	}
	return nil, errors.Join(disk.Explain(path, err), l.Close())
}

// view opens the readers of the ledger at path, and returns its version, 0 for an empty file.
func view(ctx context.Context, path string, how url.Values) (l *Ledger, version int, err error) {
	l = &Ledger{path: path, now: time.Now}
	if err = l.openReaders(ctx, how); err == nil {
		err = l.pool.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	}
	if err != nil {
		return nil, 0, errors.Join(disk.Explain(path, err), l.shut(ctx))
	}
	return l, version, nil
}

// openReaders opens the connections that only read.
func (l *Ledger) openReaders(ctx context.Context, how url.Values) error {
	values := url.Values{
		"mode": {"ro"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", commit.BusyTimeout.Milliseconds()),
			"cache_size(-256)", // KiB: a reading goes from front to back
		},
	}
	maps.Copy(values, how)
	connector, err := modernc.NewConnector(disk.Source(l.path, values))
	if err != nil {
		return err
	}
	l.pool = sql.OpenDB(connector)
	l.pool.SetMaxOpenConns(readers)
	l.pool.SetMaxIdleConns(readers)
	return l.pool.PingContext(ctx)
}

// Close implements [ledger.Ledger]: it also moves the write-ahead log into the file.
func (l *Ledger) Close() error {
	if !l.closed.CompareAndSwap(false, true) {
		return nil
	}
	if l.queue != nil {
		l.queue.Close()
	}
	return disk.Explain(l.path, l.shut(context.Background()))
}

// shut closes whatever is open, the lock last.
func (l *Ledger) shut(ctx context.Context) error {
	var errs []error
	if l.pool != nil {
		errs = append(errs, l.pool.Close())
	}
	if l.writer != nil {
		errs = append(errs, l.writer.Close(ctx))
	}
	if l.lock != nil {
		errs = append(errs, l.lock.Release())
	}
	return errors.Join(errs...)
}

// Path returns the absolute path of the file, without symbolic links.
func (l *Ledger) Path() string { return l.path }

// submit has a change written and waits for it.
func (l *Ledger) submit(ctx context.Context, apply func(context.Context, *commit.Writer) error) error {
	if l.queue == nil {
		return l.refuseView()
	}
	return l.queue.Submit(ctx, apply)
}

// change has a change written: it waits for it if then is nil, and otherwise has then told. One that is deferrable may wait
// for one that somebody waits for.
func (l *Ledger) change(ctx context.Context, then func(error), deferrable bool, apply func(context.Context, *commit.Writer) error) error {
	switch {
	case then == nil:
		return l.submit(ctx, apply)
	case l.queue == nil:
		return l.refuseView()
	}
	return l.queue.Enqueue(ctx, commit.Change{Apply: apply, Done: then, Deferrable: deferrable})
}

// refuseView says why a view writes nothing.
func (l *Ledger) refuseView() error {
	if l.closed.Load() {
		return disk.Explain(l.path, ledger.ErrClosed)
	}
	return disk.Explain(l.path, ledger.ErrReadOnly)
}

// alive says why nothing can be read any more.
func (l *Ledger) alive() error {
	if l.closed.Load() {
		return disk.Explain(l.path, ledger.ErrClosed)
	}
	return nil
}

// readError gives the words to an error of the read pool.
func (l *Ledger) readError(err error) error {
	if err != nil && l.closed.Load() {
		err = ledger.ErrClosed // what database/sql says then has no type
	}
	return disk.Explain(l.path, err)
}
