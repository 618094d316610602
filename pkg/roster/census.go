package roster

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
)

// census remembers who is in a roster and what is wished for them, in 32 bytes a row, to find out who is there twice.
// Keys are kept as 128 random bits: a million rows collide with a probability of 10⁻²⁷.
type census struct {
	seeds   [2]maphash.Seed
	shelves [256][]mark // by the first byte of the key, since small tables fit into a processor's cache
}

type person [2]uint64

type mark struct {
	person    person
	wish      uint64
	row, line uint32
}

func newCensus() *census {
	return &census{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// add notes a row. Rows come in order.
func (c *census) add(key string, wish uint64, row, line int) {
	who := person{maphash.String(c.seeds[0], key), maphash.String(c.seeds[1], key)}
	shelf := &c.shelves[who[0]>>56]
	*shelf = append(*shelf, mark{who, wish, uint32(row), uint32(line)}) // no document has 2³² lines
}

// twins are the rows of people who are in the roster more than once. The zero value is none.
type twins struct {
	rows   []twin // by row
	groups []group
}

type twin struct{ row, group uint32 }

// named is how many other lines a conflict names.
const named = 3

// group is all rows of one person.
type group struct {
	wish  uint64 // of the first row
	first uint32 // row: one line may hold several, in JSON
	rows  uint32
	lines [named + 1]uint32 // the first ones
	// conflict tells that another row wishes something else.
	conflict bool
}

// settle ends the census and says who is in it more than once.
func (c *census) settle() twins {
	var found twins
	seen, paired := make(map[person]int), make(map[person]int)
	for at := range c.shelves {
		shelf := c.shelves[at]
		c.shelves[at] = nil // twins may need the memory
		clear(seen)
		clear(paired)
		for i, m := range shelf {
			first, twice := seen[m.person]
			if !twice {
				seen[m.person] = i
				continue
			}
			into, known := paired[m.person]
			if !known {
				into = len(found.groups)
				paired[m.person] = into
				found.groups = append(found.groups, group{wish: shelf[first].wish, first: shelf[first].row})
				found.join(into, shelf[first])
			}
			found.join(into, m)
		}
	}
	slices.SortFunc(found.rows, func(a, b twin) int { return cmp.Compare(a.row, b.row) })
	return found
}

func (t *twins) join(into int, m mark) {
	g := &t.groups[into]
	if int(g.rows) < len(g.lines) {
		g.lines[g.rows] = m.line
	}
	g.rows++
	g.conflict = g.conflict || m.wish != g.wish
	t.rows = append(t.rows, twin{m.row, uint32(into)})
}

// count returns how many rows the twins make duplicates, and how many invalid.
func (t *twins) count() (duplicates, conflicts int) {
	for _, g := range t.groups {
		if g.conflict {
			conflicts += int(g.rows)
		} else {
			duplicates += int(g.rows) - 1
		}
	}
	return duplicates, conflicts
}

// mark tells the entry about its twins. Entries come in order; next is the cursor between two calls, from 0.
func (t *twins) mark(e *Entry, next *int) {
	for *next < len(t.rows) && int(t.rows[*next].row) < e.Row {
		*next++
	}
	if *next == len(t.rows) || int(t.rows[*next].row) != e.Row {
		return
	}
	g := t.groups[t.rows[*next].group]
	switch {
	case g.conflict:
		finding := e.At(FieldEmail, quote(e.Email)+" is also on "+g.others(e.Line)+", with another role or other teams", "keep one of them")
		e.Findings = slices.Insert(e.Findings, 0, finding)
	case int(g.first) != e.Row:
		e.DuplicateOf = int(g.lines[0])
		finding := e.At(FieldEmail, fmt.Sprintf("%s is on line %d already, with the same role and teams", quote(e.Email), e.DuplicateOf), "")
		finding.Severity = Warning
		e.Findings = append(e.Findings, finding)
	}
}

// others names the lines of the group but for this one, which may hold others.
func (g group) others(line int) string {
	var lines []string
	passed := false
	for _, other := range g.lines[:min(int(g.rows), len(g.lines))] {
		if int(other) == line && !passed {
			passed = true
		} else if len(lines) < named {
			lines = append(lines, strconv.Itoa(int(other)))
		}
	}
	if more := int(g.rows) - 1 - len(lines); more > 0 {
		return fmt.Sprintf("lines %s and %d more", strings.Join(lines, ", "), more)
	}
	if last := len(lines) - 1; last > 0 {
		return "lines " + strings.Join(lines[:last], ", ") + " and " + lines[last]
	}
	return "line " + lines[0]
}
