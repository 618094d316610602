package fix

import (
	"rollcall/pkg/email"
	"rollcall/pkg/roster"
)

// left is what is left for a person.
type left struct {
	// texts are what stands in the cells for the addresses that stay as they are, by the numbers of their rows; keys are
	// the people whom they mean.
	texts map[int]string
	keys  map[string]bool
	// lines are those of rows that no other row may be dropped for.
	lines map[int]bool
}

func newLeft() left {
	return left{texts: map[int]string{}, keys: map[string]bool{}, lines: map[int]bool{}}
}

// leave notes that a cell of a row stays as it is. That matters for an address in what surrounds it, which only a formula
// shows, say: it stays a finding for a person. What else stays is read well as it is.
func (l left) leave(row roster.RawRow, cell roster.Cell) {
	text := email.Trim(cell.Text)
	if _, wrapped := email.Unwrap(text); wrapped && cell.Field == roster.FieldEmail {
		l.texts[row.Row], l.keys[row.Key()], l.lines[row.Line] = text, true, true
	}
}

// keeps reports whether a row stays, although it says the same as an earlier one: either has a mark that a person has to
// look at, or the earlier one has no address yet.
func (l left) keeps(row roster.RawRow) bool {
	if row.Marked {
		l.lines[row.Line] = true
	}
	return row.Marked || l.lines[row.DuplicateOf]
}

// same reports whether an entry says the same as before. One whose address stays as it is is invalid now; whoever else is
// the same person is no duplicate of it any more.
func (l left) same(before, after roster.Entry) bool {
	if text, ok := l.texts[before.Row]; ok {
		before.Email = text
		return after.Invalid() && sameBut(before, after)
	}
	return sameBut(before, after) && (l.keys[before.Key()] || before.Invalid() == after.Invalid())
}
