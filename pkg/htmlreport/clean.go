package htmlreport

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/pkg/record"
)

// redacted stands for what nobody may see.
const redacted = "[redacted]"

// clean makes text from outside fit to be shown: characters that nobody sees, that end a line or that reorder what stands
// around them are escapes.
func clean(text string) string {
	if !strings.ContainsFunc(text, unfit) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n', r == '\t', r == '\r':
			b.WriteByte(' ')
		case !unfit(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// unfit reports whether a character is shown as an escape. The joiners, which some scripts and emoji need, are not.
func unfit(r rune) bool {
	switch {
	case r == utf8.RuneError:
		return false
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029', r == '\ufeff', r == '\u200b', r == '\u2060', r == '\u00ad':
		return true
	}
	return r >= 0xe0000 && r <= 0xe0fff // tags, which nobody sees
}

// text returns what a page may show of a text.
func (p Page) text(s string) string {
	if p.Redact != nil && s != "" {
		s = p.Redact(s)
	}
	return clean(s)
}

// textOf returns what a page may show of a text about a row: the service may have put the token of the invitation into its
// words.
func (p Page) textOf(r record.Record, s string) string {
	if token := r.Token.Reveal(); token != "" && s != "" {
		s = strings.ReplaceAll(s, token, redacted)
	}
	return p.text(s)
}
