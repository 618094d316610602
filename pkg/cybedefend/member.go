package cybedefend

import (
	"encoding/json"
	"strings"
)

// members reads the members of a JSON object one after the other, each value as it stands:
//
//	object := membersOf(text)
//	for object.next() {
//		… object.key, object.value …
//	}
//	if !object.whole { … it is something else than an object, or one whose keys are out of the ordinary … }
//
// A few texts and numbers are read in a tenth of the time that [encoding/json] takes, which judges values of any other kind.
type members struct {
	scanner
	// list is the key of a list that is not judged here, since whoever asks for it reads each of its elements; empty for none.
	list string
	// key and value are those of the present member.
	key, value string
}

func membersOf(text string) members { return members{scanner: scanner{text: text}} }

// next goes on to the next member. It returns false at the end of the object, and where it can't be read.
func (m *members) next() bool {
	if !m.another('{', '}') {
		return false
	}
	var ok bool
	if m.key, ok = m.name(); !ok || !m.take(':') {
		return false
	}
	m.blanks()
	if m.list != "" && m.key == m.list && strings.HasPrefix(m.text[m.at:], "[") {
		m.value = m.nested()
		return m.value != ""
	}
	m.value, ok = m.any()
	return ok
}

// elements reads the objects of a JSON list one after the other, as [members] does with an object. It judges none of them.
type elements struct {
	scanner
	// value is the present object.
	value string
}

func elementsOf(text string) elements { return elements{scanner: scanner{text: text}} }

// next goes on to the next object. It returns false at the end of the list, and where it can't be read.
func (e *elements) next() bool {
	if !e.another('[', ']') || !strings.HasPrefix(e.text[e.at:], "{") {
		return false
	}
	e.value = e.nested()
	return e.value != ""
}

// scanner goes through a text of JSON.
type scanner struct {
	text string
	at   int
	// whole is set once the text has been read to its end, with nothing after it.
	whole bool
}

// another goes to where the next part of an object or list begins. It returns false at the end, and where there is none.
func (s *scanner) another(opening, closing byte) bool {
	first := s.at == 0
	switch {
	case first && !s.take(opening):
		return false
	case s.take(closing):
		if s.blanks(); s.at == len(s.text) {
			s.whole = true
		}
		return false
	case !first && !s.take(','):
		return false
	}
	s.blanks()
	return true
}

// take goes past c, and the blanks before it, if that comes next.
func (s *scanner) take(c byte) bool {
	s.blanks()
	if s.at == len(s.text) || s.text[s.at] != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) blanks() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

// name returns the key that comes next. One that is not of ASCII alone may count as another, which only differs in letter case.
func (s *scanner) name() (key string, ok bool) {
	quoted, escaped := s.quoted()
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
func (s *scanner) quoted() (quoted string, escaped bool) {
	rest := s.text[s.at:]
	if rest == "" || rest[0] != '"' {
		return "", false
	}
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			s.at += i + 1
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
func (s *scanner) any() (value string, ok bool) {
	rest := s.text[s.at:]
	switch {
	case strings.HasPrefix(rest, `"`):
		quoted, escaped := s.quoted()
		return quoted, quoted != "" && (!escaped || json.Valid([]byte(quoted)))
	case strings.HasPrefix(rest, "{"), strings.HasPrefix(rest, "["):
		value = s.nested()
	default:
		end := strings.IndexAny(rest, ",} \t\r\n")
		value = rest[:max(end, 0)]
		s.at += len(value)
		if value == "null" || isDigits(value) {
			return value, true
		}
	}
	return value, json.Valid([]byte(value))
}

// nested returns the object or list that comes next, up to the bracket that closes the first one, whatever is in between. It
// returns nothing if there is none.
func (s *scanner) nested() string {
	from, depth := s.at, 0
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case '"':
			if quoted, _ := s.quoted(); quoted == "" {
				return ""
			}
			continue // it goes past the text by itself
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if s.at++; depth == 0 {
			return s.text[from:s.at]
		}
	}
	return ""
}

// isDigits reports whether a text is a whole number as JSON has it, above 0 and of no more than some digits.
func isDigits(text string) bool {
	return text != "" && text[0] != '0' && strings.Trim(text, "0123456789") == ""
}
