package roster

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"rollcall/pkg/remedy"
)

// keeper is how a cell begins that a program has written as a formula, ="0042", to keep its zeros from a spreadsheet. By RFC
// 4180, a quote within a cell is an error.
const keeper = `="`

// cutLast cuts the last line of a table, which no line end follows, if it has such cells.
func (t *table) cutLast(buffered []byte) bool {
	if bytes.IndexByte(buffered, '"') < 0 {
		return false
	}
	line := string(buffered) // which to look further overwrites
	t.quoted = line
	if _, err := t.Peek(len(line) + 1); !errors.Is(err, io.EOF) {
		return false
	}
	return t.keepers(line, len(line))
}

// keepers cuts a line with such cells, whole with its end so long, unless the CSV reader takes it for something else. Other
// cells may be in quotes.
func (t *table) keepers(line string, whole int) bool {
	if !strings.Contains(line, keeper) {
		return false
	}
	text := strings.Clone(strings.TrimSuffix(line, "\r")) // an entry that is kept keeps no more than its line
	t.line.cells, t.line.columns = t.line.cells[:0], t.line.columns[:0]
	for start, has := 0, false; ; {
		rest := text[start:]
		length, cell := strings.IndexByte(rest, t.delimiter), ""
		switch name, quoted := unquote(strings.TrimPrefix(rest, "=")); {
		case quoted > 0 && rest[0] == '=':
			length, has = quoted+1, true
			cell = rest[:length]
		case quoted > 0:
			length, cell = quoted, name
		case length < 0:
			length, cell = len(rest), rest
		default:
			cell = rest[:length]
		}
		if quotes := strings.IndexByte(cell, '"'); quotes >= 0 && rest[0] != '"' && !strings.HasPrefix(rest, keeper) {
			return false
		}
		t.line.cells, t.line.columns = append(t.line.cells, cell), append(t.line.columns, start+1)
		start += length
		switch {
		case start == len(text) && has:
			t.drop(whole)
			return true
		case start == len(text), text[start] != t.delimiter:
			return false
		}
		start++
	}
}

// blanksAtQuotes returns what is wrong with quotes that a blank parts from the delimiter, "" if there are none.
func blanksAtQuotes(line string, delimiter byte) string {
	for at := strings.IndexByte(line, '"'); at >= 0; {
		before := strings.TrimRight(line[:at], " \t")
		begins := before == "" || before[len(before)-1] == delimiter
		if len(before) < at && begins && delimiter != '\t' {
			return "a blank before a quote, which then is one inside the cell"
		}
		next := strings.IndexByte(line[at+1:], '"')
		if next < 0 {
			return ""
		}
		at += 1 + next
	}
	return ""
}

// stray is what is wrong with the record read last, in which quotes do not stand where they may.
func (t *table) stray(at place) *problem {
	if blanks := blanksAtQuotes(t.quoted, t.delimiter); blanks != "" {
		return &problem{place: at, reason: say("quote-after-blank", blanks), suggestion: remedy.Words("remove the blanks between the delimiter and the quote")}
	}
	return &problem{place: at, reason: say("quote-in-cell", "a quote inside a cell"), suggestion: remedy.Words("put the whole cell in quotes, and write those inside twice")}
}

// headerAgain is what is wrong with a record that says the same as the header, nil if it does not: two tables were joined.
func (t *table) headerAgain(cells []string) *problem {
	known := t.layout.email
	if known >= len(cells) || strings.IndexByte(cells[known], '@') >= 0 || !sameName(cells[known], t.columns[known]) {
		return nil
	}
	for _, i := range []int{t.layout.role, t.layout.teams} {
		if i != absent && (i >= len(cells) || !sameName(cells[i], t.columns[i])) {
			return nil
		}
	}
	return &problem{place: t.place(known), reason: say("header-again", "the header again, as where two documents were joined"), suggestion: remedy.Words("delete the line")}
}

// sameName reports whether two columns are called the same.
func sameName(a, b string) bool { return squash(a) != "" && squash(a) == squash(b) }
