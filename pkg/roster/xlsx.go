package roster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/email"
	"rollcall/pkg/formula"
	"rollcall/pkg/remedy"
	"rollcall/pkg/workbook"
)

// readXLSX reads the sheet of a workbook that has the header of a roster. The line of a row is its number in the sheet,
// and columns are counted as there.
func readXLSX(_ context.Context, r *reading, emit func(*row) error) error {
	document, err := io.ReadAll(io.LimitReader(r.bytes, workbook.MaxSize+1))
	if err != nil {
		return err
	}
	book, err := workbook.Open(document)
	if err != nil {
		return explainBook(err)
	}
	s, err := openSheet(book, r.rules)
	if err != nil {
		if s != nil {
			r.columns = s.header.cells
		}
		return explainBook(err)
	}
	r.extra, r.doubts, r.selection, r.number = s.layout.names, s.layout.doubts, s.layout.selection, s.layout.number
	r.columns, r.fields, r.dialect = s.header.cells, s.header.fields(s.layout, r.rules), Dialect{Sheet: s.Name}
	r.detected = append(r.detected, "sheet "+quote(s.Name))
	if s.top.line > 1 {
		r.detected = append(r.detected, fmt.Sprintf("header in row %d", s.top.line))
	}
	var hidden hiddenRows
	for cells, err := range s.Rows() {
		if err != nil {
			return explainBook(err)
		}
		if cells.Number <= s.top.line || !s.fill(cells) {
			continue
		}
		if cells.Hidden {
			hidden.add(cells.Number)
		}
		out := s.row(cells.Number, r)
		if err := emit(&out); err != nil {
			return err
		}
	}
	r.doubts = append(r.doubts, hidden.doubts(s.Name)...)
	r.doubts = append(r.doubts, s.hiddenColumns()...)
	return nil
}

// explainBook turns an error of a workbook into a structureError.
func explainBook(err error) error {
	if unreadable, ok := errors.AsType[*workbook.Error](err); ok {
		return structureError{{reason: say(bookCode(unreadable.Kind), unreadable.Reason), suggestion: remedy.Words(unreadable.Suggestion)}}
	}
	return err
}

// bookCode is the code of what keeps a workbook from being read.
func bookCode(kind error) string {
	switch {
	case errors.Is(kind, workbook.ErrEncrypted):
		return "document-password"
	case errors.Is(kind, workbook.ErrDamaged):
		return "workbook-damaged"
	case errors.Is(kind, workbook.ErrTooLarge):
		return "workbook-too-large"
	}
	return "document-no-workbook"
}

// fill takes over the cells of a row below the header. It reports whether there is something in them; what stands beside
// the table is no part of it, and what only a merged area shows there makes no row.
func (s *sheet) fill(row workbook.Row) (filledAny bool) {
	clear(s.cells)
	for _, one := range row.Cells {
		if i := one.Column - s.first; i >= 0 && i < len(s.cells) {
			if s.defused {
				one.Text = formula.Restore(one.Text)
			}
			if !slices.Contains(s.layout.secrets, i) {
				s.cells[i] = one
			}
			filledAny = filledAny || !one.Merged && (filled(one.Text) || one.Unsaved)
		}
	}
	return filledAny
}

