package paging

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Reader reads one list once. It is not safe for concurrent use.
type Reader[T any] struct {
	options Options[T]
	memory  *memory
	passes  int32
	began   time.Time
	// opening is the first pass if it has begun, by its first page.
	opening *collector[T]
}

// New returns a reader of a list.
func New[T any](o Options[T]) *Reader[T] {
	o = o.withDefaults()
	return &Reader[T]{options: o, memory: newMemory(), began: time.Now()}
}

// First reads the first page alone and returns how many items the list has by the service's word, 0 if it does not say.
// The items of the page have been kept by then; [Reader.Read] reads the rest.
func (r *Reader[T]) First(ctx context.Context) (total int, err error) {
	r.opening = r.collector()
	first := r.turn(window{0, r.options.Size})
	r.opening.expect(first)
	r.ask(ctx, first, func() {})
	r.opening.take(first)
	r.options.Page()
	return first.total, r.opening.err
}

// Read reads the list, as often as it takes to be certain that nobody was missed, or to see that this can't be. Its
// errors are those of the calls, [ErrEndless] and [ErrRepeats].
func (r *Reader[T]) Read(ctx context.Context) (Result, error) {
	if r.opening == nil {
		if _, err := r.First(ctx); err != nil {
			return Result{}, err
		}
	}
	j := judge{size: r.options.Size}
	m := mode{size: r.options.Size, overlap: r.opening.turns[0].total == 0 && !r.options.Once}
	for {
		p, err := r.pass(ctx, m)
		if err != nil {
			return Result{}, err
		}
		next, done, why := j.after(p, len(r.memory.seen))
		switch {
		case done:
		case r.options.Once:
			done, why = true, "was read once"
		case time.Since(r.began) > r.options.Longest:
			done, why = true, "was read for "+r.options.Longest.String()+" without standing still"
		}
		if done {
			known := len(r.memory.seen)
			return Result{
				Stable: why == "", Why: why, Counted: j.counted(p, known), Shown: p.distinctAtLeast(known), Total: p.total(),
			}, nil
		}
		m = next
		r.options.Pass()
	}
}

// Done reports whether the list has been read, rather than its first page alone or nothing of it.
func (r *Reader[T]) Done() bool { return r.passes > 0 && r.opening == nil }

// pass goes through the list once. Each call runs in a goroutine of its own, and all of them have ended when it
// returns.
func (r *Reader[T]) pass(ctx context.Context, m mode) (*pass, error) {
	c, s := r.opening, &scheduler{mode: m, parallel: r.options.Parallel, shortEnds: r.options.ShortEnds}
	r.opening = nil
	if c == nil {
		c = r.collector()
	}
	c.pass.mode = m
	if m.serial {
		s.parallel = 1
	}
	for _, t := range c.turns { // has been read already
		s.asked(t.window)
		s.back()
		s.total, s.nearEnd, s.over = t.total, c.nearEnd(), c.over()
	}
	back, left := make(chan *turn[T]), make(chan struct{}, 1)
	for {
		if w, ok := s.next(); ok {
			t := r.turn(w)
			c.expect(t)
			turnCtx, stop := context.WithCancel(ctx)
			t.stop = stop
			go func() {
				r.ask(turnCtx, t, func() { left <- struct{}{} })
				back <- t
			}()
			continue
		}
		if s.idle() {
			return &c.pass, c.err
		}
		select {
		case <-left:
			s.left()
		case t := <-back:
			t.stop()
			s.back()
			c.take(t)
			r.bound(c)
			if t.err == nil {
				s.total = t.total
				r.options.Page()
			} else if slices.Contains(c.turns, t) {
				s.over = true // nothing behind it is of any use
			}
			if w, ok := c.confirm(); ok {
				s.confirm, s.over = w, false
			}
			s.nearEnd = c.nearEnd()
			if c.over() {
				s.over = true
				c.drop()
			}
		}
	}
}

// bound gives up on a pass that takes too long.
func (r *Reader[T]) bound(c *collector[T]) {
	switch {
	case c.over() || time.Since(r.began) <= r.options.Longest:
	case c.opening:
		c.err = fmt.Errorf("read %s: %w: it was read for %s", c.name, ErrEndless, r.options.Longest)
	default:
		c.ended, c.pass.cut = true, true
	}
}

// ask makes the call of a turn. It says once when the call leaves, or when it never will.
func (r *Reader[T]) ask(ctx context.Context, t *turn[T], leaves func()) {
	leave := sync.OnceFunc(leaves)
	defer leave()
	var answer Answer[T]
	t.err = r.options.Call(ctx, func(ctx context.Context) (err error) {
		leave()
		answer, err = r.options.Ask(ctx, t.page())
		return err
	})
	if t.err != nil {
		t.refused = t.start > 0 && r.options.NoPage(t.err)
		return
	}
	t.items, t.total, t.count = answer.Items, answer.Total, max(answer.Count, len(answer.Items))
	t.ids = make([]uint64, len(t.items))
	for i, item := range t.items {
		t.ids[i] = r.memory.hash(r.options.ID(item))
	}
}

func (r *Reader[T]) turn(w window) *turn[T] {
	return &turn[T]{view: view{window: w}, stop: func() {}}
}

// collector returns the collector of the next pass.
func (r *Reader[T]) collector() *collector[T] {
	r.passes++
	return &collector[T]{
		name: r.options.Name, memory: r.memory, keep: r.options.Keep, most: r.options.Most,
		shortEnds: r.options.ShortEnds, number: r.passes, opening: r.passes == 1,
	}
}
