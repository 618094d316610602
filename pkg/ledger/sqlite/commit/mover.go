package commit

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rollcall/pkg/ledger/sqlite/disk"
)

// How the log is moved into the file
//
// A commit that moves the log holds up all that are behind it for as long as many of them take. So that is done beside the
// writer, by a connection of its own. What was committed meanwhile is moved at last while the writer waits, which is little:
// then all of the log is in the file, and the next commit writes it from its beginning.

const (
	// pageBytes is how large a page of a new file is. Three texts of rows that wait to be sent have room in it, or one of rows that
	// were: in half of that it would be one of the first, with much room to spare, and none of the others.
	pageBytes = 8192
	// due is at about how many pages in the log they are moved: 8 MiB. The pages of the rows in flight are in it many times,
	// and are moved once.
	due = 1024
	// overdue is when a commit moves the log itself: 64 MiB.
	overdue = 8192
)

// mover moves the log of a writer into the file. End it with close.
type mover struct {
	writer *Writer
	work   chan struct{}
	enough chan struct{} // closed when nothing is to be moved any more
	ended  chan error
}

func newMover(ctx context.Context, w *Writer) *mover {
	m := &mover{writer: w, work: make(chan struct{}, 1), enough: make(chan struct{}), ended: make(chan error, 1)}
	go func() { m.ended <- m.run(ctx) }()
	return m
}

// wake has the log moved soon, unless the mover is closed: a commit may come after that.
func (m *mover) wake() {
	select {
	case m.work <- struct{}{}:
	default:
	}
}

// close returns when the log is not moved any more.
func (m *mover) close() error {
	close(m.enough)
	return <-m.ended
}

// run moves the log whenever it is woken, by a connection that is opened the first time.
func (m *mover) run(ctx context.Context) error {
	var beside driver.Conn
	for {
		select {
		case <-m.work:
		case <-m.enough:
			if beside == nil {
				return nil
			}
			return beside.Close()
		}
		var err error
		if beside == nil {
			beside, err = m.open(ctx)
		}
		if err == nil {
			err = move(ctx, beside)
		}
		m.finish(ctx, err)
	}
}

// open opens the connection beside that of the writer.
func (m *mover) open(ctx context.Context) (driver.Conn, error) {
	connector, err := sqlite.NewConnector(disk.Source(m.writer.path, url.Values{
		"mode": {"rw"},
		"_pragma": {
			fmt.Sprintf("busy_timeout(%d)", BusyTimeout.Milliseconds()), "synchronous(FULL)", "checkpoint_fullfsync(ON)",
			"wal_autocheckpoint(0)", "cache_size(-64)",
		},
	}))
	if err != nil {
		return nil, err
	}
	return connector.Connect(ctx)
}

// finish moves the rest while the writer waits. An error of the disk makes that untrustworthy for the writer, too; what else
// hinders the move, such as a disk that is full, hinders nothing else: all is on disk already, and the next one tries again.
func (m *mover) finish(ctx context.Context, err error) {
	w := m.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil || w.broken != nil {
		return
	}
	w.logged = 0
	if err == nil {
		err = move(ctx, w.conn)
	}
	if err = disk.Explain(w.path, err); disk.Code(err) == sqlite3.SQLITE_IOERR {
		w.broken = err
	}
}

// move moves what is in the log as long as nobody writes or reads an older state of the file.
func move(ctx context.Context, conn driver.Conn) error {
	queryer, ok := conn.(driver.QueryerContext)
	if !ok {
		return fmt.Errorf("the driver lacks methods: %T", conn)
	}
	rows, err := queryer.QueryContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)", nil)
	if err != nil {
		return err
	}
	return each(rows, func([]driver.Value) error { return nil })
}
