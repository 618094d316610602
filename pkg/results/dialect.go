package results

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

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

// records writes the records of CSV in a dialect, with cells that no spreadsheet runs. Its first error sticks. It quotes what
// encoding/csv does, whose writer cannot end lines in CRLF and leave line breaks inside of cells as they are.
type records struct {
	out     io.Writer
	dialect Dialect
	comma   rune
	// plain has the bytes that mean nothing at the beginning of a cell, and within those that mean nothing behind it.
	plain, within [256]bool
	begun         bool
	line          []byte
	err           error
}

func newRecords(out io.Writer, d Dialect) *records {
	r := &records{out: out, dialect: d, comma: cmp.Or(d.Delimiter, ',')}
	for char := range utf8.RuneSelf {
		letter := char|0x20 >= 'a' && char|0x20 <= 'z' || char >= '0' && char <= '9'
		r.plain[char] = letter && rune(char) != r.comma
		r.within[char] = (letter || strings.ContainsRune(" .:@_-", rune(char))) && rune(char) != r.comma
	}
	return r
}

// write writes a record.
func (r *records) write(cells ...string) error {
	if r.err != nil {
		return r.err
	}
	r.line = r.line[:0]
	if !r.begun && r.dialect.Marked {
		r.line = append(r.line, byteOrderMark...)
	}
	r.begun = true
	for i, cell := range cells {
		if i > 0 {
			r.line = utf8.AppendRune(r.line, r.comma)
		}
		r.cell(cell)
	}
	if r.dialect.CRLF {
		r.line = append(r.line, '\r')
	}
	r.line = append(r.line, '\n')
	_, r.err = r.out.Write(r.line)
	return r.err
}

// cell adds a cell to the line.
func (r *records) cell(cell string) {
	if !r.isPlain(cell) {
		cell = formula.Defuse(cell)
		if r.needsQuotes(cell) {
			r.line = append(r.line, '"')
			r.line = append(r.line, strings.ReplaceAll(cell, `"`, `""`)...)
			r.line = append(r.line, '"')
			return
		}
	}
	r.line = append(r.line, cell...)
}

// isPlain reports whether a cell stands in the file as it is, which most do: then one look at each byte is enough.
func (r *records) isPlain(cell string) bool {
	for i := range len(cell) {
		if !r.within[cell[i]] || i == 0 && !r.plain[cell[i]] {
			return false
		}
	}
	return true
}

// needsQuotes reports what encoding/csv does: a cell that is only \. would end the data in PostgreSQL.
func (r *records) needsQuotes(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return cell == `\.` || unicode.IsSpace(first) || strings.ContainsAny(cell, "\"\r\n") || strings.ContainsRune(cell, r.comma)
}

// readRecords reads what [records] has written in the dialect. Cells are as they stand there.
func readRecords(content []byte, d Dialect) ([][]string, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte(byteOrderMark))))
	in.Comma, in.FieldsPerRecord = cmp.Or(d.Delimiter, ','), -1
	return in.ReadAll()
}
