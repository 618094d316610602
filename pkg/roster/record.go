package roster

import (
	"encoding/binary"
	"errors"
	"strings"
)

// columns are what gocsv gets as the header of every table, whatever the document calls its own.
var columns = [...]string{"email", "role", "teams", "extra", "places", "fault"}

// record is one record on its way through gocsv. It knows nothing but strings, so what else belongs to a row travels
// in columns of ours.
type record struct {
	Email string `csv:"email"`
	Role  string `csv:"role"`
	Teams string `csv:"teams"`
	// Extra are the extra cells, each with a NUL after it: a character that no document has.
	Extra string `csv:"extra"`
	// Places is where the row starts and where its three cells do, see [table.pack].
	Places string `csv:"places"`
	// Fault is what keeps the cells from being believed, see [fault].
	Fault string `csv:"fault"`
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
	case "extra":
		r.Extra = cell
	case "places":
		r.Places = cell
	case "fault":
		r.Fault = cell
	}
	return nil
}

// decoder feeds gocsv with rows, of which the first is the header.
type decoder func() ([]string, error)

// GetCSVRow returns the next row.
func (d decoder) GetCSVRow() ([]string, error) { return d() }

// GetCSVRows is not how a roster is read.
func (d decoder) GetCSVRows() ([][]string, error) { return nil, errors.ErrUnsupported }

// pack fills the cells for gocsv.
func (t *table) pack(cells []string, start place, fault string) {
	t.buffer = appendPlace(t.buffer[:0], start)
	for i, column := range [...]int{t.layout.email, t.layout.role, t.layout.teams} {
		t.cells[i] = ""
		at := start
		if column >= 0 && column < len(cells) {
			t.cells[i], at = cells[column], t.place(column)
			if t.layout.results {
				t.cells[i] = rearm(t.cells[i])
			}
		}
		t.buffer = appendPlace(t.buffer, place{at.line - start.line, at.column})
	}
	t.cells[3] = ""
	if t.wantExtra {
		t.cells[3] = packExtra(cells, t.layout.extra)
	}
	t.cells[4] = string(t.buffer)
	t.cells[5] = fault
}

// unpack turns the record into a row.
func (r *record) unpack(out *row, l layout) {
	start, rest := cutPlace(r.Places)
	*out = row{place: start}
	for i, text := range [...]string{r.Email, r.Role, r.Teams} {
		var at place
		at, rest = cutPlace(rest)
		at.line += start.line
		*[...]*cell{&out.email, &out.role, &out.teams}[i] = cell{place: at, text: text, settled: r.Fault != ""}
	}
	if r.Extra != "" {
		out.extra = strings.SplitN(r.Extra, "\x00", len(l.extra)+1)[:len(l.extra)]
	}
	if r.Fault != "" {
		at, text := cutPlace(r.Fault)
		reason, suggestion, _ := strings.Cut(text, "\x00")
		out.problems = []problem{{place: at, reason: reason, suggestion: suggestion}}
	}
}

// fault packs a problem that concerns the whole row.
func fault(at place, reason, suggestion string) string {
	return string(appendPlace(nil, at)) + reason + "\x00" + suggestion
}

// packExtra joins the cells of the extra columns; a record too short for one has it empty.
func packExtra(cells []string, extra []int) string {
	var b strings.Builder
	for _, column := range extra {
		if column < len(cells) {
			b.WriteString(cells[column])
		}
		b.WriteByte(0)
	}
	return b.String()
}

// rearm takes away the apostrophe that a results file puts before what a spreadsheet would run as a formula.
func rearm(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@\t\r", cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

func appendPlace(buffer []byte, at place) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(buffer, uint64(at.line)), uint64(at.column)) //nolint:gosec // never negative
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
