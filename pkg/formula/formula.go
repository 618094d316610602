// Package formula makes the cells of a table harmless for spreadsheets, which run what begins like a formula, and gets
// their exact text back.
package formula

import "strings"

// signs are what a cell begins with that a spreadsheet would run, or that hides such a one (OWASP, CSV Injection).
const signs = "=+-@\t\r\n"

// Defuse puts an apostrophe before a cell that a spreadsheet would run. A cell that only looks defused gets one, too;
// otherwise a reader could not tell the two apart.
func Defuse(cell string) string {
	if runs(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// Restore returns the text from which [Defuse] made the cell.
func Restore(cell string) string {
	if strings.HasPrefix(cell, "'") && runs(strings.TrimLeft(cell, "'")) {
		return cell[1:]
	}
	return cell
}

func runs(text string) bool { return text != "" && strings.IndexByte(signs, text[0]) >= 0 }
