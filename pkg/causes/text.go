package causes

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What comes from outside, the service's words and a roster's cells, holds no control character when it is printed, nothing
// that ends a line, and nothing that reorders it: each of these is an escape that a person can see.

// Lines says for people who needs something: the first [Named], by reason, and how many more there are, which the file has;
// an empty name of a file says that none has. It returns nil for no causes.
func Lines(list []Cause, file string) (lines []string) {
	shown, left := share(list), 0
	for i, cause := range list {
		left += cause.Count - shown[i]
		if shown[i] == 0 {
			continue
		}
		lines = append(lines, Line(cause))
		for _, example := range cause.Examples[:shown[i]] {
			lines = append(lines, "  "+example.text())
		}
		if hint := clean(cause.Hint); hint != "" {
			lines = append(lines, "  hint: "+hint)
		}
	}
	if left > 0 {
		more := fmt.Sprintf("and %d more", left)
		if file != "" {
			more += " in " + clean(file)
		}
		lines = append(lines, more)
	}
	return lines
}

// Line says in a line how many people have the cause, and what it is.
func Line(cause Cause) string {
	line := strconv.Itoa(cause.Count) + " " + cause.Outcome
	if reason := clean(cause.Error); reason != "" {
		line += ": " + reason
	}
	return line
}

// text says who it is.
func (e Example) text() string {
	who := clean(e.Email)
	switch {
	case e.Line == 0:
		return who
	case who == "":
		return "line " + strconv.Itoa(e.Line)
	}
	return "line " + strconv.Itoa(e.Line) + "  " + who
}

// share says how many people are named for each cause. They take turns, so that one big cause hides none of the others.
func share(list []Cause) []int {
	shown := make([]int, len(list))
	for left, gave := Named, true; gave; {
		gave = false
		for i, cause := range list {
			if left > 0 && shown[i] < len(cause.Examples) {
				shown[i]++
				left--
				gave = true
			}
		}
	}
	return shown
}

// clean makes text from outside fit to stand in a line.
func clean(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == utf8.RuneError:
			b.WriteRune(r)
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', unicode.Is(unicode.Bidi_Control, r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
