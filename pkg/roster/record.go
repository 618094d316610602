package roster

import (
	"encoding/binary"
	"errors"
	"strings"
)

// columns are what gocsv gets as the header of every table, whatever the document calls its own.
var columns = [...]string{"email", "role", "teams", "about"}

// record is one record on its way through gocsv. It knows nothing but strings, so what else belongs to a row travels
// in a column of ours.
type record struct {
	Email string `csv:"email"`
	Role  string `csv:"role"`
	Teams string `csv:"teams"`
	About string `csv:"about"`
}

// UnmarshalCSVWithFields takes a cell. It saves gocsv the reflection by which it sets tagged fields, half its time.
func (r *record) UnmarshalCSVWithFields(column, cell string) error {
	switch column {
	case "email":
		r.Email = cell
	case "role":
		r.Role = cell
	case "teams":
		r.Teams = cell
	case "about":
		r.About = cell
	}
	return nil
}

// decoder feeds gocsv with rows, of which the first is the header.
type decoder func() ([]string, error)

// GetCSVRow returns the next row.
func (d decoder) GetCSVRow() ([]string, error) { return d() }

// GetCSVRows is not how a roster is read.
func (d decoder) GetCSVRows() ([][]string, error) { return nil, errors.ErrUnsupported }

// pack fills the cells for gocsv. The last one holds where the row starts and where its three cells do, what is wrong
// with the row as a whole, and its extra cells.
func (t *table) pack(cells []string, start place, wrong *problem) {
	t.about = appendPlace(t.about[:0], start)
	for i, column := range [...]int{t.layout.email, t.layout.role, t.layout.teams} {
		t.cells[i] = ""
		at := start
		if column >= 0 && column < len(cells) {
			t.cells[i], at = t.value(cells[column]), t.place(column)
		}
		t.about = appendPlace(t.about, place{at.line - start.line, at.column})
	}
	if wrong != nil {
		t.about = appendPlace(t.about, wrong.place)
		t.about = append(t.about, wrong.reason...)
		t.about = append(t.about, 0)
		t.about = append(t.about, wrong.suggestion...)
	}
	if t.wantExtra {
		for _, column := range t.layout.extra {
			t.about = append(t.about, 0) // which no document contains
			if column < len(cells) {
				t.about = append(t.about, t.value(cells[column])...)
			}
		}
	}
	t.cells[len(t.cells)-1] = string(t.about)
}

// unpack turns the record into a row.
func (r *record) unpack(out *row) {
	start, rest := cutPlace(r.About)
	*out = row{place: start}
	out.email, rest = cutCell(rest, start, r.Email)
	out.role, rest = cutCell(rest, start, r.Role)
	out.teams, rest = cutCell(rest, start, r.Teams)
	if rest != "" && rest[0] != 0 { // a place, then: no line is the 0th
		var wrong problem
		wrong.place, rest = cutPlace(rest)
		wrong.reason, rest, _ = strings.Cut(rest, "\x00")
		wrong.suggestion, rest = cutBefore(rest, 0)
		out.problems = []problem{wrong}
		out.email.settled, out.role.settled, out.teams.settled = true, true, true
	}
	if rest != "" {
		out.extra = strings.Split(rest[1:], "\x00")
	}
}

// cutCell returns the cell whose place is next.
func cutCell(packed string, start place, text string) (c cell, rest string) {
	c.text = text
	c.place, rest = cutPlace(packed)
	c.line += start.line
	return c, rest
}

// cutBefore cuts the text before the byte, which the rest keeps.
func cutBefore(text string, end byte) (before, rest string) {
	if i := strings.IndexByte(text, end); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// value returns what a cell stands for. In a results file, a cell that a spreadsheet would run as a formula has one more
// apostrophe in front than it should.
func (t *table) value(cell string) string {
	if !t.layout.results || !strings.HasPrefix(cell, "'") {
		return cell
	}
	if formula := strings.TrimLeft(cell, "'"); formula != "" && strings.IndexByte("=+-@\t\r\n", formula[0]) >= 0 {
		return cell[1:]
	}
	return cell
}

func appendPlace(buffer []byte, at place) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(buffer, uint64(at.line)), uint64(at.column))
}

func cutPlace(packed string) (at place, rest string) {
	at.line, packed = cutNumber(packed)
	at.column, packed = cutNumber(packed)
	return at, packed
}

// cutNumber is [binary.Uvarint] for strings.
func cutNumber(packed string) (number int, rest string) {
	for i := range len(packed) {
		number |= int(packed[i]&0x7f) << (7 * i)
		if packed[i] < 0x80 {
			return number, packed[i+1:]
		}
	}
	return number, ""
}
