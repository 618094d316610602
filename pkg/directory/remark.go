package directory

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"rollcall/pkg/paging"
)

// maxOdd is how many odd items are named at most.
const maxOdd = 20

// remarks are what a reading has to say about itself.
type remarks struct {
	gaps          []string
	shifts, lacks bool
	notes         []string

	odd      []string
	moreOdd  int
	oddKnown map[uint64]bool // hashes, since there may be many
}

var oddSeed = maphash.MakeSeed()

// unstable notes that a list may have moved somebody past the reader.
func (r *remarks) unstable(format string, args ...any) {
	r.shifts = true
	r.gaps = append(r.gaps, fmt.Sprintf(format, args...))
}

// incomplete notes that something contradicts that everybody was shown.
func (r *remarks) incomplete(format string, args ...any) {
	r.lacks = true
	r.gaps = append(r.gaps, fmt.Sprintf(format, args...))
}

func (r *remarks) warn(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// oddItems notes what was odd about single items of a page. Pages overlap and are read again, so an item is known by what
// follows its place on the page, where that names it.
func (r *remarks) oddItems(list string, page oddPage) {
	from := page.from
	for _, text := range page.texts {
		place, rest, _ := strings.Cut(text, " of the page")
		known := rest
		if !strings.HasPrefix(rest, " (") {
			known = fmt.Sprint(place, " ", from, rest)
		}
		hash := maphash.String(oddSeed, list+known)
		if r.oddKnown[hash] {
			continue
		}
		if r.oddKnown == nil {
			r.oddKnown = map[uint64]bool{}
		}
		r.oddKnown[hash] = true
		if len(r.odd) == maxOdd {
			r.moreOdd++
			continue
		}
		r.odd = append(r.odd, fmt.Sprintf("%s from number %d on: %s", list, from, text))
	}
}

// warnings returns all warnings, those about single items last.
func (r *remarks) warnings() []string {
	all := slices.Concat(r.notes, r.odd)
	if r.moreOdd > 0 {
		all = append(all, fmt.Sprintf("and %d more odd items", r.moreOdd))
	}
	return all
}

// oddPages are what was odd about pages on their way here. Pages are asked for by many goroutines at once, and remarks
// are made by one.
type oddPages struct {
	mu    sync.Mutex
	pages []oddPage
}

type oddPage struct {
	from  int // the number of the first item
	texts []string
}

func (o *oddPages) add(page paging.Page, texts []string) {
	if len(texts) == 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pages = append(o.pages, oddPage{(page.Number-1)*page.Size + 1, texts})
}

// take returns what was added since it was called last.
func (o *oddPages) take() []oddPage {
	o.mu.Lock()
	defer o.mu.Unlock()
	pages := o.pages
	o.pages = nil
	return pages
}
