package roster

import (
	"slices"
	"strings"

	"github.com/gocarina/gocsv"

	"rollcall/pkg/formula"
)

// columns are what gocsv gets as the header of every table, whatever the document calls its own.
var columns = [...]string{FieldEmail, FieldRole, FieldTeams}

// record is one record on its way through gocsv.
type record struct{ email, role, teams string }

// recordLine is one line of the table that gocsv gets: some records side by side. Gocsv makes two new values for each line,
// which for lines of three cells takes most of its time.
type recordLine struct {
	// Records are those that were filled, up to the next one. The tag names the columns.
	Records [abreast]record `csv:"email,role,teams"`
	next    int
}

// abreast is how many records stand side by side, and sideBySide the header of that table.
const abreast = 8

var sideBySide = slices.Repeat(columns[:], abreast)

// UnmarshalCSVWithFields takes a cell. It saves gocsv the reflection by which it sets tagged fields, half its time.
func (l *recordLine) UnmarshalCSVWithFields(column, cell string) error {
	switch r := &l.Records[l.next]; column {
	case FieldEmail:
		r.email = cell
	case FieldRole:
		r.role = cell
	case FieldTeams:
		r.teams = cell
		l.next++
	}
	return nil
}

// batches is how many there are, to be read into or judged, and batchLines how many lines each gives to gocsv: enough to keep all
// sides busy.
const batches, batchLines = 3, 64

// batch is a number of rows on their way through gocsv, which puts the texts of their cells into recordLines: it knows nothing but strings.
type batch struct {
	length int
	places [batchLines * abreast]places
	// others are the rows that have more than the fields and a number, each at its index.
	others [batchLines * abreast]row

	cells [batchLines * abreast * len(columns)]string
	table [1 + batchLines][]string
	lines [batchLines]recordLine
}

// places is where a row and its fields stand, and what else there is of it.
type places struct {
	row, email, role, teams place
	number                  string
	isOther                 bool
	// read is what there is to be said about the address if isRead says so.
	read   addressRead
	isRead bool
}

// read reads rows until there are enough, and returns what ended it early: io.EOF at the end of the table.
func (b *batch) read(t *table) error {
	b.length = 0
	for taken := 0; b.length < len(b.places) && taken < 4*window; taken += t.limit.taken {
		if err := t.next(); err != nil {
			return err
		}
		b.length++
	}
	return nil
}

// decode puts the rows through gocsv.
func (b *batch) decode() error {
	lines := b.lines[:]
	return gocsv.UnmarshalDecoder(b, &lines)
}

// GetCSVRows returns the header and all lines, of which the last may have fewer cells.
func (b *batch) GetCSVRows() ([][]string, error) {
	b.table[0] = sideBySide
	lines := 1
	for cells := range slices.Chunk(b.cells[:b.length*len(columns)], len(sideBySide)) {
		b.table[lines] = cells
		lines++
	}
	return b.table[:lines], nil
}

// readAddresses finds out what there is to be said about the addresses of the rows that are probably meant.
func (b *batch) readAddresses(reader *addressReader) {
	for i := range b.length {
		at, other := &b.places[i], &b.others[i]
		if at.isRead = !at.isOther || other.choice == nil && !other.email.judged; at.isRead {
			at.read = reader.read(b.lines[i/abreast].Records[i%abreast].email)
		}
	}
}

// row returns a row. One that has no more than the fields and a number is put into plain.
func (b *batch) row(i int, plain *row) *row {
	at, of := &b.places[i], &b.lines[i/abreast].Records[i%abreast]
	out := &b.others[i]
	if !at.isOther {
		*plain = row{}
		out = plain
	}
	out.place, out.number = at.row, at.number
	out.email.place, out.email.text = at.email, of.email
	out.role.place, out.role.text = at.role, of.role
	out.teams.place, out.teams.text = at.teams, of.teams
	if at.isRead {
		out.read = &at.read
	}
	return out
}

// fillRow makes cells the next row of the batch.
func (t *table) fillRow(cells []string, start place, wrong *problem) {
	for _, i := range t.layout.secrets {
		if i < len(cells) {
			cells[i] = ""
		}
	}
	l := &t.layout
	at, texts := &t.batch.places[t.batch.length], t.batch.cells[t.batch.length*len(columns):][:len(columns)]
	at.row, at.number = start, ""
	texts[0], at.email = t.field(cells, l.email, start)
	texts[1], at.role = t.field(cells, l.role, start)
	texts[2], at.teams = t.field(cells, l.teams, start)
	if wrong == nil {
		at.number, _ = t.field(cells, l.number.at, start)
	}
	if at.isOther = wrong != nil || t.selection != nil || t.wantExtra; at.isOther {
		t.fillOther(&t.batch.others[t.batch.length], cells, start, wrong)
	}
}

// field returns a cell of a row that starts there, and where it stands. One that is missing is empty.
func (t *table) field(cells []string, column int, start place) (string, place) {
	if column < 0 || column >= len(cells) {
		return "", start
	}
	text := t.value(cells[column])
	if t.limit.taken > window && !t.wantExtra {
		text = strings.Clone(text) // a long record need not wait as a whole
	}
	return text, t.place(column)
}

// fillOther gives a row what it has besides the fields and a number.
func (t *table) fillOther(out *row, cells []string, start place, wrong *problem) {
	*out = row{}
	if wrong != nil {
		out.problems = []problem{*wrong}
		out.email.judged, out.role.judged, out.teams.judged = true, true, true
	}
	if t.selection != nil && wrong == nil {
		out.choice = t.selection.choose(start.line, func(column int) (string, place) { return t.field(cells, column, start) })
	}
	if t.wantAll {
		for _, cell := range cells {
			out.all = append(out.all, t.value(cell))
		}
		for i, column := range [...]int{t.layout.email, t.layout.role, t.layout.teams} {
			if column >= 0 && column < len(cells) && wrong == nil {
				at := t.place(column)
				out.written = append(out.written, Cell{columns[i], at.line, at.column, out.all[column], kinds[i]})
			}
		}
	}
	if t.wantExtra {
		out.extra = make([]string, len(t.layout.extra))
		for i, column := range t.layout.extra {
			out.extra[i], _ = t.field(cells, column, start)
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
