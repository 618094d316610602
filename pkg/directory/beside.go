package directory

import (
	"context"
	"sync"
)

// How members are read beside the invitations
//
// Somebody who accepts an invitation goes from one list to the other. Whoever is read as a member after the invitations have
// been read is then seen twice instead of not at all, but the service stands idle while the one list ends and the other
// begins. So the members are read beside the invitations, which is as good as long as their totals say that nobody is missing:
// a page of members that is asked for after the last invitation tells a total with everybody who has accepted, and as many
// different members were shown as that. What a total cannot see is somebody who leaves between two pages of members while
// somebody else accepts; so no more than a few pages of invitations come between two pages of members. Where any of that does
// not hold in the end, the members are read once more.

const (
	// manyPages is how many pages of members it takes to read them beside the invitations. Fewer of them cost little.
	manyPages = 40
	// mostBetween is how many pages of invitations come between two pages of members as a rule, and longestPause how many may:
	// pages are in flight together.
	mostBetween  = 16
	longestPause = 2 * mostBetween
)

// beside says when pages of members are asked for while invitations are being read. It is safe for concurrent use.
type beside struct {
	mu sync.Mutex
	// invitations counts the pages of invitations that have come, and done says that these were all.
	invitations int
	done        bool
	// pages is how many pages of members there are, 0 while that is not known, and asked counts those that were asked for.
	pages, asked int
	// last is the number of invitations when the last of them was asked for, and paused the most that have come between two.
	last, paused int
	// closed says that a page of members was asked for after the last invitation, and late that the members were read from
	// their beginning after it.
	closed, late bool
	// wake is closed when anything of that changes.
	wake chan struct{}
}

func newBeside() *beside { return &beside{wake: make(chan struct{})} }

// change changes what decides who waits.
func (b *beside) change(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	close(b.wake)
	b.wake = make(chan struct{})
}

// came notes that a page of invitations has come.
func (b *beside) came() { b.change(func() { b.invitations++ }) }

// end notes that the invitations have been read.
func (b *beside) end() { b.change(func() { b.done = true }) }

// again notes that the members are read once more from their beginning.
func (b *beside) again() { b.change(func() { b.late = b.done }) }

// begin has so many pages of members be read beside the invitations.
func (b *beside) begin(pages int) { b.change(func() { b.pages = pages }) }

// lists reports whether the members are being listed meanwhile.
func (b *beside) lists() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pages > 0
}

// mayAsk reports whether a page of members may be asked for now: the first one, then one half of them, of the other half one
// now and then, since some have to be left for the time after the last invitation.
func (b *beside) mayAsk() bool {
	return b.done || b.asked < max(1, b.pages/2+b.invitations/mostBetween)
}

// ask waits until a page of members may be asked for, and counts it.
func (b *beside) ask(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.mayAsk() {
		wake := b.wake
		b.mu.Unlock()
		select {
		case <-wake:
		case <-ctx.Done():
		}
		b.mu.Lock()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if b.asked++; b.asked > 1 {
		b.paused = max(b.paused, b.invitations-b.last)
	}
	b.last, b.closed = b.invitations, b.done
	return nil
}

// wait waits until the invitations have been read.
func (b *beside) wait(ctx context.Context) error {
	for {
		b.mu.Lock()
		done, wake := b.done, b.wake
		b.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// goesOn reports whether what was read of the members counts if more of them is read now.
func (b *beside) goesOn() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.paused, b.invitations-b.last) <= longestPause
}

// misses reports whether somebody who has accepted meanwhile can have been missed by a list of members that is stable, by its
// totals or in another way.
func (b *beside) misses(counted bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.late && (!counted || !b.closed || b.paused > longestPause)
}

// wrap returns what makes a call of the members' list, once that may be made.
func (b *beside) wrap(call callFunc) callFunc {
	return func(ctx context.Context, inner func(context.Context) error) error {
		if err := b.ask(ctx); err != nil {
			return err
		}
		return call(ctx, inner)
	}
}

// callFunc makes a call, see [Options.Call].
type callFunc = func(ctx context.Context, call func(context.Context) error) error

// together returns what makes calls for several lists at once: no more of them are in flight together than may be, and one
// at a time waits for its turn, so that all lists go on.
func together(parallel int, call callFunc) callFunc {
	slots, turn := make(chan struct{}, parallel), make(chan struct{}, 1)
	take := func(ctx context.Context, from chan struct{}) error {
		select {
		case from <- struct{}{}:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return func(ctx context.Context, inner func(context.Context) error) error {
		if err := take(ctx, slots); err != nil {
			return err
		}
		defer func() { <-slots }()
		if err := take(ctx, turn); err != nil {
			return err
		}
		leave := sync.OnceFunc(func() { <-turn })
		defer leave()
		return call(ctx, func(ctx context.Context) error {
			leave()
			return inner(ctx)
		})
	}
}
