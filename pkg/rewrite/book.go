package rewrite

import (
	"io"

	"rollcall/pkg/roster"
	"rollcall/pkg/workbook"
)

// book is a workbook that is edited.
type book struct {
	*workbook.Edit
	roster *roster.Roster
	out    io.Writer
}

// Repair implements [Editor]. A formula, a merged area and a mark in the text stay as they are.
func (b *book) Repair(cell roster.Cell) (before, after string, done bool, err error) {
	before, after = cell.Text, cell.Repair(cell.Text)
	if after == before {
		return before, after, true, nil
	}
	done, err = b.Replace(cell.Line, cell.Column, before, after)
	return before, after, done, err
}

// Set implements [Editor].
func (b *book) Set(row roster.RawRow, change Change) (cells int, err error) {
	for _, field := range fields {
		if !change.touches(field) {
			continue
		}
		at := b.roster.Field(field).At
		if at < 0 {
			if _, asked := change.Texts[field]; asked {
				return cells, about(field, ErrNoColumn)
			}
			continue
		}
		before := row.All[at]
		_, asked := change.Texts[field]
		after := change.of(field, before)
		if after == before && !asked {
			continue
		}
		if err := b.Put(row.Line, row.Column+at, after); err != nil {
			return cells, about(field, err)
		}
		cells++
	}
	return cells, nil
}

// Drop implements [Editor].
func (b *book) Drop(row roster.RawRow) bool {
	b.Remove(row.Line)
	return true
}

// Finish implements [Editor].
func (b *book) Finish() error { return b.Write(b.out) }
