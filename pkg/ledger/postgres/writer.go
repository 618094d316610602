package postgres

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// maxGroup bounds how many changes wait in a queue, and how many go out at once.
const maxGroup = 1024

// commitDelay is how long conclusions that nobody waits for wait for a claim that somebody waits for. Whoever has just concluded
// a row is about to claim the next one, and would otherwise find the connection busy with the first.
const commitDelay = 2 * time.Millisecond

// change is claims or conclusions on their way to the database.
type change struct {
	claims      []claim
	conclusions []conclusion
	// done is called with the result by the writer, which it must not hold up.
	done func(error)
	// waits says that somebody waits for it.
	waits bool
}

// writer carries what is written in one scope to the database: claims and conclusions of many callers in groups, one of which
// carries whatever was queued while the last one was away, and everything else alone.
type writer struct {
	l     *Ledger
	scope record.Scope
	// mu is held by whoever writes.
	mu sync.Mutex
	// state guards the tenure.
	state  sync.Mutex
	tenure tenure
	// gate is held for reading while something is put into the queue, so that close can close the queue.
	gate    sync.RWMutex
	closed  bool
	changes chan change
	drained chan struct{}
	// next was taken from the queue, and goes out after what it must not go with.
	next *change
}

// writer returns the writer of a scope.
func (l *Ledger) writer(scope record.Scope) (*writer, error) {
	if err := l.alive(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers == nil {
		return nil, &ledger.Error{Path: l.public, Err: ledger.ErrClosed}
	}
	w := l.writers[scope]
	if w == nil {
		w = &writer{l: l, scope: scope, changes: make(chan change, maxGroup), drained: make(chan struct{})}
		l.writers[scope] = w
		go w.work(context.Background())
	}
	return w, nil
}

// close waits until everything that is queued was written, or can't be.
func (w *writer) close() {
	w.gate.Lock()
	w.closed = true
	close(w.changes)
	w.gate.Unlock()
	<-w.drained
}

// enqueue puts a change into the queue, or returns an error and has not.
func (w *writer) enqueue(ctx context.Context, c change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.gate.RLock()
	defer w.gate.RUnlock()
	if w.closed {
		return &ledger.Error{Path: w.l.public, Err: ledger.ErrClosed}
	}
	select {
	case w.changes <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// submit has a change written, and waits for it if then is nil. It returns ctx's error when ctx ends first: the change may be
// written all the same.
func (w *writer) submit(ctx context.Context, then func(error), c change) error {
	if c.done = then; then != nil {
		return w.enqueue(ctx, c)
	}
	done := make(chan error, 1)
	c.waits, c.done = true, func(err error) { done <- err }
	if err := w.enqueue(ctx, c); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// flush waits until what was queued is written.
func (w *writer) flush(ctx context.Context) error { return w.submit(ctx, nil, change{}) }

// work is the goroutine between the callers and the database. It ends when the queue is closed and empty.
func (w *writer) work(ctx context.Context) {
	defer close(w.drained)
	for {
		first, ok := w.take()
		if !ok {
			return
		}
		g := w.gather(first)
		w.mu.Lock()
		w.commit(ctx, g)
		w.mu.Unlock()
	}
}

// take returns what is to be written next.
func (w *writer) take() (change, bool) {
	if c := w.next; c != nil {
		w.next = nil
		return *c, true
	}
	c, ok := <-w.changes
	return c, ok
}

// gather returns a group of what is in the queue, once somebody waits for one of them or they have waited long enough.
func (w *writer) gather(first change) *group {
	g := newGroup()
	g.add(first)
	if !first.waits && len(first.claims) == 0 {
		enough := time.NewTimer(commitDelay)
		defer enough.Stop()
		for waiting := true; waiting && len(g.changes) < maxGroup; {
			select {
			case c, ok := <-w.changes:
				if !ok {
					return g
				}
				if !g.add(c) {
					w.next = &c
					return g
				}
				waiting = !c.waits && len(c.claims) == 0
			case <-enough.C:
				waiting = false
			}
		}
	}
	// The callers that the last group has just released are about to queue again: without letting them, every second group
	// would hold a single change.
	runtime.Gosched()
	for len(g.changes) < maxGroup {
		select {
		case c, ok := <-w.changes:
			if !ok {
				return g
			}
			if !g.add(c) {
				w.next = &c
				return g
			}
		default:
			return g
		}
	}
	return g
}

// commit writes a group and tells everybody in it. Where the database refuses the group for anything but its connection, which no row
// is to lead to, each change is tried alone, in the same order, so that the others don't pay for it.
func (w *writer) commit(ctx context.Context, g *group) {
	if g.empty() {
		g.tell(nil)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, w.l.patience)
	defer cancel()
	err := w.write(ctx, g)
	switch {
	case err == nil:
		g.tell(nil)
	case len(g.changes) > 1 && !errors.Is(err, ledger.ErrFenced) && !errors.Is(err, ledger.ErrUnreachable) && !isA[*ledger.LockedError](err):
		for _, c := range g.changes {
			alone := newGroup()
			alone.add(c)
			w.commit(context.WithoutCancel(ctx), alone)
		}
	default:
		g.tell(err)
	}
}

// write writes a group.
func (w *writer) write(ctx context.Context, g *group) error {
	if err := w.mayWrite(ctx); err != nil {
		return w.l.explain(err)
	}
	g.form(w)
	attempts, began := 0, time.Now()
	err := w.l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		attempts++
		return g.send(ctx, c, w, attempts > 1)
	})
	if err == nil {
		w.l.committed(len(g.concluded)+len(g.people), time.Since(began))
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.Join(ledger.ErrUnreachable, err)
	}
	return w.notice(err)
}

// mayWrite says why the writer may not write, and enters the scope if that was not done.
func (w *writer) mayWrite(ctx context.Context) error {
	if t := w.now(); t.over != nil || t.entered {
		return t.over
	}
	_, err := w.enter(ctx, false)
	return err
}

// notice gives an error its form, and notes that the organization is lost.
func (w *writer) notice(err error) error {
	err = w.l.explain(err)
	if errors.Is(err, ledger.ErrFenced) {
		w.lose()
	}
	return err
}

// alone has work done in a transaction of its own, after all that was queued. It may be done again when the connection breaks,
// but not once it was written.
func (w *writer) alone(ctx context.Context, work func(ctx context.Context, tx pgx.Tx, organization int64) error) error {
	if err := w.flush(ctx); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.mayWrite(ctx); err != nil {
		return err
	}
	t, this := w.now(), nonce()
	return w.notice(w.l.again(ctx, func(ctx context.Context, c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			var last int64
			err := tx.QueryRow(ctx, w.l.sql(`UPDATE @organization o SET change = $4 FROM (SELECT change FROM @organization WHERE key = $1 FOR UPDATE) was
				WHERE o.key = $1 AND epoch = $2 AND holder = $3 RETURNING was.change`), t.key, t.epoch, w.l.holder, this).Scan(&last)
			switch {
			case errors.Is(err, pgx.ErrNoRows):
				return ledger.ErrFenced
			case err != nil || last == this: // then it was written, and only the answer was lost
				return err
			}
			return work(ctx, tx, t.key)
		})
	}))
}
