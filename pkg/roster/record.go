package roster

import (
	"errors"
	"strings"

	"rollcall/pkg/formula"
)

// columns are what gocsv gets as the header of every table, whatever the document calls its own.
var columns = [...]string{FieldEmail, FieldRole, FieldTeams}

// record is one record on its way through gocsv.
type record struct {
	Email string `csv:"email"`
	Role  string `csv:"role"`
	Teams string `csv:"teams"`
}

// UnmarshalCSVWithFields takes a cell. It saves gocsv the reflection by which it sets tagged fields, half its time.
func (r *record) UnmarshalCSVWithFields(column, cell string) error {
	switch column {
	case FieldEmail:
		r.Email = cell
	case FieldRole:
		r.Role = cell
	case FieldTeams:
		r.Teams = cell
	}
	return nil
}

// decoder feeds gocsv with rows, of which the first is the header.
type decoder func() ([]string, error)

// GetCSVRow returns the next row.
func (d decoder) GetCSVRow() ([]string, error) { return d() }

// GetCSVRows is not how a roster is read.
func (d decoder) GetCSVRows() ([][]string, error) { return nil, errors.ErrUnsupported }

// ahead is how many records may wait for their judgement: enough to keep both sides busy.
const ahead = 128

// pendingRows holds the rows whose records are on their way through gocsv, which knows nothing but strings: all of a row
// but its three cells. Rows come out in the order in which they were put in. Besides those that wait in the channel, one is
// being taken out and one put in, so that neither side meets the other.
type pendingRows struct {
	rows    [ahead + 2]row
	in, out int
}

// put returns the place for another row.
func (p *pendingRows) put() *row { return turn(p, &p.in) }

// take returns the row of a record that came out of gocsv, for as long as it is the last one.
func (p *pendingRows) take(r record) *row {
	out := turn(p, &p.out)
	out.email.text, out.role.text, out.teams.text = r.Email, r.Role, r.Teams
	return out
}

func turn(p *pendingRows, at *int) *row {
	next := &p.rows[*at]
	*at = (*at + 1) % len(p.rows)
	return next
}

// fillRow fills the cells for gocsv, and puts the rest of the row among the pending rows.
func (t *table) fillRow(cells []string, start place, wrong *problem) {
	for _, i := range t.layout.secrets {
		if i < len(cells) {
			cells[i] = ""
		}
	}
	out := t.pending.put()
	*out = row{place: start}
	if wrong != nil {
		out.problems = []problem{*wrong}
	}
	for i, column := range [...]int{t.layout.email, t.layout.role, t.layout.teams} {
		at := [...]*cell{&out.email, &out.role, &out.teams}[i]
		t.cells[i], at.place, at.judged = "", start, wrong != nil
		if column >= 0 && column < len(cells) {
			t.cells[i], at.place = t.value(cells[column]), t.place(column)
			if t.wantAll && !at.judged {
				out.written = append(out.written, Cell{columns[i], at.line, at.column, t.cells[i], kinds[i]})
			}
		}
		if t.limit.taken > window && !t.wantExtra {
			t.cells[i] = strings.Clone(t.cells[i]) // a long record need not wait as a whole
		}
	}
	if t.selection != nil && wrong == nil {
		out.choice = t.selection.choose(start.line, func(column int) (string, place) {
			if column >= len(cells) {
				return "", start
			}
			return t.value(cells[column]), t.place(column)
		})
	}
	if t.wantAll {
		for _, cell := range cells {
			out.all = append(out.all, t.value(cell))
		}
	}
	if !t.wantExtra {
		return
	}
	out.extra = make([]string, len(t.layout.extra))
	for i, column := range t.layout.extra {
		if column < len(cells) {
			out.extra[i] = t.value(cells[column])
		}
	}
}

// value returns what a cell stands for, in a table whose cells were defused.
func (t *table) value(cell string) string {
	if !t.layout.defused {
		return cell
	}
	return formula.Restore(cell)
}
