package console

import (
	"strings"

	"rollcall/pkg/paint"
	"rollcall/pkg/pattern"
)

// Clean makes text from outside fit to print, see [paint.Clean].
func Clean(text string) string { return paint.Clean(text) }

// What a log event may hold as it is: line breaks, tabs and, if wanted, colours.
var (
	layout         = pattern.Of(`[\n\t]`)
	layoutAndColor = pattern.Of(`[\n\t]|\x1b\[[0-9;]*m`)
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
	for _, at := range kept().FindAllStringIndex(event, -1) {
		b.WriteString(Clean(event[from:at[0]]))
		b.WriteString(event[at[0]:at[1]])
		from = at[1]
	}
	b.WriteString(Clean(event[from:]))
	return b.String()
}
