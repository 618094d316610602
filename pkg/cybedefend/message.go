package cybedefend

import (
	"bytes"
	"encoding/json"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rollcall/pkg/pattern"
	"rollcall/pkg/secret"
)

// messageRunes is the longest message kept: about two lines of a terminal.
const messageRunes = 200

// Where services explain themselves, best first. The code in a reply of 2xx may be that of an invitation.
var (
	messageKeys = []string{"error_description", "message", "error", "code"}
	wordKeys    = messageKeys[:3]
)

// message returns what the body of an error says to a person, empty if nothing. It still needs to be cleaned. Of JSON that
// is cut, or that something follows, only the explanation counts, too: raw, it may show a token.
func message(body []byte) string {
	switch {
	case json.Valid(body):
		return explain(body, messageKeys, 3)
	case beginsJSON(body):
		return explainFields(leading(body), messageKeys, 3)
	}
	return firstLine(plain(string(body)))
}

// beginsJSON reports whether a body begins as JSON does that is more than a word. A text may begin with a bracket, too.
func beginsJSON(body []byte) bool {
	body = bytes.TrimSpace(body)
	inner, isList := bytes.CutPrefix(body, []byte("["))
	if isList {
		body = bytes.TrimSpace(inner)
	}
	return bytes.HasPrefix(body, []byte("{")) || bytes.HasPrefix(body, []byte(`"`)) || isList && bytes.HasPrefix(body, []byte("["))
}

// explain finds the explanation in a JSON value: a text, a list of such, or an object that has one under one of the keys.
func explain(raw json.RawMessage, keys []string, depth int) string {
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
			if text := explain(item, keys, depth-1); text != "" {
				texts = append(texts, text)
			}
		}
		return strings.Join(texts, "; ")
	case '{':
		return explainFields(fields(raw), keys, depth)
	}
	return ""
}

func explainFields(object map[string]json.RawMessage, keys []string, depth int) string {
	for _, key := range keys {
		if text := explain(object[key], keys, depth-1); strings.TrimSpace(text) != "" {
			return text
		}
	}
	return ""
}

var (
	htmlTitle  = pattern.Of(`(?is)<title[^>]*>(.*?)</title>`)
	htmlUnseen = pattern.Of(`(?is)<script.*?</script>|<style.*?</style>|<!--.*?-->`)
	htmlTag    = pattern.Of(`(?s)<[^>]*>?`)
)

// plain returns text without markup; of a page it is the title.
func plain(text string) string {
	if !strings.HasPrefix(strings.TrimSpace(text), "<") {
		return text
	}
	if title := htmlTitle().FindStringSubmatch(text); title != nil {
		return strings.Join(strings.Fields(html.UnescapeString(title[1])), " ")
	}
	return html.UnescapeString(htmlTag().ReplaceAllString(htmlUnseen().ReplaceAllString(text, " "), " "))
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
		case r > ' ' && r <= '~':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// named is a text that is called a token or the like: in JSON, in a query, in a form.
var named = pattern.Of(`(?i)((?:token|secret|password|jwt)["']?\s*[:=]\s*["']?)([^\s"'&;,}]+)`)

// redact removes secrets that the service repeats, and what is named like one. Shorten a text only afterwards: a part of a
// secret is found no more.
func redact(text string, secrets ...secret.Text) string {
	for _, s := range secrets {
		if !s.Empty() {
			text = strings.ReplaceAll(text, s.Reveal(), secret.Redacted)
		}
	}
	if !strings.ContainsAny(text, ":=") {
		return text // nothing is named here
	}
	return named().ReplaceAllStringFunc(text, func(found string) string {
		parts := named().FindStringSubmatch(found)
		if isWord(parts[2]) {
			return found
		}
		return parts[1] + secret.Redacted
	})
}

func shorten(text string, longest int) string {
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return text
}

// lettersOnly matches letters with punctuation.
var lettersOnly = pattern.Of(`^[\pL\pM.,;:!?'’()]+$`)

// isWord reports whether a text is a word: no token looks like that.
func isWord(text string) bool {
	const longest = 20
	return utf8.RuneCountInString(text) <= longest && lettersOnly().MatchString(text)
}

// words returns what the body of a 2xx reply says to a person: an object's explanation, or a text that is a sentence. A
// reply of 2xx may hold the token of an invitation, so nothing else of it is shown, and of an explanation nothing that may
// be one.
func words(body []byte) string {
	object := fields(body)
	if object == nil {
		text := string(body)
		if json.Valid(body) {
			text = explain(body, wordKeys, 3)
		}
		if slices.ContainsFunc(strings.Fields(text), func(word string) bool { return !isWord(word) }) {
			return ""
		}
		return text
	}
	const short = 8
	shown := strings.Fields(explainFields(object, wordKeys, 3))
	for i, word := range shown {
		isAddress := strings.Contains(word, "@") && !strings.ContainsAny(word, "/?=&#")
		if !isWord(word) && !isAddress && utf8.RuneCountInString(word) > short {
			shown[i] = secret.Redacted
		}
	}
	return strings.Join(shown, " ")
}
