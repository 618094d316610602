package workbook

import (
	"fmt"
	"maps"
	"slices"

	"rollcall/pkg/pattern"
)

// Put makes a cell say a text, whatever it is: a number, a formula, text of several kinds, nothing. It keeps its style. Rows and
// columns count as those of [Edit.Replace] do.
//
// Of a merged area, only the cell says the text: the area is given up, and its other rows say what it showed. A link to an
// address is removed, since it leads to whom the cell named before.
func (e *Edit) Put(row, column int, text string) error {
	if length := characters(text); length > maxCharacters {
		return fmt.Errorf("the text has %d characters, and a cell of a workbook %d at most", length, maxCharacters)
	}
	e.texts[position{row, column}], e.puts[position{row, column}] = text, true
	return nil
}

// looksEscaped matches what is read as a character by its number, ECMA-376, 22.9.2.19 (ST_Xstring).
var looksEscaped = pattern.Of(`_(x[0-9A-Fa-f]{4}_)`)

// layout is what a sheet says about cells after all of its rows: which are merged, and which lead to an address.
type layout struct{ merged, mails []placed }

// placed is an area of a sheet, and what the sheet calls it.
type placed struct {
	from, to position
	ref      string
}

func (p placed) covers(at position) bool {
	return p.from.row <= at.row && at.row <= p.to.row && p.from.column <= at.column && at.column <= p.to.column
}

// mergedAt returns the merged area of a cell, nil if there is none.
func (l *layout) mergedAt(at position) *placed {
	if i := slices.IndexFunc(l.merged, func(p placed) bool { return p.covers(at) }); i >= 0 {
		return &l.merged[i]
	}
	return nil
}

// readLayout reads the layout of the sheet.
func (s *Sheet) readLayout() (*layout, error) {
	mails, err := s.readMails()
	if err != nil {
		return nil, err
	}
	l := &layout{}
	err = s.readRest(func(e element) error {
		ref := e.get("ref")
		from, to, ok := parseArea(ref)
		one := placed{from, to, ref}
		switch {
		case e.local == "mergeCell" && !ok:
			return damaged("it has a merged area %q", ref)
		case e.local == "mergeCell":
			l.merged = append(l.merged, one)
		case e.local == "hyperlink" && ok:
			if _, is := mails[e.get("id")]; is {
				l.mails = append(l.mails, one)
			}
		}
		if len(l.merged) > maxAreas || len(l.mails) > maxAreas {
			return tooLarge("the sheet %q has more than %d merged cells, or links", s.Name, maxAreas)
		}
		return nil
	})
	return l, err
}

// changes returns what becomes of the sheet.
func (e *Edit) changes() (c changes, err error) {
	if err := e.open(); err != nil {
		return c, err
	}
	c = changes{texts: maps.Clone(e.texts), gone: slices.Compact(slices.Sorted(slices.Values(e.gone))), split: map[string]bool{}, unlinked: map[string]bool{}}
	for _, at := range slices.SortedFunc(maps.Keys(e.puts), position.compare) {
		for _, mail := range e.layout.mails {
			if mail.covers(at) {
				c.unlinked[mail.ref] = true
			}
		}
		area := e.layout.mergedAt(at)
		if area == nil || c.split[area.ref] {
			continue
		}
		c.split[area.ref] = true
		shown, err := e.shown(area.from)
		if err != nil {
			return c, err
		}
		last := area.to.row
		if last == MaxRows { // nobody sees where it ends
			if last, err = e.cells.last(); err != nil {
				return c, err
			}
		}
		for row := area.from.row + 1; row <= last; row++ {
			below := position{row, area.from.column}
			if _, said := c.texts[below]; !said {
				c.texts[below] = shown
			}
		}
	}
	return c, nil
}

// shown returns what a cell has shown before it was made to say something.
func (e *Edit) shown(at position) (string, error) {
	if text, is := e.texts[at]; is && !e.puts[at] {
		return text, nil
	}
	cell, err := e.cells.cell(at)
	return cell.shown, err
}
