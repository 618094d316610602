package workbook

import (
	"bytes"
	"encoding/xml"
	"maps"
	"slices"
	"strconv"
)

// changes are what becomes of a sheet.
type changes struct {
	// texts are those that cells say instead.
	texts map[position]string
	// gone are rows that are taken away.
	gone gone
	// split are merged areas that are given up, and unlinked areas whose link is removed, as the sheet names them.
	split, unlinked map[string]bool
}

// sheetReviser copies the XML of a sheet with changes.
type sheetReviser struct {
	*refers
	wanted changes
	// cells writes cells with the names of elements that the sheet has.
	cells splicer
	// rows and columns are those of texts that were not come to, columns in the row; inRow has those of all rows.
	rows, columns []int
	inRow         map[int][]int
	at            position
	// isReplaced tells that the cell is, and style how it is shown.
	isReplaced bool
	style      string
	formula    sheetFormula
	// shared are formulas that cells share, by their numbers.
	shared map[string]sheetFormula
	// link is the relation of the link, links those of links, which are kept or not.
	link  string
	links map[string]bool
	// lostFormula tells that a cell has a formula no more.
	lostFormula bool
}

// sheetFormula is the formula of a cell.
type sheetFormula struct {
	element
	tag  []byte
	text string
	at   position
	// isLost tells that the cell does not keep it.
	isLost bool
}

// newSheetReviser prepares to copy a sheet from which the rows are taken away, or another one.
func newSheetReviser(r *refers, c changes) *sheetReviser {
	s := &sheetReviser{refers: r, wanted: c, inRow: map[int][]int{}, shared: map[string]sheetFormula{}, links: map[string]bool{}}
	for at := range c.texts {
		if !c.gone.has(at.row) {
			s.inRow[at.row] = append(s.inRow[at.row], at.column)
		}
	}
	s.rows = slices.Sorted(maps.Keys(s.inRow))
	for _, columns := range s.inRow {
		slices.Sort(columns)
	}
	r.on, r.about, r.ending, r.after = s.start, s.text, s.end, s.behind
	return s
}

// move returns the number that a row gets.
func (s *sheetReviser) move(row int) int {
	if s.own {
		return s.gone.move(row)
	}
	return row
}

func (s *sheetReviser) start(e element, tag []byte) []byte {
	switch name, parent := e.local, s.top(1).name; {
	case name == "sheetData":
		if len(e.prefix) > 0 {
			s.cells.prefix = string(e.prefix) + ":"
		}
		return s.open(tag, name, len(s.rows) > 0)
	case name == "row" && parent == "sheetData":
		return s.startRow(e, tag)
	case name == "c" && parent == "row":
		return s.startCell(e, tag)
	case name == "f" && parent == "c":
		s.formula = sheetFormula{element: e, tag: tag, at: s.at, isLost: s.isReplaced || s.own && s.gone.has(s.at.row)}
		s.top(0).isGone = true // until it is known as a whole
		return tag
	case name == "hyperlink" && s.own:
		s.link = e.get("id")
		s.top(0).isGone = s.wanted.unlinked[e.get("ref")]
	case name == "mergeCell" && s.own:
		s.top(0).isGone = s.wanted.split[e.get("ref")]
	}
	return s.refers.start(e, tag)
}

// open returns the start tag of an element that gets more elements although it may have none.
func (s *sheetReviser) open(tag []byte, name string, gets bool) []byte {
	if !gets || !bytes.HasSuffix(tag, []byte("/>")) {
		return tag
	}
	s.top(0).closing = "</" + s.cells.prefix + name + ">"
	return append(bytes.Clone(tag[:len(tag)-2]), '>')
}

func (s *sheetReviser) startRow(e element, tag []byte) []byte {
	number := startTag{e}.number(s.at.row)
	s.insertRows(number)
	s.at = position{number, 0}
	s.columns = nil
	if len(s.rows) > 0 && s.rows[0] == number {
		s.rows, s.columns = s.rows[1:], s.inRow[number]
	}
	if s.own {
		s.top(0).isGone = s.gone.has(number)
	}
	if e.get("r") != "" {
		tag = e.with(tag, "r", strconv.Itoa(s.move(number)))
	}
	return s.open(tag, "row", len(s.columns) > 0)
}