// row returns the row whose cells were taken over.
func (s *sheet) row(number int, r *reading) row {
	out := row{place: place{number, s.first}, isBook: true}
	for _, one := range []struct {
		column int
		field  string
		cell   *cell
	}{{s.layout.email, FieldEmail, &out.email}, {s.layout.role, FieldRole, &out.role}, {s.layout.teams, FieldTeams, &out.teams}} {
		one.cell.place = out.place
		if one.column == absent {
			continue
		}
		found := s.cells[one.column]
		one.cell.column, one.cell.text = s.first+one.column, found.Text
		wrong, doubt := worth(found), (*problem)(nil)
		switch {
		case wrong != nil:
			one.cell.text = ""
		case one.field == FieldEmail:
			one.cell.text, wrong, doubt = s.linked(found)
		}
		if wrong != nil {
			one.cell.judged = true
			out.problems = append(out.problems, wrong.about(one.cell.place, one.field))
		}
		if doubt != nil {
			out.warnings = append(out.warnings, doubt.about(one.cell.place, one.field))
		}
	}
	out.warnings = append(out.warnings, s.struck(&out)...)
	if r.selection != nil {
		out.choice = r.selection.choose(number, func(column int) (string, place) {
			at := place{number, s.first + column}
			if wrong := worth(s.cells[column]); wrong != nil {
				return wrong.reason.text, at // which is no word for anything
			}
			return s.cells[column].Text, at
		})
	}
	if at := s.layout.number.at; at != absent && worth(s.cells[at]) == nil {
		out.number = s.cells[at].Text
	}
	if r.wantAll {
		for i, one := range s.cells {
			if out.all = append(out.all, one.Text); i == s.layout.email && out.email.text != "" {
				out.all[i] = out.email.text
			}
		}
		out.written = s.written(&out)
	}
	if r.wantExtra {
		out.extra = make([]string, len(s.layout.extra))
		for i, column := range s.layout.extra {
			out.extra[i] = s.cells[column].Text
		}
	}
	return out
}

// worth says what is wrong with a cell whose formula has no result that could be a value, nil if that is not so.
func worth(c workbook.Cell) *problem {
	switch {
	case c.Unsaved:
		return &problem{reason: say("formula-unsaved", "a formula without a result"), suggestion: remedy.Words("open the workbook in a spreadsheet program and save it")}
	case c.Zero:
		return &problem{
			reason:     say("formula-zero", "a formula that comes to 0, as one does that looks up an empty cell"),
			suggestion: remedy.Words("write the value itself, or have the formula show nothing"),
		}
	}
	return nil
}

// about returns the problem of a field at a place.
func (p problem) about(at place, field string) problem {
	p.place, p.field = at, field
	return p
}

// written returns the cells of the fields whose values are what they show.
func (s *sheet) written(r *row) (cells []Cell) {
	for i, one := range []struct {
		column int
		cell   cell
	}{{s.layout.email, r.email}, {s.layout.role, r.role}, {s.layout.teams, r.teams}} {
		if one.column != absent && !one.cell.judged && one.cell.text == s.cells[one.column].Text {
			cells = append(cells, Cell{columns[i], one.cell.line, one.cell.column, one.cell.text, kinds[i]})
		}
	}
	return cells
}

// hiddenColumns says that columns which count are not shown.
func (s *sheet) hiddenColumns() (doubts []problem) {
	for i, column := range []int{s.layout.email, s.layout.role, s.layout.teams} {
		if column == absent || !s.HidesColumn(s.first+column) {
			continue
		}
		doubts = append(doubts, problem{
			place{s.top.line, s.first + column},
			columns[i],
			say(
				"column-hidden", "the column "+quote(email.Trim(s.header.cells[column]))+" is hidden in the sheet "+quote(s.Name)+", and read like the others",
				email.Trim(s.header.cells[column]), s.Name,
			),
			remedy.Words("show it, and look at what it says"),
		})
	}
	return doubts
}

// hiddenRows are the rows with people that a sheet does not show: the first ones, and how many there are.
type hiddenRows struct {
	first []string
	line  int
	count int
}

func (h *hiddenRows) add(number int) {
	const most = 5
	if h.count == 0 {
		h.line = number
	}
	if h.count++; h.count <= most {
		h.first = append(h.first, strconv.Itoa(number))
	}
}

// doubts says that the rows were read.
func (h *hiddenRows) doubts(sheet string) []problem {
	if h.count == 0 {
		return nil
	}
	names, numbers := "row "+h.first[0]+" is", strings.Join(h.first, ", ")
	if last := len(h.first) - 1; h.count > len(h.first) {
		names = fmt.Sprintf("rows %s and %d more are", strings.Join(h.first, ", "), h.count-len(h.first))
		numbers += ", …"
	} else if last > 0 {
		names = "rows " + strings.Join(h.first[:last], ", ") + " and " + h.first[last] + " are"
	}
	return []problem{{
		place{h.line, 1},
		"", say("rows-hidden", names+" hidden in the sheet "+quote(sheet)+", and read like the others", numbers, sheet),
		remedy.Words("show them, and delete those who are not meant"),
	}}
}
