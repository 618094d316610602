package paging

import "slices"

// view is what a window showed.
type view struct {
	window
	// ids tell the items apart, in their order; without those that could not be read.
	ids []uint64
	// count is how many items there were.
	count int
	// total is how many items the list had, 0 if the service did not say.
	total int
	// fresh is how many of the items no earlier window of the pass had shown.
	fresh int
}

// short reports whether the window showed less than it was asked for.
func (v view) short() bool { return v.count < v.size }

// pass is what going through a list once has shown. Its views are in the order in which they were asked for, up to the end
// of the list.
type pass struct {
	mode  mode
	views []view
	// distinct is how many different items it showed, fresh how many of them no earlier pass had shown.
	distinct, fresh int
	// cut says that the list was not read to its end, since it repeated itself.
	cut bool
	// compared is how many pairs of neighbours the pass before had shown, too, and inverted how many of them have
	// changed places since.
	compared, inverted int
}

// chained reports whether all neighbours share an item at least: the last ones of one are the first ones of the next.
func (p *pass) chained() bool {
	views := p.views
	for i := range views[1:] {
		if shared(views[i], views[i+1]) == 0 {
			return false
		}
	}
	return true
}

// shared returns how many items at the end of one view are those at the beginning of the next.
func shared(one, next view) int {
	if len(next.ids) == 0 {
		return 0
	}
	at := slices.Index(one.ids, next.ids[0])
	if at < 0 || len(one.ids)-at > len(next.ids) || !slices.Equal(one.ids[at:], next.ids[:len(one.ids)-at]) {
		return 0
	}
	return len(one.ids) - at
}

// twice reports whether an item was shown at two places, beyond those that neighbours share.
func (p *pass) twice() bool {
	views, places := p.views, 0
	for i, v := range views {
		places += len(v.ids)
		if i > 0 {
			places -= shared(views[i-1], v)
		}
	}
	return places > p.distinct
}

// inPlace reports whether all neighbours overlap, and show the same items at the same places where they do. No view but
// the last is shorter than its window then.
func (p *pass) inPlace() bool {
	views := p.views
	for i := range views[1:] {
		one, next := views[i], views[i+1]
		places := one.end() - next.start
		if places < 1 || len(one.ids) != one.size || shared(one, next) != places {
			return false
		}
	}
	return !p.twice()
}

// counted reports whether the views told the same total all along and the pass shows so many different items.
func (p *pass) counted() bool {
	total := p.total()
	return total > 0 && p.distinct+p.unread() == total
}

// total returns the total that all views told, 0 if they did not tell one, or several.
func (p *pass) total() int {
	for _, v := range p.views {
		if v.total != p.views[0].total {
			return 0
		}
	}
	return p.views[0].total
}

// unread returns how many items at least could not be read. Windows that overlap may show one of them twice: where they
// were meant to, it is 0, and otherwise a window does not count that reaches back over what was shown before.
func (p *pass) unread() (n int) {
	if p.mode.overlap {
		return 0
	}
	shown := 0 // up to which place
	for _, v := range p.views {
		if v.count == 0 || v.start < shown {
			continue
		}
		n += v.count - len(v.ids)
		shown = v.start + min(v.count, v.size)
	}
	return n
}

// distinctAtLeast returns how many different items there were at least, with those that passes before have shown: who
// could not be read may be one of them.
func (p *pass) distinctAtLeast(known int) int { return max(known, p.distinct+p.unread()) }

// broken reports whether windows did not overlap although they were to, see [overlapping].
func (p *pass) broken() bool {
	for i := range p.views[1:] {
		if p.views[i].end() <= p.views[i+1].start {
			return true
		}
	}
	return false
}

// unreadable reports whether there were items that could not be read.
func (p *pass) unreadable() bool {
	return slices.ContainsFunc(p.views, func(v view) bool { return v.count > len(v.ids) })
}

// holes reports whether a window showed less than it was asked for although the list went on behind it.
func (p *pass) holes() bool {
	return slices.ContainsFunc(p.views[:len(p.views)-1], view.short)
}

// capped returns how many items the pages showed but the empty ones and the last, if that was as many each time and fewer
// than asked for, unless a page was asked for no more: the service seems to have smaller pages. Otherwise it returns 0.
func (p *pass) capped() (size int) {
	for _, v := range p.views {
		if v.short() {
			size = max(size, v.count)
		}
	}
	for i, v := range p.views {
		if last := i == len(p.views)-1; v.count > size || v.count > 0 && !last && v.count < min(size, v.size) {
			return 0
		}
	}
	return size
}

// headless reports whether the list began with nothing and then had something.
func (p *pass) headless() bool { return p.views[0].count == 0 && p.distinct > 0 }

// oversize reports whether the service showed more than it was asked for, since it knows pages of one size only.
func (p *pass) oversize() bool {
	return slices.ContainsFunc(p.views, func(v view) bool { return v.count > v.size })
}

// same reports whether another pass with the same windows showed the same.
func (p *pass) same(other *pass) bool {
	return p.mode == other.mode && slices.EqualFunc(p.views, other.views, func(a, b view) bool {
		return a.window == b.window && a.count == b.count && slices.Equal(a.ids, b.ids)
	})
}

// jumbled reports whether the list came in another order than in the pass before, and not just because a few have
// changed their places: at random, every second pair of neighbours has.
func (p *pass) jumbled() bool {
	const enough = 8
	return p.compared >= enough && 4*p.inverted > p.compared
}

// coverage returns how often the pass showed each of the known items on average.
func (p *pass) coverage(known int) float64 {
	shown := 0
	for _, v := range p.views {
		shown += len(v.ids)
	}
	return float64(shown) / float64(max(known, 1))
}
