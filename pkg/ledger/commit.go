package ledger

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// maxGroup bounds how many changes wait in the queue, and how many go into one commit.
const maxGroup = 1024

// change is one operation on its way to the disk.
type change struct {
	apply func(context.Context, *writer) error
	// done is called with the result by the committer, which it must not hold up; it is nil when nobody wants to know.
	done func(error)
	// calm is set where nobody waits for the disk: the change may keep company with one for which somebody does.
	calm bool
}

// company is how long calm changes wait for one that is in a hurry. Whoever has just settled a row is about to claim
// the next one, and would otherwise find the disk busy with the first.
const company = 2 * time.Millisecond

// submit queues a change and waits until it is on disk. It returns ctx's error when ctx ends first: the change may
// be written all the same.
func (l *Ledger) submit(ctx context.Context, apply func(context.Context, *writer) error) error {
	done := make(chan error, 1)
	if err := l.enqueue(ctx, change{apply: apply, done: func(err error) { done <- err }}); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enqueue puts a change into the queue, or returns an error and has not.
func (l *Ledger) enqueue(ctx context.Context, c change) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.gate.RLock()
	defer l.gate.RUnlock()
	switch {
	case l.closed:
		return explain(l.path, ErrClosed)
	case l.readOnly:
		return explain(l.path, ErrReadOnly)
	}
	select {
	case l.queue <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commitGroups is the goroutine between the callers and the disk: one commit carries whatever was queued while the
// last one was being written. It ends when the queue is closed and empty.
func (l *Ledger) commitGroups(ctx context.Context) {
	defer close(l.drained)
	group := make([]change, 0, maxGroup)
	for first := range l.queue {
		group = l.gather(append(group[:0], first))
		l.disk.mu.Lock()
		l.commitGroup(ctx, group)
		l.disk.mu.Unlock()
		clear(group)
	}
}

// gather adds to group what else is in the queue, once something in it is in a hurry or has waited long enough.
func (l *Ledger) gather(group []change) []change {
	if group[0].calm {
		group = l.await(group)
	}
	// The callers that the last commit has just released are about to queue again: without letting them, every
	// second group would hold a single change.
	runtime.Gosched()
	for len(group) < maxGroup {
		select {
		case c, ok := <-l.queue:
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

// await adds changes to a group of calm ones until one is in a hurry.
func (l *Ledger) await(group []change) []change {
	enough := time.NewTimer(company)
	defer enough.Stop()
	for len(group) < maxGroup {
		select {
		case c, ok := <-l.queue:
			if !ok {
				return group
			}
			if group = append(group, c); !c.calm {
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
func (l *Ledger) commitGroup(ctx context.Context, group []change) {
	err := l.disk.transact(ctx, func() error {
		for _, c := range group {
			if err := c.apply(ctx, l.disk); err != nil {
				return err
			}
		}
		return nil
	})
	if _, refused := errors.AsType[*RowError](err); refused && len(group) > 1 {
		for i := range group {
			l.commitGroup(ctx, group[i:i+1])
		}
		return
	}
	for _, c := range group {
		if c.done != nil {
			c.done(err)
		}
	}
}
