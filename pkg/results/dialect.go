package results

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"io"

	"rollcall/pkg/formula"
)

// Dialect says how CSV is written. The zero value is that for programs: commas, lines that end in LF, and no byte order mark.
type Dialect struct {
	// Delimiter separates the cells, 0 being a comma.
	Delimiter rune
	// Marked puts a byte order mark first, without which Excel does not take a file for UTF-8.
	Marked bool
	// CRLF ends the lines in CRLF. Line breaks inside of cells stay as they are.
	CRLF bool
}

// byteOrderMark is that of UTF-8.
const byteOrderMark = "\ufeff"

// records writes the records of CSV in a dialect, with cells that no spreadsheet runs. Its first error sticks.
type records struct {
	out     io.Writer
	dialect Dialect
	begun   bool
	one     bytes.Buffer
	csv     *csv.Writer
	cells   []string
	err     error
}

func newRecords(out io.Writer, d Dialect) *records {
	r := &records{out: out, dialect: d}
	r.csv = csv.NewWriter(&r.one)
	r.csv.Comma = cmp.Or(d.Delimiter, ',')
	return r
}

// write writes a record.
func (r *records) write(cells ...string) error {
	if r.err != nil {
		return r.err
	}
	r.cells = r.cells[:0]
	for _, cell := range cells {
		r.cells = append(r.cells, formula.Defuse(cell))
	}
	r.one.Reset()
	if !r.begun && r.dialect.Marked {
		r.one.WriteString(byteOrderMark)
	}
	r.begun = true
	if r.err = r.csv.Write(r.cells); r.err != nil {
		return r.err
	}
	r.csv.Flush() // into a buffer, which never fails
	if r.dialect.CRLF {
		// UseCRLF of encoding/csv would change line breaks inside of cells, too.
		r.one.Truncate(r.one.Len() - len("\n"))
		r.one.WriteString("\r\n")
	}
	_, r.err = r.out.Write(r.one.Bytes())
	return r.err
}

// readRecords reads what [records] has written in the dialect. Cells are as they stand there.
func readRecords(content []byte, d Dialect) ([][]string, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte(byteOrderMark))))
	in.Comma, in.FieldsPerRecord = cmp.Or(d.Delimiter, ','), -1
	return in.ReadAll()
}
