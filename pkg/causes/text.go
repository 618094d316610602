package causes

import (
	"fmt"
	"strconv"
	"strings"

	"rollcall/pkg/paint"
)

// What comes from outside, the service's words and a roster's cells, holds no control character when it is printed, nothing
// that ends a line, and nothing that reorders it: each of these is an escape that a person can see.

// Lines says for people who needs something: the first [Named], by reason, and how many more there are, which the file has;
// an empty name of a file says that none has. It returns nil for no causes.
func Lines(list []Cause, file string) (lines []string) {
	for _, line := range Painted(list, file, 0) {
		lines = append(lines, line.String())
	}
	return lines
}

// Painted returns the lines of [Lines] for a terminal, each indented by a number of blanks.
func Painted(list []Cause, file string, indent int) (lines []paint.Line) {
	add := func(line paint.Line, hang int) { lines = append(lines, line.Hanging(indent+hang)) }
	begin := paint.Words(strings.Repeat(" ", indent))
	shown, left := share(list), 0
	for i, cause := range list {
		left += cause.Count - shown[i]
		if shown[i] == 0 {
			continue
		}
		counted := strconv.Itoa(cause.Count) + " " + cause.Outcome
		line := begin.In(paint.Bad, counted)
		if cause.Error != "" {
			line = line.Words(": " + cause.Error)
		}
		add(line, len(counted)+2)
		for _, example := range cause.Examples[:shown[i]] {
			add(begin.Words("  "+example.text()), 4)
		}
		if cause.Hint != "" {
			add(begin.Words("  ").In(paint.Strong, "hint: ").Words(cause.Hint), 8)
		}
	}
	if left > 0 {
		more := fmt.Sprintf("and %d more", left)
		if file != "" {
			more += " in " + file
		}
		add(begin.Words(more), 2)
	}
	return lines
}

// Line says in a line how many people have the cause, and what it is.
func Line(cause Cause) string {
	line := strconv.Itoa(cause.Count) + " " + cause.Outcome
	if reason := paint.Clean(cause.Error); reason != "" {
		line += ": " + reason
	}
	return line
}

// text says who it is.
func (e Example) text() string {
	who := paint.Clean(e.Email)
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
