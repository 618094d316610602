package fix

import (
	"io"

	"rollcall/pkg/email"
	"rollcall/pkg/roster"
	"rollcall/pkg/workbook"
)

// book is a workbook that is edited.
type book struct {
	*workbook.Edit
	out io.Writer
}

func (b *book) set(cell roster.Cell) (before, after string, err error) {
	before, after = cell.Text, cell.Repair(cell.Text)
	if after == before {
		return before, after, nil
	}
	done, err := b.Set(cell.Line, cell.Column, before, after)
	if err != nil || done {
		return before, after, err
	}
	if _, wrapped := email.Unwrap(email.Trim(before)); wrapped && cell.Field == roster.FieldEmail {
		return before, after, errLeft // a formula, a merged area, a mark in the text
	}
	return before, before, nil // it is read well as it is
}

func (b *book) drop(row roster.RawRow) bool {
	b.Remove(row.Line)
	return true
}

func (b *book) finish() error { return b.Write(b.out) }
