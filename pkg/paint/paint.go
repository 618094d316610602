// Package paint prepares lines for people at a terminal: parts of a line have a [Role] instead of a colour, nothing in them
// does what a terminal would obey, and what is too long goes on below, indented.
//
//	paper := paint.Paper{Out: os.Stdout, Color: true, Width: func() int { return 80 }}
//	err := paper.Print(paint.Words("  warnings    ").In(paint.Warn, "3 rows").Hanging(14))
//
// A colour never says anything alone: the words of a line are the same without it. Only the sixteen colours that every
// terminal has are used, bold and faint, so that whoever has chosen a light or a dark theme can read them.
//
// What pages show of foreign text goes through [Visible].
//
// The package decides nothing about what is shown. It opens no terminal and reads no environment, see [Colors].
package paint

import (
	"io"
	"slices"
	"strings"
)

// Role is what a part of a line means to its reader.
type Role uint8

// The roles.
const (
	Plain  Role = iota // nothing special
	Good               // it ended well
	Bad                // it went wrong
	Warn               // look here before you go on
	Dim                // only for who looks for it
	Strong             // read this first
)

// sequences are what sets a role on a terminal. Those of Bad and Warn are what compilers have for errors and warnings: they
// are legible on white and on black, which yellow is not.
var sequences = [...]string{Good: "\x1b[32m", Bad: "\x1b[1;31m", Warn: "\x1b[1;35m", Dim: "\x1b[2m", Strong: "\x1b[1m"}

// reset ends a role.
const reset = "\x1b[0m"

// part is a piece of a line.
type part struct {
	role Role
	text string
}

// Line is a line in parts. The zero value is an empty one. Its methods return another line and leave it as it was.
type Line struct {
	parts []part
	hang  int
}

// Words returns a line of plain text.
func Words(text string) Line { return Line{}.In(Plain, text) }

// Words returns the line with plain text behind it.
func (l Line) Words(text string) Line { return l.In(Plain, text) }

// In returns the line with text of a role behind it. The text may come from anywhere: it is cleaned, see [Clean].
func (l Line) In(role Role, text string) Line {
	if text = Clean(text); text != "" {
		l.parts = append(slices.Clip(l.parts), part{role, text})
	}
	return l
}

// Join returns the line with the parts of another one behind it.
func (l Line) Join(other Line) Line {
	l.parts = append(slices.Clip(l.parts), other.parts...)
	return l
}

// Hanging returns the line with an indentation, in cells, of what does not fit and goes on below.
func (l Line) Hanging(cells int) Line {
	l.hang = cells
	return l
}

// String returns the line without colours.
func (l Line) String() string {
	var b strings.Builder
	for _, p := range l.parts {
		b.WriteString(p.text)
	}
	return b.String()
}

// Render returns the line, with colours if they are wanted.
func (l Line) Render(color bool) string {
	if !color {
		return l.String()
	}
	var b strings.Builder
	for _, p := range l.parts {
		if p.role == Plain || strings.TrimSpace(p.text) == "" {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(sequences[p.role] + p.text + reset)
	}
	return b.String()
}

// Paper is where lines go. The zero value of all but Out prints them as they are, without colours.
type Paper struct {
	Out io.Writer
	// Color paints the roles.
	Color bool
	// Width returns how many cells a line has, 0 if nobody knows. Nil: lines are as long as they are, which is right for
	// everything that is no terminal.
	Width func() int
}

// Print prints lines, in one write.
func (p Paper) Print(lines ...Line) error {
	var b strings.Builder
	width := 0
	if p.Width != nil {
		width = p.Width()
	}
	for _, line := range lines {
		for _, fits := range line.Wrap(width) {
			b.WriteString(fits.Render(p.Color) + "\n")
		}
	}
	_, err := io.WriteString(p.Out, b.String())
	return err
}

// Colors reports whether colours are wanted, by the variables of the environment that programs have agreed on: NO_COLOR and
// CLICOLOR=0 turn them off; FORCE_COLOR and CLICOLOR_FORCE turn them on even where there is no terminal; a terminal has them
// unless TERM says that it is dumb. Lookup returns a variable.
func Colors(terminal bool, lookup func(string) (string, bool)) bool {
	value := func(name string) string {
		text, _ := lookup(name)
		return text
	}
	forced := func(name string) bool { return value(name) != "" && value(name) != "0" && value(name) != "false" }
	switch {
	case value("NO_COLOR") != "":
		return false
	case forced("FORCE_COLOR"), forced("CLICOLOR_FORCE"):
		return true
	}
	return terminal && value("TERM") != "dumb" && value("CLICOLOR") != "0"
}
