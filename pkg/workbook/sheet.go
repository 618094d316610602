package workbook

import (
	"cmp"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
)

// The size of a sheet.
const (
	// MaxRows is how many rows a sheet has in Excel.
	MaxRows = 1 << 20
	// MaxColumns is how many columns.
	MaxColumns = 1 << 14
	// maxRow is how many bytes of text a row may have: more than any person needs.
	maxRow = 1 << 20
	// maxFilled is how many cells may be shown through a merged one.
	maxFilled = 1 << 22
)

// Row is a row of a sheet.
type Row struct {
	// Number is that of the row in the sheet, from 1.
	Number int
	// Hidden tells that the sheet does not show the row, since it is filtered out or was hidden by hand.
	Hidden bool
	// Cells are those with something in them, from left to right. They are used again for the next row.
	Cells []Cell
}

// Cell is a cell as it is shown.
type Cell struct {
	// Column is that of the cell in the sheet, from 1.
	Column int
	// Text is what a person sees: a number in the format of its cell, the result that a formula had when the workbook
	// was saved. A date is written 2006-01-02, a time 15:04 or 15:04:05, in whatever order and language it is shown. In
	// a merged area that spans rows, each of them shows its text, in the area's first column. Line breaks are LF.
	Text string
	// Mail is the address that the cell's mailto: link leads to, "" without one. A cell of a link alone is none.
	Mail string
	// Unsaved tells that the cell has a formula that was not worked out when the workbook was saved, as scripts save
	// them, so that nobody knows what it will show. Text is what was saved instead: nothing, or 0.
	Unsaved bool
	// Zero tells that the cell has a formula that came to 0, as one does that looks up an empty cell.
	Zero bool
	// Merged tells that the cell stands for one above it, whose area covers it.
	Merged bool
	// Struck tells that the text, or a part of it, is struck through.
	Struck bool
}

// Rows yields the rows that have cells, in their order. An error is an [*Error]; it comes alone and last.
func (s *Sheet) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if err := s.read(func(row Row) bool { return yield(row, nil) }); err != nil {
			yield(Row{}, err)
		}
	}
}

func (s *Sheet) read(yield func(Row) bool) error {
	if s.book.lastRead != s {
		s.book.lastRead = nil
		about, err := s.readAbout()
		if err != nil {
			return err
		}
		s.book.lastRead, s.book.about = s, about
	}
	content, err := s.book.parts.open(s.part, maxSheet)
	if err != nil {
		return err
	}
	defer content.Close()
	s.unseen = nil
	r := rowReader{sheet: s, tokens: s.book.parts.markup(s.part, content), about: s.book.about}
	for {
		switch more, err := r.next(); {
		case err != nil:
			return err
		case !more:
			return nil
		}
		if len(r.row.Cells) > 0 && !yield(r.row) {
			return nil
		}
	}
}

// rowReader reads rows from the XML of a sheet.
type rowReader struct {
	sheet  *Sheet
	tokens *markup
	about  about
	row    Row
	// length is that of the row's texts.
	length int

	cell  Cell
	value text
	// kind and style are what the cell says about its value.
	kind  string
	style []byte
	// formula, result and inline tell whether the cell has them: a text of its own is inline.
	formula, result, inline bool
	// stored takes what is stored in each cell, if somebody wants to know.
	stored func(column int, cell stored)
}

// next reads the next row. There is none after the end of the sheet's rows.
func (r *rowReader) next() (more bool, err error) {
	for {
		token, err := r.tokens.next()
		if errors.Is(err, io.EOF) {
			return false, damaged("the sheet %q is cut off", r.sheet.Name)
		}
		if err != nil {
			return false, err
		}
		ours, err := r.value.take(token)
		if err != nil {
			return false, err
		}
		if ours {
			continue
		}
		switch token.kind {
		case isStart:
			err = r.start(token.element)
		case isEnd:
			switch token.element.local {
			case "v":
				r.value.open = false
			case "c":
				err = r.finish()
			case "row":
				return true, r.grow(r.about.complete(&r.row))
			case "sheetData":
				return false, nil
			}
		case isText, isOther:
		}
		if err != nil {
			return false, err
		}
	}
}

