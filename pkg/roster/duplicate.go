package roster

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/remedy"
)

// duplicateIndex finds out who is in a roster more than once, in two passes. The first hashes the keys of people, and remembers
// no more of them than that. Where all hashes differ, all people do, and that is the end of it. The second pass, which most
// rosters need not have, looks at those whose hash is there twice, by their keys: hashes alone make nobody a duplicate.
type duplicateIndex struct {
	hash  func(key string) uint64
	first sieve
	// names has everybody whom the first pass has met.
	names names
	// twice are the hashes that the first pass has met more than once, each with the number of a person who has it, 0
	// as long as nobody was met.
	twice map[uint64]uint32

	// sightings are the people with such a hash, whose numbers count from 1; marks are their rows.
	sightings []sighting
	keys      texts
	marks     []mark
	conflicts uint32
}

// sighting is a person in the second pass.
type sighting struct {
	// desired is what the first row wants of the person, row and line are where that is.
	desired   uint64
	row, line uint32
	// key is where that of the person is in the keys.
	key uint32
	// conflict is its index and 1, 0 if there is none, other the number of another person with the same hash, 0 if there is none.
	conflict, other uint32
}

// mark is what is remembered of a row in the second pass.
type mark struct {
	person    uint32
	row, line uint32
}

func newDuplicateIndex() *duplicateIndex {
	seed := maphash.MakeSeed()
	return &duplicateIndex{hash: func(key string) uint64 { return maphash.String(seed, key) }}
}

// add notes a row in the first pass.
func (x *duplicateIndex) add(key string) { x.first.add(x.hash(key)) }

// unsettled ends the first pass, and reports whether there has to be a second one.
func (x *duplicateIndex) unsettled() bool {
	x.names = newNames(x.hash, x.first.length())
	x.twice = x.first.repeated(x.names.add)
	x.sightings, x.marks = make([]sighting, 0, len(x.twice)), make([]mark, 0, 2*len(x.twice))
	return len(x.twice) > 0
}

// again notes a row in the second pass, with a hash that is the same for rows with the same role and teams. Rows come in order.
func (x *duplicateIndex) again(key string, hashed func() uint64, row, line int) {
	hash := x.hash(key)
	of, twice := x.twice[hash]
	if !twice {
		return
	}
	desired := hashed()
	number := x.number(of, key)
	if number == 0 {
		x.sightings = append(x.sightings, sighting{key: x.keys.add(key), row: uint32(row), line: uint32(line), desired: desired, other: of})
		number = uint32(len(x.sightings))
		x.twice[hash] = number
	}
	if who := &x.sightings[number-1]; who.desired != desired && who.conflict == 0 {
		x.conflicts++
		who.conflict = x.conflicts
	}
	x.marks = append(x.marks, mark{number - 1, uint32(row), uint32(line)})
}

// number returns the number of the person with a key among those who have the same hash, 0 if nobody has been met.
func (x *duplicateIndex) number(of uint32, key string) uint32 {
	for number := of; number > 0; number = x.sightings[number-1].other {
		if x.keys.has(x.sightings[number-1].key, key) {
			return number
		}
	}
	return 0
}

// found ends the second pass.
func (x *duplicateIndex) found() duplicates {
	x.twice, x.keys = nil, nil // what follows may need the memory
	found := duplicates{conflicts: make([]conflict, x.conflicts), rows: make([]duplicate, 0, len(x.marks)-len(x.sightings))}
	for _, m := range x.marks {
		found.join(x.sightings[m.person], m)
	}
	return found
}

// settle is the second pass over a roster.
func (r *Roster) settle(ctx context.Context, index *duplicateIndex) error {
	judge := newJudge(r.Name, r.rules)
	var entry Entry
	err := r.again(ctx, wantFields, func(row *row, number int) error {
		if judge.judge(row, number, &entry); !entry.Skipped() && !entry.Invalid() {
			index.again(judge.key, func() uint64 { return judge.desired(&entry) }, number, entry.Line)
		}
		return nil
	})
	r.duplicates = index.found()
	return err
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

// join adds a row of a person.
func (d *duplicates) join(who sighting, m mark) {
	switch {
	case who.conflict > 0:
		d.conflicts[who.conflict-1].add(m.line)
		d.rows = append(d.rows, duplicate{m.row, isConflict | (who.conflict - 1)})
		d.conflicting++
	case m.row != who.row:
		d.rows = append(d.rows, duplicate{m.row, who.line})
		d.equal++
	}
}

func (c *conflict) add(line uint32) {
	if int(c.rows) < len(c.lines) {
		c.lines[c.rows] = line
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
