package rewrite

import (
	"bytes"
	"slices"
	"strings"

	"rollcall/pkg/email"
	"rollcall/pkg/formula"
	"rollcall/pkg/roster"
)

// table is delimited text (RFC 4180) that is edited.
type table struct {
	*text
	roster    *roster.Roster
	dialect   roster.Dialect
	delimiter []byte
}

// Repair implements [Editor].
func (t *table) Repair(cell roster.Cell) (before, after string, done bool, err error) {
	from := t.at(cell.Line, cell.Column)
	to := t.cellEnd(from)
	before, quoted := t.value(from, to)
	if after = cell.Repair(before); after == before {
		return before, after, true, nil
	}
	t.replace(from, to, t.written(after, quoted))
	return before, after, true, nil
}

// value returns what the cell between two indexes says, and whether it stands in quotes.
func (t *table) value(from, to int) (text string, quoted bool) {
	text = string(t.all[from:to])
	if quoted = strings.HasPrefix(text, `"`); quoted {
		text = strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
	}
	if t.dialect.Defused {
		text = formula.Restore(text)
	}
	return text, quoted
}

// written returns how a cell is written that says the text, in quotes if it was or has to be.
func (t *table) written(text string, quoted bool) string {
	if t.dialect.Defused {
		text = formula.Defuse(text)
	}
	if quoted || strings.ContainsAny(text, string(t.delimiter)+"\"\r\n") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// Set implements [Editor]. Cells that the row is too short for are added to it.
func (t *table) Set(row roster.RawRow, change Change) (cells int, err error) {
	if !slices.ContainsFunc(row.All, func(cell string) bool { return email.Trim(cell) != "" }) {
		return 0, ErrUnclear
	}
	ends := []int{}
	from := t.at(row.Line, 1)
	for at := from; ; at = ends[len(ends)-1] + len(t.delimiter) {
		if ends = append(ends, t.cellEnd(at)); !bytes.HasPrefix(t.all[ends[len(ends)-1]:], t.delimiter) {
			break
		}
	}
	texts := make(map[int]string)
	last := len(ends) - 1
	for _, field := range fields {
		if !change.touches(field) {
			continue
		}
		at := t.roster.Field(field).At
		if at < 0 {
			if _, asked := change.Texts[field]; asked {
				return 0, about(field, ErrNoColumn)
			}
			continue
		}
		before, quoted := "", false
		if at < len(ends) {
			before, quoted = t.value(t.begins(from, ends, at), ends[at])
		}
		if after := change.of(field, before); after != before {
			texts[at] = t.written(after, quoted)
			last = max(last, at)
		}
	}
	lines := 0
	for at := range last + 1 {
		text, changed := texts[at]
		switch {
		case at >= len(ends):
			end := ends[len(ends)-1]
			t.replace(end, end, string(t.delimiter)+text)
		case changed:
			lines += t.breaksIn(t.all[t.begins(from, ends, at):ends[at]]) - t.breaksIn([]byte(text))
			t.replace(t.begins(from, ends, at), ends[at], text)
		}
	}
	t.fill(ends[len(ends)-1], lines)
	return len(texts), nil
}

// fill puts blank lines behind a row that ends at the index, so that the rows below stay on their lines.
func (t *table) fill(end, lines int) {
	if after := t.after(end); lines > 0 && after > end {
		t.replace(end, end, strings.Repeat(string(t.all[end:after]), lines))
	}
}

// breaksIn counts the line ends in a text.
func (t *table) breaksIn(text []byte) int {
	lines := bytes.Count(text, []byte{'\n'})
	if t.ends.cr {
		lines += bytes.Count(text, []byte{'\r'})
	}
	return lines
}

// begins returns where a cell of a row begins, of which it is known where the cells end.
func (t *table) begins(from int, ends []int, at int) int {
	if at == 0 {
		return from
	}
	return ends[at-1] + len(t.delimiter)
}

// Drop implements [Editor].
func (t *table) Drop(row roster.RawRow) bool {
	from := t.at(row.Line, 1)
	end := t.cellEnd(from)
	for bytes.HasPrefix(t.all[end:], t.delimiter) {
		end = t.cellEnd(end + len(t.delimiter))
	}
	t.replace(from, t.after(end), "")
	return true
}

// cellEnd returns the index behind the cell at the index. The rows that are edited have no stray quotes.
func (t *table) cellEnd(at int) int {
	if bytes.HasPrefix(t.all[at:], []byte(`="`)) {
		if end := t.cellEnd(at + 1); t.endsCell(end) {
			return end // what keeps a spreadsheet from changing the cell
		}
	}
	if at < len(t.all) && t.all[at] == '"' {
		for at++; at < len(t.all); at++ {
			if t.all[at] != '"' {
				continue
			}
			if at+1 == len(t.all) || t.all[at+1] != '"' {
				return at + 1
			}
			at++
		}
		return at
	}
	for !t.endsCell(at) {
		at++
	}
	return at
}

// endsCell reports whether a cell without quotes ends at the index.
func (t *table) endsCell(at int) bool {
	return at >= len(t.all) || t.breakAt(at) > 0 || bytes.HasPrefix(t.all[at:], t.delimiter) ||
		t.all[at] == '\r' && (at+1 == len(t.all) || t.all[at+1] == '\n')
}
