package cybedefend

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"rollcall/pkg/secret"
)

// messageRunes is the longest message kept: about two lines of a terminal.
const messageRunes = 200

// messageKeys are where services explain an error, best first.
var messageKeys = [...]string{"error_description", "message", "error", "code"}

// message returns what the body of an error says to a person, empty if nothing. It still needs to be cleaned.
func message(body []byte) string {
	if !json.Valid(body) {
		return firstLine(plain(string(body)))
	}
	return explain(body, 3)
}

// explain finds the explanation in a JSON value: a text, a list of such, or an object that has one under a known key.
func explain(raw json.RawMessage, depth int) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || depth == 0 {
		return ""
	}
	switch raw[0] {
	case '"':
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return ""
		}
		return text
	case '[':
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) != nil {
			return ""
		}
		var texts []string
		for _, item := range items {
			if text := explain(item, depth-1); text != "" {
				texts = append(texts, text)
			}
		}
		return strings.Join(texts, "; ")
	case '{':
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			return ""
		}
		for _, key := range messageKeys {
			if text := explain(object[key], depth-1); strings.TrimSpace(text) != "" {
				return text
			}
		}
	}
	return ""
}

var (
	htmlTitle  = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	htmlUnseen = regexp.MustCompile(`(?is)<script.*?</script>|<style.*?</style>|<!--.*?-->`)
	htmlTag    = regexp.MustCompile(`(?s)<[^>]*>?`)
)

// plain returns text without markup; of a page it is the title.
func plain(text string) string {
	if !strings.HasPrefix(strings.TrimSpace(text), "<") {
		return text
	}
	if title := htmlTitle.FindStringSubmatch(text); title != nil {
		return strings.Join(strings.Fields(html.UnescapeString(title[1])), " ")
	}
	return html.UnescapeString(htmlTag.ReplaceAllString(htmlUnseen.ReplaceAllString(text, " "), " "))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// clean makes text from the wire fit for a line on a terminal, and leaves out the secrets.
func clean(text string, secrets ...secret.Text) string {
	return shorten(redact(printable(text), secrets...), messageRunes)
}

// printable makes white space one space, and drops control and formatting characters, with which a text could rewrite the
// screen.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// redact removes secrets that the service repeats. Shorten a text only afterwards: a part of a secret is found no more.
func redact(text string, secrets ...secret.Text) string {
	for _, s := range secrets {
		if !s.Empty() {
			text = strings.ReplaceAll(text, s.Reveal(), secret.Redacted)
		}
	}
	return text
}

func shorten(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}

// sentence is text that holds nothing but words: no token looks like that.
var sentence = regexp.MustCompile(`^[\pL\pM.,;:!?'’() ]+$`)

// words returns what the body of a 2xx reply says to a person: an object's explanation, or a text that is a sentence. A
// reply of 2xx may hold the token of an invitation, so nothing else of it is shown.
func words(body []byte) string {
	text := string(body)
	if json.Valid(body) {
		text = explain(body, 3)
		if fields(body) != nil {
			return text
		}
	}
	const longestWord = 20
	if !sentence.MatchString(text) || slices.ContainsFunc(strings.Fields(text), func(w string) bool { return len(w) > longestWord }) {
		return ""
	}
	return text
}
