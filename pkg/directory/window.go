package directory

import (
	"slices"

	"rollcall/pkg/cybedefend"
)

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
// the others, whatever came and went meanwhile, and in whatever order the windows were read. See [linked].
//
// There is one more way to be missed: by changing one's place, as in a list ordered by the time of the last change. It
// shifts everybody in between, so that windows which overlap show the same people at different places. See [inPlace].
// A list whose every window is in place has been read after one pass. Any other is read until a pass that is linked
// shows nobody new.
//
// Where the service tells how many there are, the windows need not overlap: if the number is the same all along, and
// so many different people were seen, nobody is missing. See [counted].
//
// A service that knows pages of one size only has none of this. There, two passes must show exactly the same. See [same].
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

func (w window) page() cybedefend.Page {
	return cybedefend.Page{Number: w.start/w.size + 1, Size: w.size}
}

// whole is where every list begins.
var whole = window{0, cybedefend.PageSize}

// beside returns the page that begins where w ends; of pages of one size only.
func beside(w window) window { return window{w.end(), w.size} }

// overlapping returns the page that reaches furthest among those that overlap with w.
func overlapping(w window) window {
	var next window
	for size := cybedefend.PageSize; size >= smallest; size-- {
		from := w.end() - overlap
		if candidate := (window{from - from%size, size}); candidate.end() > next.end() {
			next = candidate
		}
	}
	return next
}

// view is what a window showed.
type view struct {
	window
	// ids tell the items apart, in their order.
	ids []string
	// total is how many items the list had, 0 if the service did not say.
	total int
}

// last reports whether the list ended in the window.
func (v view) last() bool { return len(v.ids) < v.size && v.total <= v.end() }

// oversize reports whether the service showed more than it was asked for, since it knows pages of one size only.
func (v view) oversize() bool { return len(v.ids) > v.size }

// linked reports whether all neighbours share an item.
func linked(views []view) bool {
	for i := range views[1:] {
		shared := slices.ContainsFunc(views[i].ids, func(id string) bool { return slices.Contains(views[i+1].ids, id) })
		if !shared {
			return false
		}
	}
	return true
}

// inPlace reports whether all neighbours overlap, and show the same items at the same places where they do. No view but
// the last is shorter than its window then.
func inPlace(views []view) bool {
	for i := range views[1:] {
		one, next := views[i], views[i+1]
		shared := one.end() - next.start
		if shared < 1 || len(one.ids) != one.size || len(next.ids) < shared ||
			!slices.Equal(one.ids[one.size-shared:], next.ids[:shared]) {
			return false
		}
	}
	return true
}

// counted reports whether the views told the same total all along and show so many different items.
func counted(views []view) bool {
	seen := map[string]bool{}
	for _, v := range views {
		if v.total == 0 || v.total != views[0].total {
			return false
		}
		for _, id := range v.ids {
			seen[id] = true
		}
	}
	return len(seen) == views[0].total
}

// same reports whether two passes with the same windows showed the same.
func same(one, other []view) bool {
	return slices.EqualFunc(one, other, func(a, b view) bool { return a.window == b.window && slices.Equal(a.ids, b.ids) })
}
