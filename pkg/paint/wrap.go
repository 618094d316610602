package paint

import (
	"strings"

	"golang.org/x/text/width"
)

// narrowest is the least that is left for text behind an indentation: below it, nothing is indented.
const narrowest = 20

// Cells returns how many cells of a terminal a text takes. It would rather count a cell too many, as for combining marks,
// than have a line wrap.
func Cells(text string) (cells int) {
	for _, r := range text {
		cells += cellsOf(r)
	}
	return cells
}

func cellsOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// Cut shortens text to a number of cells, with an ellipsis at its end.
func Cut(text string, cells int) string {
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

// Pad returns text cut to a number of cells, or with blanks up to it.
func Pad(text string, cells int) string {
	text = Cut(text, cells)
	return text + strings.Repeat(" ", max(0, cells-Cells(text)))
}

// Wrap returns the line in as many as it takes, none longer than the cells. It breaks between words alone, so that a path or an
// address stays in one piece and can be copied: a word that is longer is left to the terminal. Cells of 0 break nothing.
func (l Line) Wrap(cells int) []Line {
	if cells <= 0 || Cells(l.String()) <= cells {
		return []Line{l}
	}
	hang := l.hang
	if cells-hang < narrowest {
		hang = min(2, l.hang)
	}
	var lines []Line
	now, used, empty := Line{}, 0, true
	for _, w := range l.words() {
		if !empty && used+w.blanks+w.cells > cells && used+w.blanks > hang {
			lines = append(lines, now)
			now, used, empty = Words(strings.Repeat(" ", hang)), hang, true
			w.blanks = 0
		}
		now = now.Words(strings.Repeat(" ", w.blanks))
		for _, p := range w.parts {
			now = now.In(p.role, p.text)
		}
		used, empty = used+w.blanks+w.cells, empty && w.cells == 0
	}
	return append(lines, now)
}

// word is what stands between blanks, with those before it.
type word struct {
	blanks int
	parts  []part
	cells  int
}

// words returns the words of a line. A word may have parts of several roles.
func (l Line) words() []word {
	var all []word
	now := word{}
	for _, p := range l.parts {
		from := 0
		add := func(to int) {
			if to > from {
				now.parts = append(now.parts, part{p.role, p.text[from:to]})
				now.cells += Cells(p.text[from:to])
			}
		}
		for i, r := range p.text {
			if r != ' ' {
				continue
			}
			add(i)
			if from = i + 1; len(now.parts) > 0 {
				all = append(all, now)
				now = word{}
			}
			now.blanks++
		}
		add(len(p.text))
	}
	if len(now.parts) > 0 || now.blanks > 0 {
		all = append(all, now)
	}
	return all
}
