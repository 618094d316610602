// Package prose lays out plain text, for a terminal of any width or as a manual page. It knows neither what a text is
// about nor where it goes.
//
// A text is made of blocks with empty lines between them:
//
//	# Roles                          a heading
//
//	Words that go on                 a paragraph, which is filled
//	in lines.
//
//	  rollcall check team.csv        lines that begin with two blanks stay as they are
//
//	- one                            items, each of which goes on with two blanks
//	- two
//
//	role :: what is said of it       terms, likewise
//	teams ::
//	  what is said of them
//
//	{{exit-codes}}                   what somebody else has, see [Fill]
package prose

import "strings"

// Kind is what a block is.
type Kind int

// The kinds of blocks.
const (
	Paragraph Kind = iota // the zero value
	Heading
	Subheading // on manual pages alone
	Code
	Terms
	Insert
)

// Bullet is the name of a term that is an item of a list.
const Bullet = "-"

// Term is a word with what is said of it.
type Term struct{ Name, Text string }

// Block is one block of a text. Text is that of a paragraph or heading, the lines of code, or the name of an insert.
type Block struct {
	Kind  Kind
	Text  string
	Terms []Term
}

// Parse returns the blocks of a text.
func Parse(text string) []Block {
	var blocks []Block
	for part := range strings.SplitSeq(strings.Trim(text, "\n"), "\n\n") {
		if part = strings.Trim(part, "\n"); part == "" {
			continue
		}
		block := parse(part)
		// Code may have empty lines.
		if last := len(blocks) - 1; block.Kind == Code && last >= 0 && blocks[last].Kind == Code {
			blocks[last].Text += "\n\n" + block.Text
			continue
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// parse returns the block that a part of a text is.
func parse(part string) Block {
	switch {
	case strings.HasPrefix(part, "# "):
		return Block{Kind: Heading, Text: strings.TrimPrefix(part, "# ")}
	case strings.HasPrefix(part, "{{"):
		return Block{Kind: Insert, Text: strings.Trim(part, "{}")}
	case strings.HasPrefix(part, "  "):
		return Block{Kind: Code, Text: strings.ReplaceAll(strings.TrimPrefix(part, "  "), "\n  ", "\n")}
	case strings.HasPrefix(part, Bullet+" "), strings.Contains(firstLine(part), " ::"):
		return Block{Kind: Terms, Terms: parseTerms(part)}
	}
	return Block{Kind: Paragraph, Text: join(part)}
}

func parseTerms(part string) []Term {
	var terms []Term
	for line := range strings.SplitSeq(part, "\n") {
		name, text, named := strings.Cut(line, " ::")
		item, listed := strings.CutPrefix(line, Bullet+" ")
		switch {
		case strings.HasPrefix(line, " ") && len(terms) > 0, !named && !listed:
			last := &terms[len(terms)-1]
			last.Text = join(last.Text + " " + line)
		case listed:
			terms = append(terms, Term{Bullet, join(item)})
		default:
			terms = append(terms, Term{name, join(text)})
		}
	}
	return terms
}

// Fill returns the blocks with what of returns in the place of the inserts. It leaves the blocks as they are.
func Fill(blocks []Block, of func(name string) []Block) []Block {
	var filled []Block
	for _, block := range blocks {
		if block.Kind == Insert {
			filled = append(filled, of(block.Text)...)
			continue
		}
		filled = append(filled, block)
	}
	return filled
}

// Section returns the blocks below a heading, up to the next one, and all others without it. Both are empty or all of them
// where there is no such heading.
func Section(blocks []Block, heading string) (section, others []Block) {
	inside := false
	for _, block := range blocks {
		if block.Kind == Heading {
			if inside = block.Text == heading; inside {
				continue
			}
		}
		if inside {
			section = append(section, block)
		} else {
			others = append(others, block)
		}
	}
	return section, others
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// join returns the words of a text on one line.
func join(text string) string { return strings.Join(strings.Fields(text), " ") }
