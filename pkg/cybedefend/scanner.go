package cybedefend

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// scanner reads a text of JSON part by part, from its beginning to its end:
//
//	for more := s.enter('{', '}'); more; more = s.another('}') {
//		key := s.key()
//		value := s.value()
//		…
//	}
//	if !s.whole() { … it is something else than an object, or one that is out of the ordinary … }
//
// A few texts and numbers are read in a tenth of the time that [encoding/json] takes, which judges values of any other kind.
type scanner struct {
	text []byte
	at   int
	// failed is set once something could not be read. From then on, there is nothing more to read.
	failed bool
}

// jsonValue is a value of JSON.
type jsonValue struct {
	// raw is the value as it stands. It is nil for one that is not there.
	raw []byte
	// plain is set for a text that says nothing by escapes: it is what stands between its quotes.
	plain bool
}

// text returns the text of a plain value.
func (v jsonValue) text() []byte { return v.raw[1 : len(v.raw)-1] }

// isNull also holds for a value that is not there.
func (v jsonValue) isNull() bool { return len(v.raw) == 0 || string(v.raw) == "null" }

func (v jsonValue) isNumber() bool {
	return len(v.raw) > 0 && (v.raw[0] == '-' || v.raw[0] >= '0' && v.raw[0] <= '9')
}

// valueOf returns a value of JSON that is known to be one.
func valueOf(raw []byte) jsonValue {
	return jsonValue{raw, len(raw) > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw)}
}

// enter goes into the object or list that comes next. It reports whether anything is in it.
func (s *scanner) enter(opening, closing byte) (more bool) {
	if !s.take(opening) {
		s.fail()
	}
	return !s.failed && !s.take(closing)
}

// another goes on to the next part of an object or list, or out of it after the last one. It reports whether there is one more.
func (s *scanner) another(closing byte) (more bool) {
	if s.take(',') {
		return true
	}
	if !s.take(closing) {
		s.fail()
	}
	return false
}

// whole reports whether all of the text has been read.
func (s *scanner) whole() bool {
	s.blanks()
	return !s.failed && s.at == len(s.text)
}

// fail notes that what comes next can't be read.
func (s *scanner) fail() { s.at, s.failed = len(s.text), true }

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

// next returns the byte that comes next after blanks, 0 if there is none.
func (s *scanner) next() byte {
	s.blanks()
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// key returns the key of the member that comes next. One with escapes can't be read.
func (s *scanner) key() []byte {
	s.blanks()
	key := s.quoted()
	if !key.plain || !s.take(':') {
		s.fail()
		return nil
	}
	return key.text()
}

// value returns the value of the member whose key has been read.
func (s *scanner) value() (value jsonValue) {
	switch s.next() {
	case '"':
		if value = s.quoted(); value.plain {
			return value
		}
	case '{', '[':
		value.raw = s.nested()
	default:
		if value.raw = s.word(); isDigits(value.raw) || string(value.raw) == "null" {
			return value
		}
	}
	if !json.Valid(value.raw) {
		s.fail()
	}
	return value
}

// meaningful are the bytes within a text of JSON that may be more than a part of it: its end, the beginning of an escape, what
// must not be there, and what is not of ASCII.
var meaningful = func() (set [256]bool) {
	for c := range set {
		set[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return set
}()

// quoted returns the text that comes next. Its escapes are not judged.
func (s *scanner) quoted() jsonValue {
	rest := s.text[s.at:]
	if len(rest) == 0 || rest[0] != '"' {
		s.fail()
		return jsonValue{}
	}
	ascii, escaped := true, false
	for i := 1; i < len(rest); i++ {
		c := rest[i]
		if !meaningful[c] {
			continue
		}
		switch {
		case c == '"':
			s.at += i + 1
			found := rest[:i+1]
			return jsonValue{found, !escaped && (ascii || utf8.Valid(found))}
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			s.fail()
			return jsonValue{}
		default:
			ascii = false
		}
	}
	s.fail()
	return jsonValue{}
}

// word returns what comes next up to where a number, or a word such as true, would end.
func (s *scanner) word() []byte {
	rest := s.text[s.at:]
	if end := bytes.IndexAny(rest, ",} \t\r\n"); end >= 0 {
		rest = rest[:end]
	}
	s.at += len(rest)
	return rest
}

// longestNested bounds what [scanner.nested] returns, so that all of the text is not deeper than [encoding/json] lets it be.
const longestNested = 4 << 10

// nested returns the object or list that comes next, up to the bracket that closes the first one, whatever is in between.
func (s *scanner) nested() []byte {
	from, depth := s.at, 0
	for s.at < len(s.text) && s.at-from < longestNested {
		switch s.text[s.at] {
		case '"':
			s.quoted()
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
	s.fail()
	return nil
}

// isDigits reports whether a text is a whole number above 0, as JSON writes it.
func isDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0 && text[0] != '0'
}
