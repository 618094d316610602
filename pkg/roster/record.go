package roster

import (
	"strings"

	"github.com/gocarina/gocsv"

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

// batches is how many there are, to be read into or judged: enough to keep both sides busy.
const batches = 3

// batch is a number of rows on their way through gocsv. It has all of them but what stands in their cells, which gocsv puts
// into the records: it knows nothing but strings.
type batch struct {
	rows    [256]row
	records [256]record
	cells   [256][len(columns)]string
	table   [1 + 256][]string
	length  int
}

// read reads rows until there are enough, and returns what ended it early: io.EOF at the end of the table.
func (b *batch) read(t *table) error {
	b.length = 0
	for taken := 0; b.length < len(b.rows) && taken < 4*window; taken += t.limit.taken {
		if err := t.next(); err != nil {
			return err
		}
		b.length++
	}
	return nil
}

// decode puts the rows through gocsv.
func (b *batch) decode() error {
	records := b.records[:b.length]
	if err := gocsv.UnmarshalDecoder(b, &records); err != nil {
		return err
	}
	for i, r := range records {
		row := &b.rows[i]
		row.email.text, row.role.text, row.teams.text = r.Email, r.Role, r.Teams
	}
	return nil
}

// GetCSVRows returns the header and all rows: always as many cells as columns, since gocsv does not check that.
func (b *batch) GetCSVRows() ([][]string, error) {
	b.table[0] = columns[:]
	for i := range b.length {
		b.table[1+i] = b.cells[i][:]
	}
	return b.table[:1+b.length], nil
}

// fillRow makes cells the next row of the batch.
func (t *table) fillRow(cells []string, start place, wrong *problem) {
	for _, i := range t.layout.secrets {
		if i < len(cells) {
			cells[i] = ""
		}
	}
	out, texts := &t.batch.rows[t.batch.length], &t.batch.cells[t.batch.length]
	*out = row{place: start}
	if wrong != nil {
		out.problems = []problem{*wrong}
	}
	for i, column := range [...]int{t.layout.email, t.layout.role, t.layout.teams} {
		at := [...]*cell{&out.email, &out.role, &out.teams}[i]
		texts[i], at.place, at.judged = "", start, wrong != nil
		if column >= 0 && column < len(cells) {
			texts[i], at.place = t.value(cells[column]), t.place(column)
			if t.wantAll && !at.judged {
				out.written = append(out.written, Cell{columns[i], at.line, at.column, texts[i], kinds[i]})
			}
		}
		if t.limit.taken > window && !t.wantExtra {
			texts[i] = strings.Clone(texts[i]) // a long record need not wait as a whole
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
	if at := t.layout.number.at; at != absent && at < len(cells) && wrong == nil {
		out.number = t.value(cells[at])
		if t.limit.taken > window && !t.wantExtra {
			out.number = strings.Clone(out.number)
		}
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
