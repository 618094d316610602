package paging

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
)

const (
	// maxRepeats bounds how many full pages in a row may repeat what earlier pages showed: a service that ignores the
	// page number would otherwise be read for ever.
	maxRepeats = 3
	// timesTotal bounds how many times the total that the service tells a list may show, and fewItems is how many it
	// may show in any case.
	timesTotal, fewItems = 20, 2_000
)

// turn is a window that was asked for, and what came of it.
type turn[T any] struct {
	view
	items []T
	err   error
	// came says that the answer is there, refused that there is no such page by the service's word.
	came, refused bool
	// stop ends the call.
	stop context.CancelFunc
}

// sighting is where an item was seen last.
type sighting struct {
	// pass is the latest pass that showed it, from 1, and rank its place among what that pass showed, from 1. before is
	// its rank in the pass before that one, 0 if there was none.
	pass, rank, before int32
}

// memory is which items were seen, over all passes of a reading. It keeps hashes of their ids, so that a list of
// hundreds of thousands costs a few bytes an item; two of a million items have the same hash once in thirty million
// readings.
type memory struct {
	seed maphash.Seed
	seen map[uint64]sighting
}

func newMemory() *memory { return &memory{maphash.MakeSeed(), map[uint64]sighting{}} }

func (m *memory) hash(id string) uint64 { return maphash.String(m.seed, id) }

// collector takes in the answers of one pass, in the order of their windows whatever the order in which they come, and
// finds the end of the list. It is not safe for concurrent use.
type collector[T any] struct {
	name   string
	memory *memory
	keep   func(T)
	most   int
	// shortEnds is [Options.ShortEnds].
	shortEnds bool
	// number is that of the pass, from 1. The opening pass is the one that must not repeat itself.
	number  int32
	opening bool

	pass    pass
	turns   []*turn[T]
	taken   int // how many turns have been taken in
	repeats int
	ended   bool
	err     error
}

// expect adds a turn behind the others.
func (c *collector[T]) expect(t *turn[T]) { c.turns = append(c.turns, t) }

// take notes that the answer of a turn has come, and takes in all that have come up to the first one missing.
func (c *collector[T]) take(t *turn[T]) {
	t.came = true
	for !c.ended && c.err == nil && c.taken < len(c.turns) && c.turns[c.taken].came {
		t := c.turns[c.taken]
		c.taken++
		c.takeIn(t)
		t.items = nil
	}
}

// over reports whether nothing more has to be asked for.
func (c *collector[T]) over() bool { return c.ended || c.err != nil }

func (c *collector[T]) takeIn(t *turn[T]) {
	var before view // a list begins behind a full page, as it were
	if n := len(c.pass.views); n > 0 {
		before = c.pass.views[n-1]
	}
	total := before.total
	if t.refused && (before.short() || total > 0 && c.pass.distinct >= total) {
		t.err, t.total = nil, total
	}
	if t.err != nil {
		c.err = fmt.Errorf("read %s from number %d: %w", c.name, t.start+1, t.err)
		return
	}
	for i, item := range t.items {
		c.note(t, i, item)
	}
	c.pass.views = append(c.pass.views, t.view)
	switch {
	case t.short() && t.total > 0 && c.pass.distinct == t.total && t.end() >= t.total:
		c.ended = true // the page and the total agree
	case t.short() && c.shortEnds && t.total <= c.pass.distinct:
		c.ended = true
	case t.fresh == 0 && before.short():
		c.ended = !c.goesOn()
	}
	c.bound(t.view)
}

// note takes in an item and where it was seen.
func (c *collector[T]) note(t *turn[T], index int, item T) {
	id := t.ids[index]
	seen := c.memory.seen[id]
	if index > 0 {
		if a, b := c.rankBefore(t.ids[index-1]), c.rankBefore(id); a > 0 && b > 0 {
			c.pass.compared++
			if a > b {
				c.pass.inverted++
			}
		}
	}
	if seen.pass == c.number {
		return
	}
	t.fresh++
	c.pass.distinct++
	if seen.pass == 0 {
		c.pass.fresh++
		c.keep(item)
	}
	before := int32(0)
	if seen.pass == c.number-1 {
		before = seen.rank
	}
	c.memory.seen[id] = sighting{pass: c.number, rank: int32(c.pass.distinct), before: before}
}

// rankBefore returns the rank that an item had in the pass before, 0 if it had none.
func (c *collector[T]) rankBefore(id uint64) int32 {
	switch seen := c.memory.seen[id]; seen.pass {
	case c.number:
		return seen.before
	case c.number - 1:
		return seen.rank
	}
	return 0
}

// stopBehind ends the calls behind a turn, or behind the end of the list.
func (c *collector[T]) stopBehind(t *turn[T]) {
	from := slices.Index(c.turns, t) + 1
	if c.over() {
		from = c.taken
	}
	for _, later := range c.turns[from:] {
		later.stop()
	}
}

// goesOn reports whether a window that was asked for ahead has shown that the list goes on behind the gap at hand.
func (c *collector[T]) goesOn() bool {
	for _, later := range c.turns[c.taken:] {
		for _, id := range later.ids {
			if c.memory.seen[id].pass != c.number {
				return true
			}
		}
	}
	return false
}

// bound gives up on a list that would never end.
func (c *collector[T]) bound(v view) {
	most := c.most
	if v.total > 0 {
		most = max(timesTotal*v.total, fewItems)
	}
	if v.fresh > 0 || v.short() {
		c.repeats = 0
	} else {
		c.repeats++
	}
	switch {
	case c.opening && c.repeats > maxRepeats:
		c.err = fmt.Errorf("read %s: %w", c.name, ErrRepeats)
	case len(c.memory.seen) > most:
		c.err = fmt.Errorf("read %s: %w: it showed more than %d items", c.name, ErrEndless, most)
	}
}
