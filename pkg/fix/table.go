package fix

import (
	"bytes"
	"strings"

	"rollcall/pkg/formula"
	"rollcall/pkg/roster"
)

// table is delimited text (RFC 4180) that is edited.
type table struct {
	*text
	dialect   roster.Dialect
	delimiter []byte
}

func (t *table) set(cell roster.Cell) (before, after string, err error) {
	from := t.at(cell.Line, cell.Column)
	to := t.cellEnd(from)
	raw := string(t.all[from:to])
	inner, quoted := raw, strings.HasPrefix(raw, `"`)
	if quoted {
		inner = strings.ReplaceAll(raw[1:len(raw)-1], `""`, `"`)
	}
	before = inner
	if t.dialect.Defused {
		before = formula.Restore(inner)
	}
	if after = cell.Repair(before); after == before {
		return before, after, nil
	}
	by := after
	if t.dialect.Defused {
		by = formula.Defuse(after)
	}
	if quoted {
		by = `"` + strings.ReplaceAll(by, `"`, `""`) + `"`
	}
	t.replace(from, to, by)
	return before, after, nil
}

func (t *table) drop(row roster.RawRow) bool {
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
