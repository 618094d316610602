package workbook

import (
	"slices"
	"strings"
)

// gone are the numbers of rows that are taken away, ascending.
type gone []int

// move returns the number that a row has then, or the one that takes its place.
func (g gone) move(row int) int {
	before, _ := slices.BinarySearch(g, row)
	return row - before
}

func (g gone) has(row int) bool {
	_, is := slices.BinarySearch(g, row)
	return is
}

// span returns what is left of rows from the first to the last. What reaches to the end of the sheet still does.
func (g gone) span(first, last int) (newFirst, newLast int, some bool) {
	newFirst, newLast = g.move(first), last
	if last < MaxRows {
		newLast = g.move(last + 1)
		newLast--
	}
	return newFirst, newLast, newLast >= newFirst
}

// area returns what is left of an area, and whether anything is. What is none stays as it is.
func (g gone) area(text string) (left string, some bool) {
	from, to, ok := parseArea(text)
	if !ok || from.row == 0 {
		return text, true
	}
	from.row, to.row, some = g.span(from.row, to.row)
	left = CellName(from.column, from.row)
	if strings.Contains(text, ":") {
		left += ":" + CellName(to.column, to.row)
	}
	return left, some
}

// areas is [gone.area] for several of them.
func (g gone) areas(text string) (left string, some bool) {
	var all []string
	for one := range strings.FieldsSeq(text) {
		if one, some := g.area(one); some {
			all = append(all, one)
		}
	}
	return strings.Join(all, " "), len(all) > 0
}

// places is [gone.areas] for what must be somewhere: it moves to where the rows were.
func (g gone) places(text string) string {
	var all []string
	for one := range strings.FieldsSeq(text) {
		moved, some := g.area(one)
		if !some {
			moved, _, _ = strings.Cut(moved, ":")
		}
		all = append(all, moved)
	}
	return strings.Join(all, " ")
}

// formula returns a formula whose references are to where the cells of the sheet are then. Own tells that it stands there.
func (g gone) formula(formula, sheet string, own bool) string {
	if len(g) == 0 {
		return formula
	}
	return rewriteFormula(formula, func(named string, from, to *corner) (some bool) {
		if from.row == 0 || named == "" && !own || named != "" && !strings.EqualFold(named, sheet) {
			return true
		}
		if from.row > to.row { // which people may write
			from, to = to, from
		}
		from.row, to.row, some = g.span(from.row, to.row)
		return some
	})
}
