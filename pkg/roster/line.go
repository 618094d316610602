package roster

import (
	"bytes"
	"strings"
)

// line is a record that took no more than to cut a line at its delimiters.
type line struct {
	cells   []string
	columns []int // where they begin, from 1
}

// cut cuts the next line if it is in the buffer as a whole and holds no quote but those by which programs keep spreadsheets
// from changing a cell, as nearly every line does: the CSV reader, which reads from the same buffer, takes three times as long
// for it. It reports whether it did.
func (t *table) cut() bool {
	buffered, _ := t.Peek(t.Buffered()) // of which there cannot be too little
	end := bytes.IndexByte(buffered, '\n')
	if end < 0 {
		return t.cutLast(buffered)
	}
	if bytes.IndexByte(buffered[:end], '"') >= 0 {
		t.blanks = blanksAtQuotes(buffered[:end], t.csv.Comma)
		return t.keepers(buffered[:end], end+1)
	}
	text := strings.TrimSuffix(string(buffered[:end]), "\r")
	t.line.cells, t.line.columns = t.line.cells[:0], t.line.columns[:0]
	for start := 0; ; {
		t.line.columns = append(t.line.columns, start+1)
		length := strings.IndexRune(text[start:], t.csv.Comma)
		if length < 0 {
			t.line.cells = append(t.line.cells, text[start:])
			break
		}
		t.line.cells = append(t.line.cells, text[start:start+length])
		start += length + t.delimiter
	}
	_, err := t.Discard(end + 1)
	return err == nil
}
