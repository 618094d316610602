package roster

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
	"rollcall/pkg/workbook"
)

// titles is how many rows of a sheet are looked at for its header: there may be titles and notes above it.
const titles = 50

// sheet is a sheet of a workbook that may be a roster.
type sheet struct {
	*workbook.Sheet
	// top is where the header begins, and header what it says: of the first row that surely names a column
	// for e-mail addresses, else the first that may, else the first with anything in it.
	top    place
	header header
	// promise tells whether there is a column for e-mail addresses.
	promise promise
	// first is the number of the table's first column, of which the layout counts.
	first  int
	layout layout
	// defused tells that the cells were made harmless, in CSV that a spreadsheet has saved as a workbook.
	defused bool
	// cells serve every row anew.
	cells []workbook.Cell
}

// exactSheets are the sheets of results and of rows to correct that were written as workbooks, with cells as they are. That of
// CSV saved as a workbook is called like the file.
var exactSheets = []string{"Results", "To correct"}

// promise is what a row, or a sheet, promises to be.
type promise int

// The promises, the least first. A guess is a column that may mean something else, see [meaning].
const (
	noRoster promise = iota
	guessedRoster
	surelyRoster
)

// openSheet finds the sheet that is meant, and lays it out: the one that is named, or the only one that has the header
// of a roster and is not hidden.
func openSheet(book *workbook.Book, rules *rules) (*sheet, error) {
	s, err := chooseSheet(book, rules)
	switch {
	case err != nil:
		return nil, err
	case s.top.line == 0:
		return nil, structureError{{reason: say("sheet-empty", "the sheet "+quote(s.Name)+" is empty", s.Name), suggestion: remedy.Words("it needs a header such as email, role, teams")}}
	}
	s.cells = make([]workbook.Cell, len(s.header.cells))
	s.layout, err = layOut(s.header, rules)
	s.defused = s.layout.defused && !slices.Contains(exactSheets, s.Name)
	return s, err
}

func chooseSheet(book *workbook.Book, rules *rules) (*sheet, error) {
	var shown, rosters, hidden []*sheet
	for _, one := range book.Sheets {
		// The command that made a workbook of rows to correct takes it, too, though it names the sheet of the roster.
		made := len(book.Sheets) == 1 && slices.Contains(exactSheets, one.Name)
		if rules.sheet != "" && !made && !strings.EqualFold(email.Trim(one.Name), email.Trim(rules.sheet)) {
			continue
		}
		s, err := lookAt(one, rules)
		switch {
		case err != nil:
			return nil, err
		case rules.sheet != "":
			return s, nil
		case s.promise == noRoster:
		case s.Hidden:
			hidden = append(hidden, s)
		default:
			rosters = append(rosters, s)
		}
		if !s.Hidden {
			shown = append(shown, s)
		}
	}
	if slices.ContainsFunc(rosters, surely) {
		rosters = slices.DeleteFunc(rosters, func(s *sheet) bool { return !surely(s) })
	}
	refused := problem{suggestion: remedy.Words("name the right one with ").Use("sheet", "")}
	switch {
	case len(rosters) == 1:
		return rosters[0], nil
	case rules.sheet != "":
		refused.reason, refused.suggestion = say("sheet-missing", "there is no sheet "+quote(rules.sheet), rules.sheet, sheetNames(book.Sheets)), remedy.Words("there are "+sheetNames(book.Sheets))
	case len(rosters) > 1:
		names := sheetNames(sheetsOf(rosters))
		refused.reason = say("sheets-several", fmt.Sprintf("%d sheets have a column for e-mail addresses: %s", len(rosters), names), names)
	case len(hidden) > 0:
		names := sheetNames(sheetsOf(hidden))
		refused.reason = say("sheets-hidden", "only hidden sheets have a column for e-mail addresses: "+names, names)
	case len(shown) == 1: // what is wrong with it is said better by whoever lays it out
		return shown[0], nil
	default:
		names := sheetNames(book.Sheets)
		refused.reason = say("sheets-none", "no sheet has a column for e-mail addresses in the header; there are "+names, names)
	}
	return nil, structureError{refused}
}

func surely(s *sheet) bool { return s.promise == surelyRoster }

