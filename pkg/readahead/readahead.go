// Package readahead reads a sequence in goroutines of its own, so that the next values are made while the last ones are used.
//
//	for entry, err := range readahead.Of(roster.Entries(ctx)) {
//		…
//	}
//
// A value that is good only until the next one cannot be read ahead.
package readahead

import (
	"iter"
	"sync"

	"rollcall/pkg/panics"
)

const (
	// together is how many values are handed over at a time: one by one would cost more than making them does.
	together = 64
	// lots is how many times as many may be waiting.
	lots = 2
)

// Of yields what values does, up to the first error. When the loop ends, values is not at work any more, and if it has
// panicked, the loop does.
func Of[T any](values iter.Seq2[T, error]) iter.Seq2[T, error] {
	return Map(values, func(value T) T { return value })
}

// Map is [Of] for what becomes of each value by a function, which is called for several at the same time. The value that
// comes with an error is zero.
func Map[T, U any](values iter.Seq2[T, error], by func(T) U) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		r := reading[T, U]{
			by: by, full: make(chan *lot[T, U], lots), spare: make(chan *lot[T, U], lots+2), enough: make(chan struct{}),
		}
		r.making.Go(func() { r.read(values) })
		defer r.making.Wait()
		defer close(r.enough)
		for l := range r.full {
			<-l.made
			for _, value := range l.values {
				if !yield(value, nil) {
					return
				}
			}
			panics.Rethrow(l.panicked)
			if l.err != nil {
				var none U
				yield(none, l.err)
				return
			}
			r.spare <- l
		}
	}
}

// lot is some values that are handed over together, and what comes behind them.
type lot[T, U any] struct {
	from   []T
	values []U
	// made tells once that all values are there.
	made chan struct{}
	err  error
	// panicked is what the making of the values has panicked with; nil if it has not.
	panicked any
}

// reading is one loop's.
type reading[T, U any] struct {
	by          func(T) U
	full, spare chan *lot[T, U]
	enough      chan struct{} // closed when the loop has ended
	making      sync.WaitGroup
}

// read hands over all values, until there is enough.
func (r *reading[T, U]) read(values iter.Seq2[T, error]) {
	defer close(r.full)
	next := r.empty()
	var panicked any
	defer func() {
		next.panicked = panicked
		r.handOver(next)
	}()
	panics.Catch(&panicked, func() {
		for value, err := range values {
			if next.err = err; err != nil {
				return
			}
			if next.from = append(next.from, value); len(next.from) < together {
				continue
			}
			more := r.handOver(next)
			if next = r.empty(); !more {
				return
			}
		}
	})
}

// empty returns a lot without values.
func (r *reading[T, U]) empty() *lot[T, U] {
	select {
	case l := <-r.spare:
		*l = lot[T, U]{from: l.from[:0], values: l.values[:0], made: l.made}
		return l
	default:
		return &lot[T, U]{from: make([]T, 0, together), values: make([]U, 0, together), made: make(chan struct{}, 1)}
	}
}

// handOver has the loop take a lot, whose values are made meanwhile. There is no more if the loop has ended.
func (r *reading[T, U]) handOver(l *lot[T, U]) (more bool) {
	select {
	case r.full <- l:
	case <-r.enough:
		return false
	}
	r.making.Go(func() {
		defer func() { l.made <- struct{}{} }()
		panics.Catch(&l.panicked, func() {
			for _, value := range l.from {
				l.values = append(l.values, r.by(value))
			}
		})
	})
	return true
}
