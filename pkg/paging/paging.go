// Package paging reads a list that a service shows in pages while the list may change, and says whether anybody can
// have been missed.
//
// It trusts no single page: a short or an empty one is the end only if the next one shows nothing new either; a service
// that shows smaller pages than it was asked for is read in pages of that size; and a list that shifts, or that comes in
// another order each time, is read again until its windows fit together. See window.go for how they do. Whatever the
// service does, a reading ends.
//
// It knows neither what the items are nor how they are asked for.
package paging

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// ErrEndless says that a list showed more items than any honest one has, or took longer.
var ErrEndless = errors.New("the list does not end")

// ErrRepeats says that page after page repeats the pages before it, so that the rest of the list stays hidden.
var ErrRepeats = errors.New("pages repeat the pages before them")

// Page is a part of a list to ask for: Size items, Number counting from 1.
type Page struct{ Number, Size int }

// Answer is one page as the service showed it.
type Answer[T any] struct {
	// Items are those that can be told apart.
	Items []T
	// Count is how many items the page had, those included that could not be read. Less than the number of Items stands
	// for that number.
	Count int
	// Total is how many items the whole list has by the service's word, 0 if it did not say.
	Total int
}

// Options say how a list is read. Ask, ID and Keep are required.
type Options[T any] struct {
	// Name says in errors what is read: "members".
	Name string
	// Ask makes one call. It must be safe for concurrent use.
	Ask func(ctx context.Context, page Page) (Answer[T], error)
	// Call wraps each call: it waits for its turn, and repeats a failed one as it sees fit. It must be safe for
	// concurrent use. Nil: once.
	Call func(ctx context.Context, call func(context.Context) error) error
	// NoPage reports whether an error means that the service has no such page. Behind a short page, such an error is as
	// good as an empty page. Nil: no error does.
	NoPage func(error) bool
	// ID tells items apart. One that has changed in a way that matters is another one.
	ID func(T) string
	// Keep takes in an item that was not seen before, in the order of the list. Page, if set, is told after each page
	// that was taken in, and Pass before the list is read once more from its beginning. None is ever called twice at once.
	Keep func(T)
	Page func()
	Pass func()
	// Parallel is how many calls may be in flight, Size how large a page may be. Zero: 1 call, 20 items.
	Parallel, Size int
	// ShortEnds trusts a short page to be the last one unless the total says otherwise. It is for lists of which hardly
	// one is longer than a page, such as the hits of a search.
	ShortEnds bool
	// Once reads the list once, in pages that do not overlap. Whoever crosses from one page to another may be missed, so the
	// result is stable only where the totals say so.
	Once bool
	// Most is beyond how many items a list is taken for endless, whatever total it tells. Zero: four million.
	Most int
	// Longest is for how long a list is read at most, all passes together. Zero: two hours.
	Longest time.Duration
}

func (o Options[T]) withDefaults() Options[T] {
	if o.Call == nil {
		o.Call = func(ctx context.Context, call func(context.Context) error) error { return call(ctx) }
	}
	if o.NoPage == nil {
		o.NoPage = func(error) bool { return false }
	}
	if o.Page == nil {
		o.Page = func() {}
	}
	if o.Pass == nil {
		o.Pass = func() {}
	}
	o.Parallel = max(o.Parallel, 1)
	o.Size = cmp.Or(o.Size, defaultSize)
	o.Most = cmp.Or(o.Most, defaultMost)
	o.Longest = cmp.Or(o.Longest, defaultLongest)
	return o
}

const (
	// defaultSize is a usual size of a page.
	defaultSize = 20
	// defaultMost is more people than any organization has, and several times as many as a large roster: whoever has invited a
	// million reads a list of all of them.
	defaultMost = 4_000_000
	// defaultLongest lets a list of a million be read at ten pages a second.
	defaultLongest = 2 * time.Hour
)

// Result is what a reading has come to.
type Result struct {
	// Stable reports whether the list stood still enough, so that nobody who was in it all the time can have slipped
	// from one page to the next unseen.
	Stable bool
	// Why says in words why a reading is not stable; it continues a sentence that starts with the list.
	Why string
	// Counted reports whether the totals say so: they were the same all along, and as many different items were shown.
	Counted bool
	// Shown is how many different items the service showed at least, those included that could not be read.
	Shown int
	// Total is how many there are by the service's word, as long as that stood still. 0: it is not known.
	Total int
}
