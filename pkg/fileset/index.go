package fileset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// index finds the places that another one may be the same as, so that a file of a thousand jobs need not compare each of its files
// with all others. The zero value is empty.
type index struct {
	// all counts the places. Those of one name are together, whatever its letter case and wherever they are, and so are those
	// that may have many names.
	all    int
	named  map[string][]int
	choose []int
	found  []found
}

// found is something that is there already, and whose it is.
type found struct {
	info  os.FileInfo
	place int
}

// add takes in the place with a number, which is that of the last one and one more.
func (x *index) add(number int, p place) {
	x.all++
	if x.named == nil {
		x.named = map[string][]int{}
	}
	name := folded(p.path)
	x.named[name] = append(x.named[name], number)
	if p.Names != nil {
		x.choose = append(x.choose, number)
	}
	for _, info := range p.found {
		x.found = append(x.found, found{info, number})
	}
}

// near returns the numbers of the places that may be the same as another one, in their order.
func (x *index) near(p place) []int {
	if p.Names != nil {
		every := make([]int, x.all)
		for i := range every {
			every[i] = i
		}
		return every
	}
	near := slices.Concat(x.named[folded(p.path)], x.choose)
	for _, there := range x.found {
		if slices.ContainsFunc(p.found, func(mine os.FileInfo) bool { return os.SameFile(mine, there.info) }) {
			near = append(near, there.place)
		}
	}
	slices.Sort(near)
	return near
}

// folded returns the name at the end of a path, the same for all names that differ in letter case alone.
func folded(path string) string {
	_, name := filepath.Split(path)
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}
