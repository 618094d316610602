package paging

import "slices"

// How a list that shifts is read without losing anybody
//
// A list is read in windows. While it is read, people come and go, and whoever stands behind them moves to another
// place: plain pages, of which one begins where the other ends, lose whoever crosses from a page not yet read to one
// that is read already. So neighbouring windows overlap, which takes pages of different sizes, since a page begins
// only at a multiple of its size.
//
// If two neighbouring windows share somebody, then between them they show everyone who was there all the time, up to
// the end of the second: each window is a moment of its own, and nobody can stand between two neighbours of one moment
// unseen. So a chain of such windows, from the beginning of the list to its end, misses nobody who kept his place among
// the others, whatever came and went meanwhile, and in whatever order the windows were read. See [pass.chained].
//
// There is one more way to be missed: by changing one's place, as in a list ordered by the time of the last change. It
// shifts everybody in between, so that windows which overlap show the same people at different places. See
// [pass.inPlace]. A list whose every window is in place has been read after one pass. Any other is read until a pass
// that is chained shows nobody new.
//
// A list without any order may fit together by accident. Then it shows somebody at two places of one pass, and nobody
// can be shown twice without another one being left out, so a pass that shows anybody twice proves nothing. See
// [pass.twice].
//
// Where the service tells how many there are, the windows need not overlap: if the number is the same all along, and
// so many different people were seen, nobody is missing. See [pass.counted].
//
// A service that knows pages of one size only, or that has gaps in its pages, has none of this. There, two passes must
// show exactly the same. See [pass.same].
//
// What all of this can't see is two changes between two reads that hide each other: somebody leaves, and at once
// somebody else joins, or changes his place, on the other side of the reader. Twice reading everything could not see
// that with certainty either.

// overlap is how many items neighbouring windows have in common at least. More would cost more: windows that overlap by
// one take about 1.4 times as many calls as plain pages, by two 1.5 times.
const overlap = 1

// smallest is the smallest page that pays: a larger one reaches further wherever the last one ended.
const smallest = 2

// window is a part of a list: the items from start, counted from 0, to before end. It is a page, so start is a multiple
// of its size.
type window struct{ start, size int }

func (w window) end() int { return w.start + w.size }

func (w window) page() Page { return Page{Number: w.start/w.size + 1, Size: w.size} }

// mode is how one pass goes through a list: in pages of one size, or in overlapping ones of up to that size.
type mode struct {
	size    int
	overlap bool
	// only says that the service knows no other size.
	only bool
	// serial asks for one window at a time. Then two passes over a list with gaps have the same windows, since none of
	// them depends on which call was faster.
	serial bool
}

func (m mode) first() window { return window{0, m.size} }

// next returns the window to ask for behind w.
func (m mode) next(w window) window {
	if !m.overlap {
		return window{w.end() - w.end()%m.size, m.size}
	}
	return overlapping(w, m.size)
}

// overlapping returns the page of up to the given size that reaches furthest among those that overlap with w. There is
// none where w ends at a multiple of all sizes, as 2520 is of those up to ten: then it returns the page behind that, and
// the chain is broken there.
func overlapping(w window, largest int) window {
	next := w
	for size := largest; size >= smallest; size-- {
		from := w.end() - overlap
		if candidate := (window{from - from%size, size}); candidate.end() > next.end() {
			next = candidate
		}
	}
	if next == w {
		return window{w.end(), largest}
	}
	return next
}

// covering returns the page that begins at a place, or else as shortly before it as possible: the largest one of up to the
// given size. It is another page than the given ones, and has another number as well if that is possible.
func covering(place, largest int, others ...window) window {
	for _, same := range []func(a, b window) bool{
		func(a, b window) bool { return a.page().Number == b.page().Number },
		func(a, b window) bool { return a == b },
	} {
		var best window
		for size := largest; size > 0; size-- {
			candidate := window{place - place%size, size}
			taken := slices.ContainsFunc(others, func(w window) bool { return same(w, candidate) })
			if !taken && (best.size == 0 || candidate.start > best.start) {
				best = candidate
			}
		}
		if best.size > 0 {
			return best
		}
	}
	return window{}
}
