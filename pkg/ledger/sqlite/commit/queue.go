package commit

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite/disk"
)

// maxGroup bounds how many changes wait in the queue, and how many go into one commit.
const maxGroup = 1024

// commitDelay is how long deferrable changes wait for one that somebody waits for. Whoever has just concluded a row is
// about to claim the next one, and would otherwise find the disk busy with the first.
const commitDelay = 2 * time.Millisecond

// Change is one operation on its way to the disk.
type Change struct {
	// Apply does the work inside the transaction of the group. It may be called again when the group was refused.
	Apply func(context.Context, *Writer) error
	// Done is called with the result by the committer, which it must not hold up; it is nil when nobody wants to know.
	Done func(error)
	// Deferrable is set where nobody waits for the disk: the change may wait for one that somebody waits for.
	Deferrable bool
}

// Queue carries the changes of many callers to the disk in groups: one commit carries whatever was queued while the last
// one was being written. It is safe for concurrent use. Close it.
type Queue struct {
	disk *Writer
	// gate is held for reading while something is put into the queue, so that Close can close the queue.
	gate    sync.RWMutex
	closed  bool
	changes chan Change
	drained chan struct{}
}

// NewQueue starts the goroutine that writes what is queued by the writer. It ends with [Queue.Close].
func NewQueue(ctx context.Context, w *Writer) *Queue {
	q := &Queue{disk: w, changes: make(chan Change, maxGroup), drained: make(chan struct{})}
	go q.commitGroups(ctx)
	return q
}

// Close waits until everything that is queued is written. What comes later is refused with [ledger.ErrClosed]. Call it
// once.
func (q *Queue) Close() {
	q.gate.Lock()
	q.closed = true
	close(q.changes)
	q.gate.Unlock()
	<-q.drained
}

// Submit queues a change and waits until it is on disk. It returns ctx's error when ctx ends first: the change may
// be written all the same.
func (q *Queue) Submit(ctx context.Context, apply func(context.Context, *Writer) error) error {
	done := make(chan error, 1)
	if err := q.Enqueue(ctx, Change{Apply: apply, Done: func(err error) { done <- err }}); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Enqueue puts a change into the queue, or returns an error and has not.
func (q *Queue) Enqueue(ctx context.Context, c Change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.gate.RLock()
	defer q.gate.RUnlock()
	if q.closed {
		return disk.Explain(q.disk.path, ledger.ErrClosed)
	}
	select {
	case q.changes <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commitGroups is the goroutine between the callers and the disk: one commit carries whatever was queued while the
// last one was being written. It ends when the queue is closed and empty.
func (q *Queue) commitGroups(ctx context.Context) {
	defer close(q.drained)
	group := make([]Change, 0, maxGroup)
	for first := range q.changes {
		group = q.gather(append(group[:0], first))
		q.disk.mu.Lock()
		q.commitGroup(ctx, group)
		q.disk.mu.Unlock()
		clear(group)
	}
}

// gather adds to group what else is in the queue, once somebody waits for one of them or they have waited long enough.
func (q *Queue) gather(group []Change) []Change {
	if group[0].Deferrable {
		group = q.await(group)
	}
	// The callers that the last commit has just released are about to queue again: without letting them, every
	// second group would hold a single change.
	runtime.Gosched()
	for len(group) < maxGroup {
		select {
		case c, ok := <-q.changes:
			if !ok {
				return group
			}
			group = append(group, c)
		default:
			return group
		}
	}
	return group
}

// await adds changes to a group of deferrable ones until somebody waits for one.
func (q *Queue) await(group []Change) []Change {
	enough := time.NewTimer(commitDelay)
	defer enough.Stop()
	for len(group) < maxGroup {
		select {
		case c, ok := <-q.changes:
			if !ok {
				return group
			}
			if group = append(group, c); !c.Deferrable {
				return group
			}
		case <-enough.C:
			return group
		}
	}
	return group
}

// commitGroup writes a group and tells everybody in it. When one change is refused because of its row, each is
// tried alone, in the same order, so that the others don't pay for it.
func (q *Queue) commitGroup(ctx context.Context, group []Change) {
	err := q.disk.Transact(ctx, func() error {
		for _, c := range group {
			if err := c.Apply(ctx, q.disk); err != nil {
				return err
			}
		}
		return nil
	})
	if _, refused := errors.AsType[*ledger.RowError](err); refused && len(group) > 1 {
		for i := range group {
			q.commitGroup(ctx, group[i:i+1])
		}
		return
	}
	for _, c := range group {
		if c.Done != nil {
			c.Done(err)
		}
	}
}
