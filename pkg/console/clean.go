package console

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Clean makes text from outside fit to print: control characters, the separators that end a line, and the marks that
// reorder a line become escapes that a person can see, like \x1b or \u202e. What is not UTF-8 becomes U+FFFD.
func Clean(text string) string {
	if strings.IndexFunc(text, harmful) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if harmful(r) && r != utf8.RuneError {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// harmful also holds for U+FFFD, as which bytes that are not UTF-8 appear.
func harmful(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
}

// What a log event may hold as it is: line breaks, tabs and, if wanted, colours.
var (
	layout         = regexp.MustCompile(`[\n\t]`)
	layoutAndColor = regexp.MustCompile(`[\n\t]|\x1b\[[0-9;]*m`)
)

// cleanEvent cleans a log event, whose lines and colours are the logger's own. Of a JSON event it only makes another
// spelling: the escapes that remain to be written there are those of JSON, too.
func cleanEvent(event string, color bool) string {
	kept := layout
	if color {
		kept = layoutAndColor
	}
	var b strings.Builder
	from := 0
	for _, at := range kept.FindAllStringIndex(event, -1) {
		b.WriteString(Clean(event[from:at[0]]))
		b.WriteString(event[at[0]:at[1]])
		from = at[1]
	}
	b.WriteString(Clean(event[from:]))
	return b.String()
}

// cut shortens text to a number of cells. It would rather count a cell too many, as for combining marks, than have
// the line wrap.
func cut(text string, cells int) string {
	used, fits := 0, 0
	for i, r := range text {
		// The ellipsis takes a cell, so it goes behind what leaves one.
		if used < cells {
			fits = i
		}
		if used += cellsOf(r); used > cells {
			return text[:fits] + "…"
		}
	}
	return text
}

func cellsOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}