// lookAt finds the header of a sheet.
func lookAt(one *workbook.Sheet, rules *rules) (*sheet, error) {
	s := &sheet{Sheet: one}
	for row, err := range one.Rows() {
		if err != nil {
			return nil, err
		}
		if surely(s) {
			if s.continues(row, rules) {
				s.extend(row, rules)
				continue
			}
			break
		}
		if row.Number > titles && s.top.line > 0 {
			break
		}
		top, first := headerOf(row)
		if first == 0 {
			continue
		}
		if promise := top.promise(rules); promise > s.promise || s.top.line == 0 {
			s.top, s.header, s.first, s.promise = place{row.Number, first}, top, first, promise
		}
	}
	return s, nil
}

// continues reports whether a row is another level of the header: the one below it, into which the cell above the addresses
// reaches; or that has a column for the roles, without which the header is none, and nothing below that cell.
func (s *sheet) continues(row workbook.Row, rules *rules) bool {
	if row.Number != s.top.line+1 {
		return false
	}
	address := s.first + s.header.addresses(rules)[0]
	at := slices.IndexFunc(row.Cells, func(c workbook.Cell) bool { return c.Column == address })
	if at >= 0 && filled(row.Cells[at].Text) {
		return row.Cells[at].Merged
	}
	below, _ := headerOf(row)
	return rules.role == "" && len(s.header.meaning(FieldRole, rules.columns)) == 0 && len(below.meaning(FieldRole, rules.columns)) > 0 && !below.hasAddress()
}

// extend adds a level to the header. What stands lower names the column.
func (s *sheet) extend(row workbook.Row, rules *rules) {
	below, from := headerOf(row)
	first, end := min(s.first, from), max(s.first+len(s.header.cells), from+len(below.cells))
	var both header
	for column := first; column < end; column++ {
		text, at := "", place{row.Number, column}
		if i := column - s.first; i >= 0 && i < len(s.header.cells) {
			text, at = s.header.cells[i], s.header.places[i]
		}
		if i := column - from; i >= 0 && i < len(below.cells) && filled(below.cells[i]) {
			text, at = below.cells[i], below.places[i]
		}
		both.cells, both.places = append(both.cells, text), append(both.places, at)
	}
	if both.promise(rules) == surelyRoster {
		s.header, s.first, s.top = both, first, place{row.Number, first}
	}
}

// headerOf takes a row for a header, from its first column with something in it to its last. There is none if first is 0.
func headerOf(row workbook.Row) (h header, first int) {
	for _, one := range row.Cells {
		if !filled(one.Text) {
			continue
		}
		if first == 0 {
			first = one.Column
		}
		for column := first + len(h.cells); column <= one.Column; column++ {
			h.cells = append(h.cells, "")
			h.places = append(h.places, place{row.Number, column})
		}
		h.cells[one.Column-first] = one.Text
	}
	return h, first
}

// promise tells whether a column, or more than one, is meant for the e-mail addresses. A row that holds one itself is no
// header, but a note such as whom to ask.
func (h header) promise(rules *rules) promise {
	columns := h.addresses(rules)
	if len(columns) == 0 || h.hasAddress() {
		return noRoster
	}
	if _, guess := meaning(h.cells[columns[0]]); guess && rules.columns[FieldEmail] == "" {
		return guessedRoster
	}
	return surelyRoster
}

// addresses returns the columns for the e-mail addresses.
func (h header) addresses(rules *rules) []int {
	if name, mapped := rules.columns[FieldEmail]; mapped {
		return h.named(name)
	}
	return h.meaning(FieldEmail, rules.columns)
}

func (h header) hasAddress() bool {
	return slices.ContainsFunc(h.cells, func(cell string) bool { return email.Check(email.Trim(cell)) == nil })
}

func sheetsOf(sheets []*sheet) (all []*workbook.Sheet) {
	for _, one := range sheets {
		all = append(all, one.Sheet)
	}
	return all
}

// sheetNames names the sheets.
func sheetNames(sheets []*workbook.Sheet) string {
	const most = 12
	var names []string
	for _, one := range sheets[:min(len(sheets), most)] {
		names = append(names, quote(one.Name))
	}
	if more := len(sheets) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
