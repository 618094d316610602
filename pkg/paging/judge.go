package paging

const (
	// maxPasses bounds how often a list is read in search of a moment in which it stands still.
	maxPasses = 5
	// maxJumbledPasses bounds how often a list is read that comes in another order each time. Enough of them that show
	// nobody new make it certain that nobody is missing, see [certainty].
	maxJumbledPasses = 60
	// certainty is how often a list in random order has to be shown, without anybody new, until nobody can be missing: whoever
	// is still unseen has been missed each time by chance, which happens once in e^20, or 500 million, readings.
	certainty = 20
)

// judge decides after each pass whether the list is known by now, and how to read it again if it is not. It makes no
// calls. The zero value but for its size is ready for the first pass.
type judge struct {
	// size is that of the largest page.
	size int

	passes   int
	previous *pass
	// oneSize says that the service knows pages of one size only, tried that it was asked for half of it to find out.
	oneSize, tried bool
	// total is what all passes told, 0 if they told nothing, or several.
	total int
	// jumbled says that the list came in another order than before, quiet how often it has been shown since the last
	// item that was new.
	jumbled bool
	quiet   float64
}

// after takes in a pass, with the number of all items that any pass has shown. It returns the mode of the next pass, or
// done; then why is empty if the list is known, and says what speaks against that otherwise.
func (j *judge) after(p *pass, known int) (next mode, done bool, why string) {
	j.takeIn(p, known)
	if j.settled(p, known) {
		return mode{}, true, ""
	}
	if j.passes >= maxPasses && (!j.jumbled || j.passes >= maxJumbledPasses) {
		return mode{}, true, j.why(p)
	}
	next = j.next(p)
	j.previous = p
	return next, false, ""
}

func (j *judge) takeIn(p *pass, known int) {
	if j.passes++; j.passes == 1 {
		j.total = p.total()
	} else if j.total != p.total() {
		j.total = 0
	}
	j.oneSize = j.oneSize || p.oversize()
	j.jumbled = j.jumbled || p.jumbled()
	switch {
	case p.fresh > 0 || !p.jumbled():
		j.quiet = 0
	default:
		j.quiet += p.coverage(known)
	}
}

// counted reports whether the totals say that nobody is missing.
func (j *judge) counted(p *pass, known int) bool {
	return p.counted() || j.total > 0 && known == j.total
}

// settled reports whether nobody who was in the list all the time can have been missed. See window.go.
func (j *judge) settled(p *pass, known int) bool {
	switch {
	case j.counted(p, known):
		return true
	case p.cut || p.headless():
		return false
	case p.inPlace() || j.quiet >= certainty:
		return true
	case j.previous == nil || p.twice():
		return false
	case p.holes():
		// The same gaps in pages of another size are the list's own.
		return p.same(j.previous) && (p.mode.size < j.size || j.oneSize)
	case p.fresh == 0 && p.chained():
		return true
	default:
		// Overlapping windows that show the same twice are chained, too, unless a link is missing or cannot be read.
		return p.same(j.previous) && (j.oneSize || p.mode.overlap && (p.unreadable() || p.broken()))
	}
}

// next returns how to read the list again after a pass that settled nothing.
func (j *judge) next(p *pass) mode {
	if capped := p.capped(); capped > 0 && p.holes() {
		j.size = capped
		return mode{size: capped, overlap: true}
	}
	half := mode{size: max(j.size/2, 1), serial: true}
	switch {
	case j.oneSize:
		return mode{size: j.size, only: true}
	case j.jumbled:
		return mode{size: j.size}
	case p.holes() || p.headless():
		return half
	case !j.tried && j.previous != nil && p.same(j.previous):
		j.tried = true
		return half
	}
	return mode{size: j.size, overlap: true}
}

func (j *judge) why(p *pass) string {
	switch {
	case p.headless():
		return "begins with an empty page"
	case j.jumbled:
		return "comes in another order each time"
	case j.previous.mode == p.mode && p.same(j.previous):
		return "shows somebody at several places"
	}
	return "kept changing while it was read"
}
