// Package formula makes the cells of a table harmless for spreadsheets, which run what begins like a formula, and gets
// their exact text back.
//
// A spreadsheet does not always take a cell for one: it splits the lines of CSV at the list separator of its own country,
// and quotes that do not follow such a separator mean nothing to it. So "Ann;=1+1", a cell of a file with commas, becomes
// two, of which one is run. What stands behind a sign that may separate cells is therefore looked at as a cell is.
package formula

import (
	"strings"
	"unicode/utf8"
)

const (
	// signs are what a formula begins with (OWASP, CSV Injection). The wide ones are those of Japanese and Chinese
	// keyboards, which some spreadsheets take for the others.
	signs = "=+-@＝＋－＠"
	// hiding are signs that a spreadsheet drops from the beginning of a cell, and what they hide comes first.
	hiding = "\t\r\n"
	// separators are what may separate cells, or lines: a tab or a line break needs no apostrophe itself behind one of
	// them, since what follows it gets its own.
	separators = ",;|\t\r\n"
)

// Defuse puts an apostrophe before a cell that a spreadsheet would run, and before every part of it that would be run if
// the cell were split at a comma, a semicolon, a tab, a bar or a line break. What only looks defused gets one, too;
// otherwise a reader could not tell the two apart.
func Defuse(cell string) string { return rewrite(cell, false) }

// Restore returns the text from which [Defuse] made the cell. It need not know what separates the cells.
func Restore(cell string) string { return rewrite(cell, true) }

// rewrite gives one more apostrophe to every part that would be run, or takes one away.
func rewrite(cell string, restore bool) string {
	var out strings.Builder
	done := 0 // how much of the cell was written, or left out
	for start := 0; start < len(cell); {
		part := strings.TrimLeft(cell[start:], "'")
		behind := len(cell) - len(part) // the apostrophes
		switch {
		case !runs(part, start == 0):
		case !restore:
			out.WriteString(cell[done:start])
			out.WriteByte('\'')
			done = start
		case behind > start:
			out.WriteString(cell[done:start])
			done = start + 1
		}
		next := strings.IndexAny(part, separators)
		if next < 0 {
			break
		}
		start = behind + next + 1
	}
	if out.Len() == 0 && done == 0 {
		return cell
	}
	out.WriteString(cell[done:])
	return out.String()
}

// runs reports whether a spreadsheet would run a text, which may be the first of its cell.
func runs(text string, first bool) bool {
	if text == "" {
		return false
	}
	char, _ := utf8.DecodeRuneInString(text)
	return strings.ContainsRune(signs, char) || first && strings.ContainsRune(hiding, char)
}
