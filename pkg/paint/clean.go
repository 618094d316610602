package paint

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from outside fit to print: control characters, the separators that end a line, and the marks that
// reorder a line become escapes that a person can see, like \x1b or \u202e. What is not UTF-8 becomes U+FFFD.
func Clean(text string) string {
	if strings.IndexFunc(text, harmful) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !harmful(r) || r == utf8.RuneError:
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

// Visible is [Clean] for a page: characters that nobody sees become escapes as well, and line ends and tabs become blanks, as
// which a page shows them. The joiners stay, which some scripts and emoji need.
func Visible(text string) string {
	hidden := func(r rune) bool {
		return harmful(r) || r == '\ufeff' || r == '\u200b' || r == '\u2060' || r == '\u00ad' || 0xe0080 <= r && r <= 0xe0fff
	}
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n', r == '\t', r == '\r':
			b.WriteByte(' ')
		case !hidden(r) || r == utf8.RuneError:
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
	}
	return b.String()
}

// escape returns what stands for a rune that must not reach a terminal.
func escape(r rune) string {
	switch {
	case r == '\t':
		return `\t`
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\a', r == '\b', r == '\f', r == '\v':
		return `\` + string("abfv"[strings.IndexRune("\a\b\f\v", r)])
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// harmful also holds for U+FFFD, as which bytes that are not UTF-8 appear. The tags at the end cannot be seen, and spell out
// text all the same.
func harmful(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) ||
		0xe0000 <= r && r <= 0xe007f
}

// Filter is a writer to a terminal that lets nothing through but text, line feeds and tabs: for what programs read, and a
// person looks at, such as CSV. What the text held otherwise stands there as JSON spells it. It is not safe for concurrent use.
type Filter struct {
	out  io.Writer
	rest []byte // the beginning of a rune that the next write ends
}

// NewFilter returns a filter in front of out.
func NewFilter(out io.Writer) *Filter { return &Filter{out: out} }

// Write writes the text, except for the beginning of a rune at its end, which waits for the next one, or for Close.
func (f *Filter) Write(text []byte) (int, error) {
	all := slices.Concat(f.rest, text)
	whole := len(all)
	for n := 1; n < utf8.UTFMax && n <= len(all); n++ {
		if b := all[len(all)-n]; utf8.RuneStart(b) {
			if !utf8.FullRune(all[len(all)-n:]) {
				whole -= n
			}
			break
		}
	}
	f.rest = all[whole:]
	if err := f.write(string(all[:whole])); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Close writes what is left. It does not close what the filter writes to.
func (f *Filter) Close() error {
	rest := string(f.rest)
	f.rest = nil
	return f.write(rest)
}

func (f *Filter) write(text string) error {
	if text == "" {
		return nil
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n', r == '\t', !harmful(r), r == utf8.RuneError:
			b.WriteRune(r)
		case r > 0xffff: // no character beyond the first plane that is harmful has a spelling that JSON takes
			b.WriteString(escape(r))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	_, err := io.WriteString(f.out, b.String())
	return err
}

// Fd returns the descriptor of the terminal, so that the filter is known for one. It returns an impossible one if the filter
// writes elsewhere.
func (f *Filter) Fd() uintptr {
	if file, ok := f.out.(interface{ Fd() uintptr }); ok {
		return file.Fd()
	}
	return ^uintptr(0)
}
