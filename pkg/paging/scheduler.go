package paging

// scheduler decides which window of a pass is asked for next, and how far ahead. Up to the total, where the service tells one,
// and the one behind it, windows are asked for all at once. Otherwise they are asked for ahead, since only the last one tells
// that it is the last, but never more of them than have been answered. Only one call at a time waits for its turn. It is not
// safe for concurrent use.
type scheduler struct {
	mode     mode
	parallel int

	last               window
	inFlight, answered int
	// waiting says that a call waits for its turn, over that nothing more is asked for.
	waiting, over bool
	// total is how many items the list has by the service's word, 0 if it did not say.
	total int
	// nearEnd says that the list has probably ended, shortEnds that no page is needed behind a short one.
	nearEnd, shortEnds bool
	// confirm, unless it is zero, is to be asked for before anything else: it tells whether the end has come.
	confirm window
}

// next returns the window to ask for now, if there is one, and counts it as asked for.
func (s *scheduler) next() (w window, ok bool) {
	switch {
	case s.over || s.waiting:
		return window{}, false
	case s.confirm != window{}:
		w, s.confirm = s.confirm, window{}
	case s.last == window{}:
		w = s.mode.first()
	default:
		if w = s.mode.next(s.last); s.inFlight >= s.ahead(w) {
			return window{}, false
		}
	}
	s.asked(w)
	s.waiting = true
	return w, true
}

// ahead returns how many calls may be in flight for a window to be asked for as well.
func (s *scheduler) ahead(w window) int {
	switch {
	case s.nearEnd:
		return 1 // the ones in flight probably show the end
	case s.total == 0:
		return min(s.parallel, max(1, s.answered))
	case w.start < s.total, s.last.start < s.total && !s.shortEnds: // the first one behind the total always has to be seen
		return s.parallel
	}
	return 1
}

// asked counts a window as asked for.
func (s *scheduler) asked(w window) {
	s.last = w
	s.inFlight++
}

// left notes that the call that waited has got its turn, or never will.
func (s *scheduler) left() { s.waiting = false }

// back notes that an answer came.
func (s *scheduler) back() {
	s.inFlight--
	s.answered++
}

// idle reports whether nothing is under way.
func (s *scheduler) idle() bool { return s.inFlight == 0 && !s.waiting }
