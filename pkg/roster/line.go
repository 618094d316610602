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

// cut cuts the next line if it is in the buffer as a whole and holds no quotes but those around whole cells, and those by which
// programs keep spreadsheets from changing a cell, as nearly every line does: the CSV reader, which reads from the same buffer,
// takes three times as long for it. It reports whether it did.
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
		t.quoted = text
		return t.cutQuoted(text, end+1) || t.keepers(text, end+1)
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

// cutQuoted cuts a line, whole with its end so long, whose cells have no quotes but those around them.
func (t *table) cutQuoted(line string, whole int) bool {
	text := strings.TrimSuffix(line, "\r")
	if t.wantExtra {
		text = strings.Clone(text)
	}
	t.line.cells, t.line.columns = t.line.cells[:0], t.line.columns[:0]
	for start := 0; ; start++ {
		rest := text[start:]
		cell, length := rest, len(rest)
		if strings.HasPrefix(rest, `"`) {
			closing := strings.IndexByte(rest[1:], '"')
			if closing < 0 {
				return false
			}
			cell, length = rest[1:1+closing], closing+2
		} else {
			if end := strings.IndexByte(rest, t.delimiter); end >= 0 {
				cell, length = rest[:end], end
			}
			if strings.IndexByte(cell, '"') >= 0 {
				return false
			}
		}
		t.line.cells, t.line.columns = append(t.line.cells, cell), append(t.line.columns, start+1)
		switch start += length; {
		case start == len(text):
			t.drop(whole)
			return true
		case text[start] != t.delimiter:
			return false
		}
	}
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
