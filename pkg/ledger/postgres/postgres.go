// Package postgres keeps ledgers of many machines in one PostgreSQL database.
//
//	l, err := postgres.Open(ctx, "postgres://rollcall@db.example.com/rollcall", postgres.Options{})
//
// All that it keeps is in tables of one schema, which it makes and brings up to date. Many processes may have it open. Each
// organization has one of them at a time, see [ledger.Ledger.Enter]: entering takes a new epoch, and every later write checks,
// in its own transaction, that the epoch and its holder are still those of the organization. A holder that says nothing for
// half a minute by the database's clock may be replaced. Whether that was true decides only who works, never what is safe: of
// two that think they hold an organization, the older can write nothing.
//
// Claims and conclusions of many callers go out together, as one transaction in one round trip. A connection that breaks is
// replaced, and what was on its way is written again: each statement bears that. A session keeps no state between transactions, so a
// pool of connections may stand in between. The server must not lie about having written: with synchronous_commit off it
// does, and a replica that takes over must have been a synchronous one. A database that was restored from a backup, or a replica
// that was behind, has forgotten what was written last. On each new connection it is found out whether the database is another
// one than it was, see [Ledger.Lapse]: then whoever holds an organization has lost it, and no epoch is handed out twice.
//
// What is no UTF-8, and the character 0, is left out of all texts, as the database refuses it. A password is in no error.
//
// It has no example: it needs a server, which package postgrestest has for tests.
package postgres

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rollcall/pkg/audit"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Options are the choices of [Open]. The zero value works.
type Options struct {
	// Now is the clock behind the times of runs and claims; nil means [time.Now]. Who holds an organization goes by the clock of
	// the database.
	Now func() time.Time
	// Committed, if set, is told of each group of claims and conclusions that was written: how many there are in it, and how long
	// that took, tries that failed included. The group waits for it to return. It is called by several goroutines.
	Committed func(changes int, took time.Duration)

	// patience is how long a database that is away is asked again; zero means [patience].
	patience time.Duration
}

// Ledger is a [ledger.Ledger] in a database. It is safe for concurrent use. Close it.
type Ledger struct {
	*Database
	owns      bool // the database is closed with the ledger
	now       func() time.Time
	committed func(changes int, took time.Duration)
	patience  time.Duration
	// holder stands for this handle, host for its machine.
	holder uuid.UUID
	host   string

	closed atomic.Bool
	// made says that the tables are there that the database is compared by, partly that not all could be compared, and noticed that this
	// handle has found it to be another one.
	made, partly, noticed atomic.Bool
	author                atomic.Pointer[audit.Author]
	runs                  sync.Map // run id to its runKey
	// lines is the number of a line of the audit trail, before which nothing of a change is that has not been told yet.
	lines atomic.Int64

	mu      sync.Mutex
	writers map[record.Scope]*writer
	// beating ends the renewals of what is held, and closed says that they have ended.
	beating context.CancelFunc
	beats   chan struct{}
}

var _ ledger.Ledger = (*Ledger)(nil)

// Open opens the ledger in the database at an address, and makes it, or brings one of an earlier version up to date. It returns
// a [*ledger.Error], which matches [ledger.ErrUnreachable] where the database does not answer, and [ledger.ErrNewer] where a
// newer version of this program has been at work.
func Open(ctx context.Context, address string, o Options) (*Ledger, error) {
	d, err := Connect(ctx, address)
	if err != nil {
		return nil, err
	}
	l, err := On(ctx, d, o)
	if err != nil {
		d.Close()
		return nil, err
	}
	l.owns = true
	return l, nil
}

// On is [Open] in a database that is connected already. A process may have several ledgers on one, each of which is a holder
// of its own. Close the database after them.
func On(ctx context.Context, d *Database, o Options) (*Ledger, error) {
	l := newLedger(d, o)
	if err := l.migrate(ctx); err != nil {
		return nil, l.explain(err)
	}
	if err := l.again(ctx, l.recognize); err != nil {
		return nil, l.explain(err)
	}
	l.made.Store(true)
	return l, nil
}