func (r *rowReader) start(e element) error {
	switch e.local {
	case "col":
		r.sheet.noteColumns(e)
	case "row":
		number := r.row.Number + 1
		if text := e.value("r"); len(text) > 0 {
			given, err := strconv.Atoi(string(text))
			if err != nil || given < number {
				return damaged("in the sheet %q, the row %q comes after row %d", r.sheet.Name, text, r.row.Number)
			}
			number = given
		}
		if number > MaxRows {
			return damaged("the sheet %q has a row %d", r.sheet.Name, number)
		}
		r.row = Row{Number: number, Hidden: isTrue(e.get("hidden")) || e.get("ht") == "0", Cells: r.row.Cells[:0]}
		r.cell, r.length = Cell{}, 0
	case "c":
		column := r.cell.Column + 1
		if text := e.value("r"); len(text) > 0 {
			given, _, ok := parseReference(string(text))
			if !ok || given < column {
				return damaged("in the sheet %q, row %d, the cell %q is out of place", r.sheet.Name, r.row.Number, text)
			}
			column = given
		}
		if column > MaxColumns {
			return damaged("the sheet %q has a column %d", r.sheet.Name, column)
		}
		r.cell = Cell{Column: column}
		r.kind, r.style = known(e.value("t")), append(r.style[:0], e.value("s")...)
		r.formula, r.result, r.inline = false, false, false
		r.value.reset()
	case "f":
		r.formula = true
	case "v":
		if r.kind == inlineText && r.inline {
			return nil
		}
		r.value.reset()
		r.result, r.value.open = true, true
	case "is":
		if r.kind == inlineText {
			r.value.reset()
		}
		r.value.ignored = r.kind != inlineText && r.result
		r.result, r.inline = true, true
	}
	return nil
}

// inlineText is the kind of a cell that has a text of its own, beside which some programs repeat it as a value.
const inlineText = "inlineStr"

// finish adds the cell to its row if there is something in it.
func (r *rowReader) finish() (err error) {
	style, err := r.sheet.book.formats.style(string(r.style))
	if err != nil {
		return err
	}
	r.cell.Struck = r.value.struck || style.struck
	if r.cell.Text, err = r.shown(style); err != nil {
		return err
	}
	if r.stored != nil {
		r.store()
	}
	if r.formula {
		r.weigh()
	}
	if r.cell.Text == "" && !r.cell.Unsaved {
		return nil
	}
	r.cell.Mail = r.about.mails[position{r.row.Number, r.cell.Column}]
	r.row.Cells = append(r.row.Cells, r.cell)
	return r.grow(len(r.cell.Text))
}

// weigh finds out what the result of the cell's formula is worth. A text may be empty, and an error is a result; what
// was saved for a number by a program that works nothing out is nothing, or 0.
func (r *rowReader) weigh() {
	content := strings.TrimSpace(string(r.value.content))
	switch r.kind {
	case "str", inlineText:
		r.cell.Unsaved = !r.result
	case "", "n":
		size, err := strconv.ParseFloat(content, 64)
		isZero := err == nil && size == 0
		r.cell.Unsaved = content == "" || isZero && r.sheet.book.stale
		r.cell.Zero = isZero && !r.cell.Unsaved && r.cell.Text != ""
	default:
		r.cell.Unsaved = content == ""
	}
}

// grow notes that the row has got more text.
func (r *rowReader) grow(bytes int) error {
	r.length += bytes
	switch {
	case r.length > maxRow:
		return tooLarge("row %d of the sheet %q has more than %d MiB", r.row.Number, r.sheet.Name, maxRow>>20)
	case r.about.filled > maxFilled:
		return tooLarge("the merged cells of the sheet %q cover more than %d cells", r.sheet.Name, maxFilled)
	}
	return nil
}

// shown returns what the cell shows.
func (r *rowReader) shown(style style) (text string, err error) {
	if len(r.value.content) == 0 {
		return "", nil
	}
	switch r.kind {
	case "s":
		var struck bool
		text, struck, err = r.sheet.book.shared(string(r.value.content))
		r.cell.Struck = r.cell.Struck || struck
		return text, err
	case "b":
		if isTrue(string(r.value.content)) {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "", "n":
		return r.sheet.book.formats.shown(string(r.value.content), style), nil
	}
	return r.value.String(), nil // text of its own, the text of a formula, an error, a date as text
}

// position is a place in a sheet, from 1.
type position struct{ row, column int }

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.row, q.row), cmp.Compare(p.column, q.column))
}

// parseReference reads a reference such as AB12. The row is optional.
func parseReference(text string) (column, row int, ok bool) {
	i := 0
	for ; i < len(text) && i < 3; i++ {
		letter := text[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	if i == 0 || column > MaxColumns {
		return 0, 0, false
	}
	if text[i:] == "" {
		return column, 0, true
	}
	row, err := strconv.Atoi(text[i:])
	return column, row, err == nil && row > 0 && row <= MaxRows && text[i] != '+'
}

// parseArea reads a reference to an area such as A1:B2, or to a single cell.
func parseArea(text string) (from, to position, ok bool) {
	first, last, isArea := strings.Cut(text, ":")
	if from.column, from.row, ok = parseReference(first); !ok || !isArea {
		return from, from, ok
	}
	to.column, to.row, ok = parseReference(last)
	return from, to, ok && from.row > 0 && to.row >= from.row && to.column >= from.column
}
