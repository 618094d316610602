package workbook

import (
	"errors"
	"io"
)

// stored is what is stored in a cell.
type stored struct {
	// text is the text, or a number as it is written in the file; shown is what a person sees.
	text, shown string
	// formula tells that it is the result of one, struck that a run of the text is struck through.
	formula, struck bool
}

// store hands over what is stored in the cell that was read.
func (r *rowReader) store() {
	cell := stored{text: r.value.String(), shown: r.cell.Text, formula: r.formula, struck: r.value.struck}
	if r.kind == "s" {
		cell.text = r.cell.Text
		if _, struck, err := r.sheet.book.shared(string(r.value.content)); err == nil {
			cell.struck = struck
		}
	}
	if cell != (stored{}) {
		r.stored(r.cell.Column, cell)
	}
}

// cursor finds what is stored in the cells of a sheet. It is fast if it is asked for them in the order of their rows.
type cursor struct {
	sheet   *Sheet
	content io.Closer
	rows    *rowReader
	// row is the number of the row that was read last, cells are those of it, and end is that of the last one, once it is known.
	row   int
	end   int
	cells map[int]stored
	// kept are cells that are asked for again later, where they are known.
	kept map[position]stored
}

// cell returns what is stored in a cell.
func (c *cursor) cell(at position) (stored, error) {
	if cell, known := c.kept[at]; known && c.row >= at.row {
		return cell, nil
	}
	if c.rows == nil || c.row > at.row {
		if err := c.begin(); err != nil {
			return stored{}, err
		}
	}
	for c.row < at.row {
		clear(c.cells)
		more, err := c.rows.next()
		if err != nil {
			return stored{}, err
		}
		if !more {
			c.end = c.rows.row.Number
			c.row = MaxRows + 1
			break
		}
		c.row = c.rows.row.Number
		for column, cell := range c.cells {
			if _, is := c.kept[position{c.row, column}]; is {
				c.kept[position{c.row, column}] = cell
			}
		}
	}
	if c.row > at.row {
		return stored{}, nil
	}
	return c.cells[at.column], nil
}

// last returns the number of the last row.
func (c *cursor) last() (int, error) {
	if c.end == 0 {
		if _, err := c.cell(position{MaxRows + 1, 1}); err != nil {
			return 0, err
		}
	}
	return c.end, nil
}

// begin goes to the beginning of the sheet.
func (c *cursor) begin() error {
	if err := c.close(); err != nil {
		return err
	}
	part, err := c.sheet.book.parts.open(c.sheet.part, maxSheet)
	if err != nil {
		return err
	}
	c.content, c.row, c.cells = part, 0, map[int]stored{}
	c.rows = &rowReader{sheet: c.sheet, tokens: c.sheet.book.parts.markup(c.sheet.part, part)}
	c.rows.stored = func(column int, cell stored) { c.cells[column] = cell }
	return nil
}

func (c *cursor) close() error {
	if c.content == nil {
		return nil
	}
	err := c.content.Close()
	c.content, c.rows = nil, nil
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