// newLedger returns a handle on a database.
func newLedger(d *Database, o Options) *Ledger {
	l := &Ledger{Database: d, now: o.Now, committed: o.Committed, patience: o.patience, holder: uuid.New(), writers: map[record.Scope]*writer{}}
	if l.now == nil {
		l.now = time.Now
	}
	if l.committed == nil {
		l.committed = func(int, time.Duration) {}
	}
	if l.patience == 0 {
		l.patience = patience
	}
	l.host, _ = os.Hostname()
	if l.host == "" {
		l.host = "a machine without a name"
	}
	return l
}

// View opens the ledger in the database at an address for looking only; a replica that only reads will do. Everything that
// writes returns [ledger.ErrReadOnly]. Where there is no ledger, the error matches [fs.ErrNotExist]; one that an earlier version
// of this program has made is brought up to date first, unless it is to stay untouched, in which case that is an error.
func View(ctx context.Context, address string, untouched bool) (*Ledger, error) {
	d, err := connect(ctx, address, false, 0)
	if err != nil {
		return nil, err
	}
	l := newLedger(d, Options{})
	l.owns = true
	var version int
	err = l.again(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
		version, err = l.version(ctx, c)
		return err
	})
	switch {
	case err != nil:
		return nil, errors.Join(l.explain(err), l.Close())
	case version == known:
		return l, nil
	case untouched:
		return nil, errors.Join(l.explain(errors.New("it has to be brought up to date first")), l.Close())
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	whole, err := Open(ctx, address, Options{})
	if err != nil {
		return nil, err
	}
	if err := whole.Close(); err != nil {
		return nil, err
	}
	return View(ctx, address, true)
}

// Sign implements [ledger.Ledger].
func (l *Ledger) Sign(by audit.Author) { l.author.Store(&by) }

// closing is how long closing may take to let others in at once; they come in by themselves a little later.
const closing = 5 * time.Second

// Close implements [ledger.Ledger].
func (l *Ledger) Close() error {
	if !l.closed.CompareAndSwap(false, true) {
		return nil
	}
	l.mu.Lock()
	writers := l.writers
	l.writers = nil
	l.mu.Unlock()
	if l.beating != nil {
		l.beating()
		<-l.beats
	}
	for _, w := range writers {
		w.close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	for _, w := range writers {
		if w.holds() {
			_ = l.once(ctx, func(ctx context.Context, c *pgx.Conn) error { return w.release(ctx, c) })
		}
	}
	if l.owns {
		l.Database.Close()
	}
	return nil
}

// alive says why a ledger can't be written to.
func (l *Ledger) alive() error {
	switch {
	case l.closed.Load():
		return &ledger.Error{Path: l.public, Err: ledger.ErrClosed}
	case !l.writes:
		return &ledger.Error{Path: l.public, Err: ledger.ErrReadOnly}
	}
	return nil
}

// nonce returns a number that nobody else has.
func nonce() int64 {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	return int64(binary.LittleEndian.Uint64(random[:]) &^ (1 << 63))
}

// HeldBy returns who seems to hold an organization in the ledger at an address; nil is nobody, as far as can be told.
func HeldBy(ctx context.Context, address string, scope record.Scope) *ledger.LockedError {
	l, err := View(ctx, address, true)
	if err != nil {
		return nil
	}
	defer l.Close() //nolint:errcheck // it was only read
	held := &ledger.LockedError{Path: l.public}
	err = l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, l.sql(`SELECT host, process, since FROM @organization
			WHERE service = $1 AND organization = $2 AND held_until > clock_timestamp()`), cleaned(scope.Service), cleaned(scope.OrganizationID)).
			Scan(&held.Host, &held.PID, (*instant)(&held.Since))
	})
	if err != nil {
		return nil
	}
	return held
}
