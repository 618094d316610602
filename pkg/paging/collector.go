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
	// timesTotal bounds how many times the total that the service first told a list may show, and fewItems is how many it
	// may show in any case. Twenty times, since a service may count pages. A total that grows with every page bounds nothing.
	timesTotal, fewItems = 20, 2_000
	// farAway is the number of a page that no list has whose first page is short.
	farAway = 1_000
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
	// stated is the first total that the service told, 0 if it has told none yet.
	stated int
}

func newMemory() *memory { return &memory{seed: maphash.MakeSeed(), seen: map[uint64]sighting{}} }

func (m *memory) hash(id string) uint64 { return maphash.String(m.seed, id) }

// collector takes in the answers of one pass, in the order of their windows whatever the order in which they come, and
// finds the end of the list. It is not safe for concurrent use.
//
// The list has ended behind the latest page with anything new if neither the page behind that one nor a second page over
// the very place where the list seems to end shows anything new. (Where the service knows pages of one size only, there
// is no such second page, so the one behind both has to do.) A total that agrees with what was shown is as good as the
// second page, but not as the first: it may be wrong. Where the page behind a short one is the same again, a page far away
// tells whether the service ignores the number of a page and always shows its whole list.
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

	pass  pass
	turns []*turn[T]
	taken int // how many turns have been taken in
	// latest is the index of the latest view with anything new, or that was full, barren how many that tell anything about
	// the end have come since, and repeats how many in a row were full although they showed nothing new.
	latest, barren, repeats int
	// holed says that a view before the last one was short.
	holed bool
	// confirming says that the window that tells whether the list has ended has been asked for.
	confirming bool
	// far says that this window is far away, to see whether the service heeds the number of a page, paged that it does.
	far, paged bool
	ended      bool
	err        error
}

// expect adds a turn behind the others.
func (c *collector[T]) expect(t *turn[T]) { c.turns = append(c.turns, t) }

// take notes that the answer of a turn has come, and takes in all that have come up to the first one missing.
func (c *collector[T]) take(t *turn[T]) {
	t.came = true
	for !c.over() && c.taken < len(c.turns) && c.turns[c.taken].came {
		t := c.turns[c.taken]
		c.taken++
		c.takeIn(t)
		t.items = nil
	}
}

// over reports whether nothing more has to be asked for.
func (c *collector[T]) over() bool { return c.ended || c.err != nil }

// confirm returns the window that tells whether the list has ended, once that is all that is left to find out. The turns
// that have not been taken in are of no use then: it ends their calls and forgets them.
func (c *collector[T]) confirm() (w window, ok bool) {
	if c.over() || c.barren == 0 || c.confirming || c.pass.mode.only {
		return window{}, false
	}
	c.confirming = true
	c.drop()
	latest, behind := c.pass.views[c.latest], c.pass.views[c.latest+1]
	if !c.paged && latest.short() && len(latest.ids) > 0 && slices.Equal(behind.ids, latest.ids) {
		c.far = true
		return window{farAway * c.pass.mode.size, c.pass.mode.size}, true
	}
	w = covering(latest.start+latest.count, c.pass.mode.size, latest.window, behind.window)
	if w.size == 0 { // of pages of one item, there is no other with the first
		w = c.pass.mode.next(behind.window)
	}
	return w, true
}

// nearEnd reports whether the list has probably ended: the end is about to be confirmed, or the last view is the first
// that is short.
func (c *collector[T]) nearEnd() bool {
	n := len(c.pass.views)
	return c.confirming || n > 0 && !c.holed && c.pass.views[n-1].short()
}

// drop ends the calls that have not been taken in, and forgets them.
func (c *collector[T]) drop() {
	for _, t := range c.turns[c.taken:] {
		t.stop()
	}
	c.turns = c.turns[:c.taken]
}

func (c *collector[T]) takeIn(t *turn[T]) {
	var before view // a list begins behind a full page, as it were
	if n := len(c.pass.views); n > 0 {
		before = c.pass.views[n-1]
		c.holed = c.holed || before.short()
	}
	if total := before.total; t.refused && (before.short() || total > 0 && c.pass.distinct >= total) {
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
	c.ended = c.ends(t.view)
	far := c.far
	c.confirming, c.far = false, false
	if c.ended {
		c.trim()
	}
	if !far {
		c.bound(t.view)
	}
}

// ends reports whether the list has ended, now that one more view is there.
func (c *collector[T]) ends(v view) bool {
	n := len(c.pass.views) - 1
	latest := c.pass.views[c.latest]
	switch {
	case v.fresh > 0 || n == 0:
		c.latest, c.barren, c.repeats = n, 0, 0
	case c.far:
		c.paged = !slices.Equal(v.ids, latest.ids)
		if !c.paged {
			c.barren++
		}
	case !v.short(): // the list has grown, or repeats itself
		if !c.confirming {
			c.repeats++
		}
		c.latest, c.barren = n, 0
	case c.barren == 0 || c.confirming || c.pass.mode.only:
		c.barren++
		c.repeats = 0
	}
	switch {
	case v.short() && c.shortEnds && v.total <= c.pass.distinct:
		return true
	case v.short() && v.total > 0 && c.pass.distinct == v.total && v.end() >= v.total:
		return c.barren > 0
	case c.pass.mode.only && c.pass.views[c.latest].short():
		return c.barren > 0
	}
	return c.barren > 1
}

// trim leaves out the views that only confirmed the end. The one behind a full page tells whether that page stood still.
func (c *collector[T]) trim() {
	keep := c.latest + 1
	if !c.pass.views[c.latest].short() {
		keep++
	}
	c.pass.views = c.pass.views[:min(keep, len(c.pass.views))]
}

// note takes in an item and where it was seen.
func (c *collector[T]) note(t *turn[T], index int, item T) {
	id := t.ids[index]
	seen := c.memory.seen[id]
	if index > 0 && c.number > 1 { // there is a pass to compare it with
		if a, b := c.rankBefore(c.memory.seen[t.ids[index-1]]), c.rankBefore(seen); a > 0 && b > 0 {
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

// rankBefore returns the rank that an item had in the pass before, by where it was seen last; 0 if it had none.
func (c *collector[T]) rankBefore(seen sighting) int32 {
	switch seen.pass {
	case c.number:
		return seen.before
	case c.number - 1:
		return seen.rank
	}
	return 0
}

// bound gives up on a list that would never end: by how many items it has shown, and by how many places it has been asked
// for, of which some may show nothing new.
func (c *collector[T]) bound(v view) {
	if c.memory.stated == 0 {
		c.memory.stated = v.total
	}
	most := c.most
	if c.memory.stated > 0 {
		most = min(most, max(timesTotal*c.memory.stated, fewItems))
	}
	switch {
	case c.repeats > maxRepeats && c.opening:
		c.err = fmt.Errorf("read %s: %w", c.name, ErrRepeats)
	case c.repeats > maxRepeats:
		c.ended, c.pass.cut = true, true
	case len(c.memory.seen) > most:
		c.err = fmt.Errorf("read %s: %w: it showed more than %d items", c.name, ErrEndless, most)
	case v.start > most:
		c.err = fmt.Errorf("read %s: %w: it goes on behind %d items", c.name, ErrEndless, most)
	}
}
