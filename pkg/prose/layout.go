package prose

import (
	"strings"
	"unicode/utf8"
)

// Measures of a page, in columns.
const (
	// Usual is how wide a page is where nobody says how wide it may be.
	Usual = 80
	// widest is how wide prose is at most: longer lines are hard to read.
	widest = 100
	// narrowest is what is left of a text beside its term; where there is less room, it stands below.
	narrowest = 26

	indent = 2
	gap    = 2
)

// Layout says what a page looks like. The zero value is a page for a file.
type Layout struct {
	// Width is that of the terminal, 0 for [Usual].
	Width int
	// Bold shows headings in bold.
	Bold bool
}

// Text returns blocks as a page. Paragraphs before the first heading begin at the margin, all else is indented.
func (l Layout) Text(blocks []Block) string {
	var b strings.Builder
	margin, after := 0, Heading
	for i, block := range blocks {
		if i > 0 && after != Heading {
			b.WriteByte('\n')
		}
		if block.Kind == Heading {
			margin = indent
		}
		switch block.Kind {
		case Heading, Subheading:
			b.WriteString(l.heading(block.Text))
		case Paragraph, Insert:
			l.fill(&b, strings.Repeat(" ", margin), block.Text)
		case Code:
			in := margin + indent
			if after == Heading {
				in = indent
			}
			for line := range strings.SplitSeq(block.Text, "\n") {
				l.code(&b, in, line)
			}
		case Terms:
			l.terms(&b, block.Terms)
		}
		after = block.Kind
	}
	return b.String()
}

// width is how wide prose may be.
func (l Layout) width() int {
	if l.Width <= 0 {
		return Usual
	}
	return min(l.Width, widest)
}

func (l Layout) heading(text string) string {
	if !strings.HasSuffix(text, "?") {
		text += ":"
	}
	if l.Bold {
		return "\x1b[1m" + text + "\x1b[0m\n"
	}
	return text + "\n"
}

// terms writes terms with their texts beside them, in one column.
func (l Layout) terms(b *strings.Builder, terms []Term) {
	most, column := l.width()*2/5, 0
	for _, term := range terms {
		if width := utf8.RuneCountInString(term.Name); width <= most {
			column = max(column, width)
		}
	}
	column += indent + gap
	below := l.width()-column < narrowest
	switch {
	case terms[0].Name == Bullet:
		column, below = indent+len(Bullet)+1, false
	case below:
		column = 2*indent + gap
	}
	for _, term := range terms {
		name := strings.Repeat(" ", indent) + term.Name
		if term.Text == "" {
			b.WriteString(name + "\n")
			continue
		}
		room := column - utf8.RuneCountInString(name)
		if room < gap && term.Name != Bullet || below {
			b.WriteString(name + "\n")
			name, room = "", column
		}
		l.fill(b, name+strings.Repeat(" ", room), term.Text)
	}
}

// fill writes a text in lines, the first of them after a beginning, the others below its end.
func (l Layout) fill(b *strings.Builder, beginning, text string) {
	column := utf8.RuneCountInString(beginning)
	b.WriteString(beginning)
	at, begun := column, false
	for word := range strings.FieldsSeq(text) {
		width := utf8.RuneCountInString(word)
		switch {
		case !begun:
		case at+1+width > l.width():
			b.WriteString("\n" + strings.Repeat(" ", column))
			at = column
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at, begun = at+width, true
	}
	b.WriteByte('\n')
}

// code writes a line as it is; a command that is too long goes on below, as a shell takes it.
func (l Layout) code(b *strings.Builder, in int, line string) {
	const more = " \\"
	width := l.Width
	if width <= 0 {
		width = Usual
	}
	for utf8.RuneCountInString(line)+in > width {
		cut := breakable(line, width-in-len(more))
		if cut <= 0 {
			break
		}
		b.WriteString(strings.Repeat(" ", in) + line[:cut] + more + "\n")
		line = strings.Repeat(" ", indent) + strings.TrimLeft(line[cut:], " ")
	}
	if line != "" {
		line = strings.Repeat(" ", in) + line
	}
	b.WriteString(line + "\n")
}

// breakable returns the last place before most at which a command can go on below, or the first one after it: before a second
// command, else before a flag or what else a shell takes. It is 0 if there is none.
func breakable(line string, most int) int {
	text := strings.TrimLeft(line, " ")
	if text == line && !strings.HasPrefix(line, "rollcall ") || strings.Contains(text, "   ") { // which has words beside it
		return 0
	}
	start := len(line) - len(text) + 1
	most = max(most, start) // each line has a word, however narrow the terminal is
	for _, marks := range [][]string{{" && "}, {" -", " | ", " > "}} {
		last, first := 0, len(line)
		for _, mark := range marks {
			last = max(last, strings.LastIndex(line[:min(most+1, len(line))], mark))
			if next := strings.Index(line[min(most, len(line)):], mark); next >= 0 {
				first = min(first, most+next)
			}
		}
		switch {
		case last > start:
			return last
		case marks[0] == " -" && first < len(line):
			return first
		}
	}
	return 0
}
