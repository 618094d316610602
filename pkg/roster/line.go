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
	if t.lines == "" {
		t.catchUp()
		buffered, _ := t.Peek(t.Buffered()) // of which there cannot be too little
		end := bytes.LastIndexByte(buffered, '\n') + 1
		if end == 0 {
			return t.cutLast(buffered)
		}
		t.lines = string(buffered[:end])
		t.hasQuotes = strings.IndexByte(t.lines, '"') >= 0
	}
	end := strings.IndexByte(t.lines, '\n')
	text := t.lines[:end]
	if t.hasQuotes && strings.IndexByte(text, '"') >= 0 {
		t.blanks = blanksAtQuotes(text, t.delimiter)
		return t.keepers(text, end+1)
	}
	if text = strings.TrimSuffix(text, "\r"); t.wantExtra {
		text = strings.Clone(text) // an entry that is kept keeps no more than its line
	}
	t.line.cells, t.line.columns = t.line.cells[:0], t.line.columns[:0]
	for start := 0; ; {
		t.line.columns = append(t.line.columns, start+1)
		length := strings.IndexByte(text[start:], t.delimiter)
		if length < 0 {
			t.line.cells = append(t.line.cells, text[start:])
			break
		}
		t.line.cells = append(t.line.cells, text[start:start+length])
		start += length + 1
	}
	t.drop(end + 1)
	return true
}

// drop leaves a line behind that was cut.
func (t *table) drop(length int) {
	t.lines = t.lines[min(len(t.lines), length):]
	t.behind += length
}

// catchUp has the reader leave behind what was cut.
func (t *table) catchUp() {
	_, _ = t.Discard(t.behind) // which is in the buffer
	t.behind = 0
}
