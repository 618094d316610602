package sandbox

import (
	"math/rand/v2"
	"slices"
	"time"

	"rollcall/pkg/cybedefend"
)

// Lists says how the lists of invitations and members differ from the truth. The zero value shows the truth.
type Lists struct {
	// Lag shows the lists as they were so long ago.
	Lag time.Duration `json:"-"`
	// PageCap is the size of a page at most, whatever was asked for and without saying so; 0 means no such cap.
	PageCap int `json:"pageCap"`
	// Hole is a page that lacks items.
	Hole Hole `json:"hole"`
	// HiddenMembers is how many of the members who joined last are not shown, although totals count them.
	HiddenMembers int `json:"hiddenMembers"`
	// Blank shows lists without anybody.
	Blank Blank `json:"blank"`
	// SearchToo lets HiddenMembers and Blank hold for a search among members, too, which tells the truth otherwise.
	SearchToo bool `json:"searchToo"`
	// Odd are kinds of oddity in the lists.
	Odd []Oddity `json:"odd"`
}

// Hole is a page that lacks items, of each of the two lists. The items before and behind stay where they are, and a
// search has no hole.
type Hole struct {
	// Page is its number; 0 means none.
	Page int `json:"page"`
	// Short keeps the first half of its items; without it the page is empty.
	Short bool `json:"short"`
	// Always lets it lack them whenever it is read, not only the first time.
	Always bool `json:"always"`
}

// Blank is a way to show a list without anybody. Its totals are 0.
type Blank string

// The blank lists. Empty means NotBlank.
const (
	NotBlank   Blank = "none"
	EmptyLists Blank = "empty"
	NullLists  Blank = "null"
)

func (l Lists) check() error {
	var p problems
	p.duration("lag of lists", l.Lag)
	p.demand(l.PageCap >= 0 && l.PageCap <= cybedefend.PageSize, "page cap %d is not within 0 and %d", l.PageCap, cybedefend.PageSize)
	p.count("page hole", l.Hole.Page)
	p.count("hidden members", l.HiddenMembers)
	p.demand(slices.Contains([]Blank{"", NotBlank, EmptyLists, NullLists}, l.Blank), "unknown kind of blank lists %q", l.Blank)
	for _, oddity := range l.Odd {
		p.demand(slices.Contains(Oddities(), oddity), "unknown oddity of lists %q", oddity)
	}
	return p.err()
}

// Lists returns how the lists differ from the truth now.
func (s *Sandbox) Lists() Lists {
	s.mu.Lock()
	defer s.mu.Unlock()
	lists := s.current.lists
	lists.Odd = slices.Clone(lists.Odd)
	return lists
}

// ChangeLists makes the lists differ otherwise from now on. A hole that was met may be met again. The people whom
// [NullEmail] and [NumericItem] need are there only if [Options] asked for them.
func (s *Sandbox) ChangeLists(lists Lists) error {
	return s.change(lists.check(), func() {
		s.current.lists = lists
		s.holesMet = make(map[Operation]bool)
	})
}

// blank reports whether the list is shown without anybody.
func (l Lists) blank(search bool) bool {
	return (l.Blank == EmptyLists || l.Blank == NullLists) && (!search || l.SearchToo)
}

// nobody returns the items of a blank list.
func (l Lists) nobody() []any {
	if l.Blank == NullLists {
		return nil
	}
	return []any{}
}

// limit returns the page as the service really cuts it.
func (l Lists) limit(p page) page {
	if l.PageCap > 0 {
		p.size = min(p.size, l.PageCap)
	}
	return p
}

// hide returns the members whom the list shows, of all of them.
func (l Lists) hide(members []uint32) []uint32 {
	return members[:max(0, len(members)-l.HiddenMembers)]
}

// bounds returns those of the page in a list of total items.
func (s *Sandbox) bounds(list Operation, p page, total int) (from, to int) {
	from, to = p.of(total)
	hole := s.current.lists.Hole
	if p.number != hole.Page || from == to || s.holesMet[list] && !hole.Always {
		return from, to
	}
	s.holesMet[list] = true
	if hole.Short {
		return from, from + (to-from)/2
	}
	return from, from
}

// placement says which of total things, in the order of their appearance, stands at a place of the list.
func (s *Sandbox) placement(total int, newestFirst bool) func(place int) int {
	switch {
	case s.options.Order == Shuffled:
		s.shuffles++
		shuffled := rand.New(rand.NewPCG(s.options.Seed, s.shuffles)).Perm(total)
		return func(place int) int { return shuffled[place] }
	case newestFirst:
		return func(place int) int { return total - 1 - place }
	default:
		return func(place int) int { return place }
	}
}
