package roster

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/remedy"
)

// duplicateIndex remembers who is in a roster, with which role and teams, in some 20 bytes a row. It finds out who is
// there twice. Keys are kept as 96 random bits: a million rows collide with a probability of 10⁻¹⁷.
type duplicateIndex struct {
	seeds  [2]maphash.Seed
	shards [256]shard // by the first byte of the key, since small tables fit into a processor's cache
}

type person struct {
	one uint64
	two uint32
}

// mark is what is remembered of a row.
type mark struct {
	person    person
	desired   uint32
	row, line int
}

func newDuplicateIndex() *duplicateIndex {
	return &duplicateIndex{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// add notes a row. Rows come in order.
func (x *duplicateIndex) add(key string, desired uint64, row, line int) {
	who := person{maphash.String(x.seeds[0], key), uint32(maphash.String(x.seeds[1], key))}
	x.shards[who.one>>56].add(mark{who, uint32(desired ^ desired>>32), row, line})
}

// shard holds marks in the order of their rows, packed into blocks, so that nothing is copied as it grows.
type shard struct {
	blocks [][]byte
	last   mark
}

const (
	blockSize = 4 << 10
	// markSize is the most that a mark takes.
	markSize = 8 + 4 + 4 + 2*binary.MaxVarintLen64
)

func (s *shard) add(m mark) {
	last := len(s.blocks) - 1
	if last < 0 || cap(s.blocks[last])-len(s.blocks[last]) < markSize {
		s.blocks = append(s.blocks, make([]byte, 0, blockSize))
		last++
	}
	block := binary.LittleEndian.AppendUint64(s.blocks[last], m.person.one)
	block = binary.LittleEndian.AppendUint32(block, m.person.two)
	block = binary.LittleEndian.AppendUint32(block, m.desired)
	block = binary.AppendUvarint(block, uint64(m.row-s.last.row))
	s.blocks[last] = binary.AppendUvarint(block, uint64(m.line-s.last.line))
	s.last = m
}

// all yields the marks.
func (s *shard) all(yield func(mark) bool) {
	var m mark
	for _, block := range s.blocks {
		for len(block) > 0 {
			m.person = person{binary.LittleEndian.Uint64(block), binary.LittleEndian.Uint32(block[8:])}
			m.desired = binary.LittleEndian.Uint32(block[12:])
			rows, size := binary.Uvarint(block[16:])
			block = block[16+size:]
			lines, size := binary.Uvarint(block)
			block = block[size:]
			m.row, m.line = m.row+int(rows), m.line+int(lines)
			if !yield(m) {
				return
			}
		}
	}
}

// duplicates are the rows of people who are in the roster more than once. The zero value is none.
type duplicates struct {
	rows      []duplicate // by row, without the first one of each person whose rows do not conflict
	conflicts []conflict
	// equal counts the rows that repeat an earlier one, conflicting the rows in a conflict.
	equal, conflicting int
}

// duplicate is a row whose person is on other lines, too.
type duplicate struct {
	row uint32
	// of is the line of the first row, or a conflict: no document has 2³¹ lines.
	of uint32
}

const isConflict = 1 << 31

// named is how many other lines a conflict names.
const named = 3

// conflict is all rows of a person, where they differ in role or teams.
type conflict struct {
	rows  uint32
	lines [named + 1]uint32 // the first ones
}

// sighting is a person in a shard.
type sighting struct {
	first    mark
	rows     int
	conflict int // its index and 1, 0 if there is none
}

// find returns the rows of people who are in the index more than once, and empties the index.
func (x *duplicateIndex) find() duplicates {
	var found duplicates
	seen := make(map[person]int)
	var people []sighting
	for at := range x.shards {
		clear(seen)
		people = people[:0]
		twice := 0
		for m := range x.shards[at].all {
			i, known := seen[m.person]
			if !known {
				seen[m.person] = len(people)
				people = append(people, sighting{first: m, rows: 1})
				continue
			}
			twice++
			people[i].rows++
			if people[i].conflict == 0 && m.desired != people[i].first.desired {
				found.conflicts = append(found.conflicts, conflict{})
				people[i].conflict = len(found.conflicts)
			}
		}
		if twice > 0 {
			found.rows = slices.Grow(found.rows, twice)
			for m := range x.shards[at].all {
				found.join(&people[seen[m.person]], m)
			}
		}
		x.shards[at] = shard{} // duplicates may need the memory
	}
	slices.SortFunc(found.rows, func(a, b duplicate) int { return cmp.Compare(a.row, b.row) })
	return found
}

// join adds a row of a person.
func (d *duplicates) join(who *sighting, m mark) {
	switch {
	case who.conflict > 0:
		d.conflicts[who.conflict-1].add(m.line)
		d.rows = append(d.rows, duplicate{uint32(m.row), isConflict | uint32(who.conflict-1)})
		d.conflicting++
	case m.row != who.first.row:
		d.rows = append(d.rows, duplicate{uint32(m.row), uint32(who.first.line)})
		d.equal++
	}
}

func (c *conflict) add(line int) {
	if int(c.rows) < len(c.lines) {
		c.lines[c.rows] = uint32(line)
	}
	c.rows++
}

// mark adds a finding to an entry whose person is on other lines, too. Entries come in order; next is the cursor between
// two calls, from 0.
func (d *duplicates) mark(e *Entry, next *int) {
	for *next < len(d.rows) && int(d.rows[*next].row) < e.Row {
		*next++
	}
	if *next == len(d.rows) || int(d.rows[*next].row) != e.Row {
		return
	}
	of := d.rows[*next].of
	if of&isConflict != 0 {
		others, lines := d.conflicts[of&^isConflict].others(e.Line)
		reason := say("email-conflict", quote(e.Email)+" is also on "+others+", with another role or other teams", e.Email, lines)
		finding := e.at(FieldEmail, reason, remedy.Words("keep one of them"))
		e.Findings = slices.Insert(e.Findings, 0, finding)
		return
	}
	e.DuplicateOf = int(of)
	finding := e.at(FieldEmail, say("email-repeated", fmt.Sprintf("%s is on line %d already, with the same role and teams", quote(e.Email), of), e.Email, strconv.Itoa(int(of))), nil)
	finding.Severity = Warning
	e.Findings = append(e.Findings, finding)
}

// others names the lines of the conflict but for this one, which may hold others: in words, and as numbers alone.
func (c conflict) others(line int) (words, numbers string) {
	var lines []string
	own := false
	for _, other := range c.lines[:min(int(c.rows), len(c.lines))] {
		if int(other) == line && !own {
			own = true
		} else if len(lines) < named {
			lines = append(lines, strconv.Itoa(int(other)))
		}
	}
	if more := int(c.rows) - 1 - len(lines); more > 0 {
		return fmt.Sprintf("lines %s and %d more", strings.Join(lines, ", "), more), strings.Join(lines, ", ") + ", …"
	}
	if last := len(lines) - 1; last > 0 {
		return "lines " + strings.Join(lines[:last], ", ") + " and " + lines[last], strings.Join(lines, ", ")
	}
	return "line " + lines[0], lines[0]
}
