package prose

import (
	"strings"

	"rollcall/pkg/pattern"
)

// codeWidth is how wide code may be in a manual page, which is read at a terminal of the usual width.
const codeWidth = Usual - 12

// Roff returns blocks as the body of a manual page, with the macros of man(7).
func Roff(blocks []Block) string {
	var b strings.Builder
	for i, block := range blocks {
		switch block.Kind {
		case Heading:
			b.WriteString(".SH " + Escape(block.Text) + "\n")
		case Subheading:
			b.WriteString(".SS " + Escape(block.Text) + "\n")
		case Paragraph, Insert:
			if follows(blocks, i) {
				b.WriteString(".PP\n")
			}
			b.WriteString(line(block.Text))
		case Code:
			if follows(blocks, i) {
				b.WriteString(".PP\n")
			}
			b.WriteString(".RS 4\n.nf\n")
			var code strings.Builder
			for text := range strings.SplitSeq(block.Text, "\n") {
				Layout{Width: codeWidth}.code(&code, 0, text)
			}
			for text := range strings.Lines(code.String()) {
				b.WriteString(guard(Escape(text)))
			}
			b.WriteString(".fi\n.RE\n")
		case Terms:
			for _, term := range block.Terms {
				if term.Name == Bullet {
					b.WriteString(".IP \\(bu 2\n" + line(term.Text))
					continue
				}
				b.WriteString(".TP\n\\fB" + Escape(strings.TrimSpace(term.Name)) + "\\fR\n" + line(term.Text))
			}
		}
	}
	return b.String()
}

// follows reports whether a block needs a beginning: below a heading one begins by itself.
func follows(blocks []Block, i int) bool {
	return i > 0 && blocks[i-1].Kind != Heading && blocks[i-1].Kind != Subheading
}

// flagLike is what a person types: a flag, in any place where it does not go on a word.
var flagLike = pattern.Of(`(^|[\s(,/])(--[a-z][a-z-]*|-[a-z]\b)`)

// line returns a text in lines, with flags in bold.
func line(text string) string {
	var b strings.Builder
	Layout{}.fill(&b, "", flagLike().ReplaceAllString(text, "${1}\x02${2}\x03"))
	var lines strings.Builder
	for one := range strings.Lines(b.String()) {
		lines.WriteString(guard(bold.Replace(Escape(one))))
	}
	return lines.String()
}

var bold = strings.NewReplacer("\x02", `\fB`, "\x03", `\fR`)

// escaped are the characters that mean something to roff, or that it would show as others.
var escaped = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// Escape returns a text as roff shows it as it is.
func Escape(text string) string { return escaped.Replace(text) }

// guard keeps the first character of a line from being taken for a request.
func guard(text string) string {
	if strings.HasPrefix(text, ".") {
		return `\&` + text
	}
	return text
}
