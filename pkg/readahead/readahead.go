// Package readahead reads a sequence in a goroutine of its own, so that the next values are made while the last ones are used.
//
//	for entry, err := range readahead.Of(roster.Entries(ctx)) {
//		…
//	}
//
// A value that is good only until the next one cannot be read ahead.
package readahead

import (
	"errors"
	"iter"
	"sync"
)

const (
	// together is how many values are handed over at a time: one by one would cost more than making them does.
	together = 64
	// lots is how many times as many may be waiting.
	lots = 2
)

// errCutShort is what a loop panics with if what makes the values has ended its goroutine.
var errCutShort = errors.New("readahead: the values have ended without a word")

// lot is some values that are handed over together, and what comes behind them.
type lot[T any] struct {
	values []T
	// last is the value that came with err, which ends the loop.
	last T
	err  error
	// panicked is what the making of the values has panicked with; nil if it has not.
	panicked any
}

// Of yields what values does, up to the first error. When the loop ends, values is not at work any more, and if it has
// panicked, the loop does.
func Of[T any](values iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		full, spare := make(chan lot[T], lots), make(chan []T, lots+1)
		enough := make(chan struct{})
		var making sync.WaitGroup
		making.Go(func() { fill(values, full, spare, enough) })
		defer making.Wait()
		defer close(enough)
		for l := range full {
			for _, value := range l.values {
				if !yield(value, nil) {
					return
				}
			}
			switch {
			case l.panicked != nil:
				panic(l.panicked)
			case l.err != nil:
				yield(l.last, l.err)
				return
			}
			spare <- l.values[:0]
		}
	}
}

// fill hands over all values, until there is enough.
func fill[T any](values iter.Seq2[T, error], full chan<- lot[T], spare <-chan []T, enough <-chan struct{}) {
	defer close(full)
	next, done := lot[T]{}, false
	handOver := func() (more bool) {
		select {
		case full <- next:
		case <-enough:
			return false
		}
		next = lot[T]{}
		select {
		case next.values = <-spare:
		default:
			next.values = make([]T, 0, together)
		}
		return true
	}
	defer func() {
		if !done {
			if next.panicked = recover(); next.panicked == nil {
				next.panicked = errCutShort
			}
		}
		handOver()
	}()
	for value, err := range values {
		if err != nil {
			next.last, next.err = value, err
			break
		}
		if next.values = append(next.values, value); len(next.values) >= together && !handOver() {
			break
		}
	}
	done = true
}
