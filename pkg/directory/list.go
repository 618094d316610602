package directory

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"rollcall/pkg/cybedefend"
)

const (
	// maxPasses bounds how often a list is read in search of a moment in which it stands still.
	maxPasses = 5
	// maxRepeats bounds how many full pages in a row may repeat what earlier pages showed: a service that ignores the
	// page number would otherwise be read for ever.
	maxRepeats = 3
)

// list is a list of the service on its way here. It is read once.
type list[T any] struct {
	name string
	// call makes a call, as [Options.Call] does, and ask is the call. Both are safe for concurrent use. The total is 0
	// where the service does not tell it.
	call func(ctx context.Context, call func(context.Context) error) error
	ask  func(ctx context.Context, page cybedefend.Page) (items []T, total int, err error)
	// id tells items apart. One that has changed in a way that matters is another one.
	id func(T) string
	// keep takes in an item that was not seen before, and turned is told about each page.
	keep   func(T)
	turned func()
	// parallel is how many calls may be in flight.
	parallel int

	known map[string]bool
	// first is the first page, if it was read ahead of the first pass.
	first *turn
}

// turn is a window that was asked for.
type turn struct {
	view
	err  error
	stop context.CancelFunc
}

// answer is what came of a turn.
type answer[T any] struct {
	turn  *turn
	items []T
	total int
	err   error
}

// begin reads the first page and returns how many items there are, 0 if the service does not say.
func (l *list[T]) begin(ctx context.Context) (total int, err error) {
	l.known = map[string]bool{}
	l.first = &turn{view: view{window: whole}, stop: func() {}}
	l.take(l.fetch(ctx, l.first, func() {}))
	return l.first.total, l.first.err
}

// read reads the list, and reports whether nobody can have been missed.
func (l *list[T]) read(ctx context.Context) (stable bool, err error) {
	if l.first == nil {
		if _, err := l.begin(ctx); err != nil {
			return false, err
		}
	}
	next := overlapping
	if l.first.total > 0 {
		next = beside
	}
	var tiles []view // the last pass in pages of one size
	for n := range maxPasses {
		views, fresh, err := l.pass(ctx, next, n == 0)
		if err != nil {
			return false, err
		}
		if inPlace(views) || counted(views) || n > 0 && fresh == 0 && linked(views) || tiles != nil && same(tiles, views) {
			return true, nil
		}
		switch {
		case tiles != nil:
			tiles = views
		case slices.ContainsFunc(views, view.oversize):
			next, tiles = beside, []view{}
		default:
			next = overlapping
		}
	}
	return false, nil
}

// pass goes through the list once and returns what it showed, and how many items had not been seen before. Pages are
// asked for ahead, since only the last one tells that it is the last, but never more than have been answered; and only
// one call at a time waits for the pace.
func (l *list[T]) pass(ctx context.Context, next func(window) window, first bool) (views []view, fresh int, err error) {
	var turns []*turn
	back, left := make(chan answer[T]), make(chan struct{}, 1)
	inFlight, answered, repeats, total := 0, 0, 0, 0
	waiting, over := false, false
	if l.first != nil {
		turns, answered, total, over = append(turns, l.first), 1, l.first.total, l.first.last()
		l.first = nil
	}
	for {
		if !over && !waiting && inFlight < min(l.parallel, max(1, answered)) {
			w := whole
			if len(turns) > 0 {
				w = next(turns[len(turns)-1].window)
			}
			if over = total > 0 && w.start >= total; over {
				continue
			}
			turnCtx, stop := context.WithCancel(ctx)
			t := &turn{view: view{window: w}, stop: stop}
			turns, inFlight, waiting = append(turns, t), inFlight+1, true
			go func() { back <- l.fetch(turnCtx, t, func() { left <- struct{}{} }) }()
			continue
		}
		if inFlight == 0 && !waiting {
			break
		}
		select {
		case <-left:
			waiting = false
		case a := <-back:
			inFlight--
			answered++
			found := l.take(a)
			fresh += found
			if total = a.total; found > 0 || len(a.items) < a.turn.size {
				repeats = 0
			} else if repeats++; first && repeats > maxRepeats {
				a.turn.err = fmt.Errorf("read %s: pages repeat the pages before them", l.name)
			}
			if a.turn.err != nil || a.turn.last() {
				over = true
				for _, later := range turns[slices.Index(turns, a.turn)+1:] {
					later.stop()
				}
			}
		}
	}
	for _, t := range turns {
		t.stop()
	}
	for _, t := range turns {
		if t.err != nil {
			return nil, 0, t.err
		}
		if views = append(views, t.view); t.last() {
			break
		}
	}
	return views, fresh, nil
}

// fetch makes the call of a turn. It says once when the call leaves, or when it never will.
func (l *list[T]) fetch(ctx context.Context, t *turn, leaves func()) answer[T] {
	a := answer[T]{turn: t}
	leave := sync.OnceFunc(leaves)
	defer leave()
	a.err = l.call(ctx, func(ctx context.Context) (err error) {
		leave()
		a.items, a.total, err = l.ask(ctx, t.page())
		return err
	})
	return a
}

// take takes in what came of a turn, and returns how many items had not been seen before.
func (l *list[T]) take(a answer[T]) (fresh int) {
	if a.err != nil {
		a.turn.err = fmt.Errorf("read %s from number %d: %w", l.name, a.turn.start+1, a.err)
		return 0
	}
	a.turn.total = a.total
	for _, item := range a.items {
		id := l.id(item)
		a.turn.ids = append(a.turn.ids, id)
		if !l.known[id] {
			l.known[id] = true
			fresh++
			l.keep(item)
		}
	}
	l.turned()
	return fresh
}
