package cybedefend

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"unicode"
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

// clean makes text from the wire fit for a line on a terminal: white space is one space, and control and formatting
// characters, with which a text could rewrite the screen, are gone.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > messageRunes {
		return string(runes[:messageRunes-1]) + "…"
	}
	return text
}
