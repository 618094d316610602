package workbook

import (
	"strconv"
	"strings"

	"rollcall/pkg/pattern"
)

// corner is an end of a reference in a formula: a cell, or a whole row or column, which lacks the other number.
type corner struct {
	column, row int
	// fixedColumn and fixedRow tell of a "$" before the number.
	fixedColumn, fixedRow bool
}

var cornerForm = pattern.Of(`^(?:(\$?)([A-Za-z]{1,3}))?(?:(\$?)([1-9][0-9]{0,6}))?$`)

func readCorner(text string) (c corner, ok bool) {
	parts := cornerForm().FindStringSubmatch(text)
	if parts == nil || text == "" {
		return c, false
	}
	c.fixedColumn, c.fixedRow = parts[1] != "", parts[3] != ""
	if parts[2] != "" {
		if c.column, _, ok = parseReference(parts[2]); !ok {
			return c, false
		}
	}
	if parts[4] != "" {
		c.row, _ = strconv.Atoi(parts[4]) // it is digits
	}
	return c, c.row <= MaxRows
}

func (c corner) String() string {
	text := ""
	if c.column > 0 {
		text = fixed(c.fixedColumn) + columnName(c.column)
	}
	if c.row > 0 {
		text += fixed(c.fixedRow) + strconv.Itoa(c.row)
	}
	return text
}

func fixed(is bool) string {
	if is {
		return "$"
	}
	return ""
}

var (
	formulaText  = pattern.Of(`^"(?:[^"]|"")*"?`)
	formulaSheet = pattern.Of(`^'((?:[^']|'')*)'?(!?)`)
	formulaError = pattern.Of(`^#[A-Za-z0-9/_]+[!?]?`)
	formulaWord  = pattern.Of(`^[\p{L}\p{N}_.$\\?]+`)
	// severalSheets is what follows the first of several sheets that are named together.
	severalSheets = pattern.Of(`^:[\p{L}\p{N}_.$\\?]+!`)
)

// lost is the reference to a cell that is no more.
const lost = "#REF!"

// elsewhere stands for a sheet of another workbook, or for several sheets. No sheet can have this name.
const elsewhere = "[]"

// rewriteFormula returns a formula with other references. It calls change for each one, with the name of its sheet, "" for that
// of the formula, and with both of its ends, which are the same if it is a single cell. A reference for which change returns
// false is lost. Names, texts and what is in brackets stay as they are.
func rewriteFormula(formula string, change func(sheet string, from, to *corner) bool) string {
	var b strings.Builder
	sheet := ""
	for rest := formula; rest != ""; {
		length, named := 1, "" // as long as nothing else is known
		switch {
		case rest[0] == '"':
			length = len(formulaText().FindString(rest))
		case rest[0] == '[':
			if length = brackets(rest); formulaWord().MatchString(rest[length:]) {
				named = elsewhere
			}
		case rest[0] == '\'':
			found := formulaSheet().FindStringSubmatch(rest)
			if length = len(found[0]); found[2] != "" {
				named = strings.ReplaceAll(found[1], "''", "'")
			}
		case formulaError().MatchString(rest):
			length = len(formulaError().FindString(rest))
		case formulaWord().MatchString(rest):
			word := formulaWord().FindString(rest)
			switch after := rest[len(word):]; {
			case strings.HasPrefix(after, "!"):
				length, named = len(word)+1, word
				if sheet == elsewhere {
					named = elsewhere
				}
			case sheet == "" && severalSheets().MatchString(after):
				length, named = len(word)+1, elsewhere
			default:
				text, taken := rewriteReference(word, after, sheet, change)
				b.WriteString(text)
				rest, sheet = rest[taken:], ""
				continue
			}
		}
		b.WriteString(rest[:length])
		rest, sheet = rest[length:], named
	}
	return b.String()
}

// brackets returns how long the brackets are that a text begins with. An apostrophe escapes one of them.
func brackets(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\'':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// rewriteReference returns a word and what may belong to it, changed if they are a reference, and how long they were.
func rewriteReference(word, after, sheet string, change func(sheet string, from, to *corner) bool) (text string, taken int) {
	from, ok := readCorner(word)
	if !ok || strings.HasPrefix(after, "(") {
		return word, len(word)
	}
	if strings.HasPrefix(after, ":") {
		second := formulaWord().FindString(after[1:])
		behind := after[1+len(second):]
		to, ok := readCorner(second)
		if ok && (to.row > 0) == (from.row > 0) && (to.column > 0) == (from.column > 0) && !strings.HasPrefix(behind, "!") && !strings.HasPrefix(behind, "(") {
			taken = len(word) + 1 + len(second)
			before := [2]corner{from, to}
			switch {
			case !change(sheet, &from, &to):
				return lost, taken
			case before == [2]corner{from, to}:
				return word + ":" + second, taken
			}
			return from.String() + ":" + to.String(), taken
		}
	}
	if from.row == 0 || from.column == 0 {
		return word, len(word)
	}
	before, to := from, from
	switch {
	case !change(sheet, &from, &to):
		return lost, len(word)
	case before == from:
		return word, len(word)
	}
	return from.String(), len(word)
}

// shifted returns a formula as it is for another cell, so many rows below and columns to the right: what formulas have that
// cells share is the first one of them.
func shifted(formula string, rows, columns int) string {
	return rewriteFormula(formula, func(_ string, from, to *corner) bool {
		return from.shift(rows, columns) && to.shift(rows, columns)
	})
}

func (c *corner) shift(rows, columns int) bool {
	if c.row > 0 && !c.fixedRow {
		if c.row += rows; c.row < 1 || c.row > MaxRows {
			return false
		}
	}
	if c.column > 0 && !c.fixedColumn {
		if c.column += columns; c.column < 1 || c.column > MaxColumns {
			return false
		}
	}
	return true
}