// insertRows writes the rows before a number that have texts, but do not exist.
func (s *sheetReviser) insertRows(before int) {
	for len(s.rows) > 0 && s.rows[0] < before && !s.isTooLarge() {
		s.at, s.columns = position{s.rows[0], 0}, s.inRow[s.rows[0]]
		s.out.WriteString("<" + s.cells.prefix + `row r="` + strconv.Itoa(s.move(s.at.row)) + `">`)
		s.insertCells(MaxColumns + 1)
		s.out.WriteString("</" + s.cells.prefix + "row>")
		s.rows = s.rows[1:]
	}
}

// insertCells writes the cells of the row before a column that have texts, but do not exist.
func (s *sheetReviser) insertCells(before int) {
	for len(s.columns) > 0 && s.columns[0] < before {
		s.write(s.columns[0], "")
		s.columns = s.columns[1:]
	}
}

// write writes a cell of the row with its text.
func (s *sheetReviser) write(column int, style string) {
	s.out.WriteString(s.cells.cell(position{s.move(s.at.row), column}, style, s.wanted.texts[position{s.at.row, column}]))
}

func (s *sheetReviser) startCell(e element, tag []byte) []byte {
	s.at.column++
	text := e.get("r")
	if column, _, ok := parseReference(text); ok {
		s.at.column = column
	}
	s.insertCells(s.at.column)
	s.isReplaced = len(s.columns) > 0 && s.columns[0] == s.at.column
	if s.isReplaced {
		s.columns, s.style = s.columns[1:], e.get("s")
		s.top(0).isGone = true
		return tag
	}
	if text == "" {
		return tag
	}
	return e.with(tag, "r", CellName(s.at.column, s.move(s.at.row)))
}

func (s *sheetReviser) text(text string) string {
	if s.top(0).name == "f" && s.top(1).name == "c" {
		s.formula.text += text
		return text
	}
	return s.refers.text(text)
}

// end writes what an element still lacks before its end.
func (s *sheetReviser) end(o *opened) {
	switch {
	case o.name == "row" && s.top(1).name == "sheetData":
		s.insertCells(MaxColumns + 1)
	case o.name == "sheetData":
		s.insertRows(MaxRows + 1)
	}
}

// behind writes what takes the place of an element that was left out.
func (s *sheetReviser) behind(o opened) {
	switch {
	case o.name == "c" && s.isReplaced && s.top(0).name == "row":
		s.write(s.at.column, s.style)
		s.isReplaced = false
	case o.name == "f" && s.top(0).name == "c":
		s.writeFormula(s.all[o.from:s.reviser.end])
	case o.name == "hyperlink" && s.link != "":
		s.links[s.link] = s.links[s.link] || !o.isGone
	}
}

// writeFormula writes the formula of a cell. Each cell gets one of its own where the first of those that share it loses it, or
// where the shares would come to differ.
func (s *sheetReviser) writeFormula(raw []byte) {
	f := s.formula
	s.lostFormula = s.lostFormula || f.isLost
	if f.get("t") == "shared" {
		number := f.get("si")
		if f.text != "" {
			s.shared[number] = f
		}
		first, known := s.shared[number]
		if known && (len(s.gone) > 0 || first.isLost) {
			text := shifted(first.text, f.at.row-first.at.row, f.at.column-first.at.column)
			s.out.WriteString("<" + s.cells.prefix + "f>")
			_ = xml.EscapeText(&s.out, []byte(s.gone.formula(text, s.sheet, s.own))) // a buffer never fails
			s.out.WriteString("</" + s.cells.prefix + "f>")
			return
		}
	}
	moved, tag := s.gone.formula(f.text, s.sheet, s.own), f.tag
	if s.own {
		for _, attribute := range []string{"ref", "r1", "r2"} {
			tag = f.with(tag, attribute, s.gone.places(f.get(attribute)))
		}
	}
	if moved == f.text {
		s.out.Write(tag)
		s.out.Write(raw[len(f.tag):])
		return
	}
	s.out.Write(tag)
	_ = xml.EscapeText(&s.out, []byte(moved)) // a buffer never fails
	s.out.WriteString("</" + s.cells.prefix + "f>")
}
