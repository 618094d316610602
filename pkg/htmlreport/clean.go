package htmlreport

import (
	"strings"

	"rollcall/pkg/paint"
	"rollcall/pkg/record"
)

// redacted stands for what nobody may see.
const redacted = "[redacted]"

// text returns what a page may show of a text.
func (p Page) text(s string) string {
	if p.Redact != nil && s != "" {
		s = p.Redact(s)
	}
	return paint.Visible(s)
}

// textOf returns what a page may show of a text about a row: the service may have put the token of the invitation into its
// words.
func (p Page) textOf(r record.Record, s string) string {
	if token := r.Token.Reveal(); token != "" && s != "" {
		s = strings.ReplaceAll(s, token, redacted)
	}
	return p.text(s)
}
