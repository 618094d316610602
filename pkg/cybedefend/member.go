package cybedefend

import (
	"encoding/json"
	"strings"
)

// members reads the members of a JSON object one after the other, each value as it stands:
//
//	object := members{text: text}
//	for object.next() {
//		… object.key, object.value …
//	}
//	if !object.whole { … it is something else than an object, or one whose keys are out of the ordinary … }
//
// A few texts and numbers are read in a tenth of the time that [encoding/json] takes, which judges values of any other kind.
type members struct {
	text string
	at   int
	// key and value are those of the present member.
	key, value string
	// whole is set once the object has been read to its end, with nothing after it.
	whole bool
}

// next goes on to the next member. It returns false at the end of the object, and where it can't be read.
func (m *members) next() bool {
	first := m.at == 0
	switch {
	case first && !m.take('{'):
		return false
	case m.take('}'):
		if m.blanks(); m.at == len(m.text) {
			m.whole = true
		}
		return false
	case !first && !m.take(','):
		return false
	}
	m.blanks()
	var ok bool
	if m.key, ok = m.name(); !ok || !m.take(':') {
		return false
	}
	m.blanks()
	m.value, ok = m.any()
	return ok
}

// take goes past c, and the blanks before it, if that comes next.
func (m *members) take(c byte) bool {
	m.blanks()
	if m.at == len(m.text) || m.text[m.at] != c {
		return false
	}
	m.at++
	return true
}

func (m *members) blanks() {
	for m.at < len(m.text) {
		switch m.text[m.at] {
		case ' ', '\t', '\r', '\n':
			m.at++
		default:
			return
		}
	}
}

// name returns the key that comes next. One that is not of ASCII alone may count as another, which only differs in letter case.
func (m *members) name() (key string, ok bool) {
	quoted, escaped := m.quoted()
	if quoted == "" || escaped {
		return "", false
	}
	for i := range len(quoted) {
		if quoted[i] > '~' {
			return "", false
		}
	}
	return quoted[1 : len(quoted)-1], true
}

// quoted returns the text that comes next, with its quotes, and whether something in it is escaped. It returns nothing if there
// is none.
func (m *members) quoted() (quoted string, escaped bool) {
	rest := m.text[m.at:]
	if rest == "" || rest[0] != '"' {
		return "", false
	}
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			m.at += i + 1
			return rest[:i+1], escaped
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// any returns the value that comes next.
func (m *members) any() (value string, ok bool) {
	rest := m.text[m.at:]
	switch {
	case strings.HasPrefix(rest, `"`):
		quoted, escaped := m.quoted()
		return quoted, quoted != "" && (!escaped || json.Valid([]byte(quoted)))
	case strings.HasPrefix(rest, "{"), strings.HasPrefix(rest, "["):
		value = m.nested()
	default:
		end := strings.IndexAny(rest, ",} \t\r\n")
		value = rest[:max(end, 0)]
		m.at += len(value)
		if value == "null" || isDigits(value) {
			return value, true
		}
	}
	return value, json.Valid([]byte(value))
}

// nested returns the object or list that comes next, up to the bracket that closes the first one, whatever is in between. It
// returns nothing if there is none.
func (m *members) nested() string {
	from, depth := m.at, 0
	for m.at < len(m.text) {
		switch m.text[m.at] {
		case '"':
			if quoted, _ := m.quoted(); quoted == "" {
				return ""
			}
			continue // it goes past the text by itself
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if m.at++; depth == 0 {
			return m.text[from:m.at]
		}
	}
	return ""
}

// isDigits reports whether a text is a whole number as JSON has it, above 0 and of no more than some digits.
func isDigits(text string) bool {
	return text != "" && text[0] != '0' && strings.Trim(text, "0123456789") == ""
}
