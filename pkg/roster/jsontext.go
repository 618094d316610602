package roster

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	// maxPerson is the length, in bytes, beyond which what began as a person must be something else.
	maxPerson = 1 << 20
	// maxDepth is how deep lists and objects may be nested: a roster needs four levels.
	maxDepth = 64
)

// scanner reads JSON (RFC 8259) strictly, value by value, and knows where each stands.
type scanner struct {
	in *bufio.Reader
	// next is the byte at which the scanner stands, whose place is the scanner's; 0 at the end, since text has no NUL.
	next byte
	place
	// err is what ended the text: io.EOF where all is well.
	err error
	// begun is where the person at hand begins, taken the number of bytes since.
	begun place
	taken int
	// nodes serve every person anew, of which so many are used.
	nodes []yaml.Node
	used  int
	// content is that of the text at hand.
	content []byte
}

// nodesKept is how many nodes are kept for the next person: several times those of one with teams.
const nodesKept = 128

func newScanner(in *bufio.Reader) *scanner {
	s := &scanner{in: in, place: place{1, 0}}
	s.step()
	s.begin()
	return s
}

// begin marks where a person begins.
func (s *scanner) begin() {
	s.space()
	s.begun, s.taken, s.used = s.place, 0, 0
}

// node returns an empty node that begins where the scanner stands. It is gone when the next person begins.
func (s *scanner) node() *yaml.Node {
	if s.used == len(s.nodes) {
		if s.nodes != nil {
			return &yaml.Node{Line: s.line, Column: s.column}
		}
		s.nodes = make([]yaml.Node, nodesKept)
	}
	node := &s.nodes[s.used]
	s.used++
	*node = yaml.Node{Line: s.line, Column: s.column, Content: node.Content[:0]}
	return node
}

// step goes to the next byte.
func (s *scanner) step() {
	if s.err != nil {
		return
	}
	if s.column++; s.next == '\n' {
		s.place = place{s.line + 1, 1}
	}
	if s.taken++; s.taken > maxPerson {
		s.next, s.err = 0, errTooLong
		return
	}
	s.next, s.err = s.in.ReadByte() // 0 with an error
}

var errTooLong = errors.New("person too long")

func (s *scanner) space() {
	for s.next == ' ' || s.next == '\n' || s.next == '\t' || s.next == '\r' {
		s.step()
	}
}

// ended returns what ended the text, nil if that is its end.
func (s *scanner) ended() error {
	switch {
	case errors.Is(s.err, errTooLong):
		return broken(s.begun, say("json-too-long", "what begins here has not ended after 1 MiB"), "look for a bracket or a quote that is not closed")
	case errors.Is(s.err, io.EOF):
		return nil
	}
	return s.err
}

// broken says what is wrong at the next byte, or that there is none.
func (s *scanner) broken(reason said, suggestion string) error {
	if s.next == 0 {
		return s.cut()
	}
	return broken(s.place, reason, suggestion)
}

// cut says that the text ends too early.
func (s *scanner) cut() error {
	if err := s.ended(); err != nil {
		return err
	}
	return broken(s.place, say("json-cut", "not valid JSON: the document ends in the middle of a value"), "it seems to be cut off: export it again")
}

// inQuotes is what to do about a text without quotes, or with others.
const inQuotes = `put texts and keys in double quotes, as in "email"`

// expected says that the next byte is not what it must be.
func (s *scanner) expected(what string) error {
	suggestion := ""
	switch c := s.next; {
	case c == '/' || c == '#':
		return s.broken(say("json-comment", "not valid JSON: a comment"), "JSON has none: remove it")
	case strings.HasPrefix(what, ","):
		suggestion = "a comma may be missing before it"
	case c == '\'' || isWord(c):
		suggestion = inQuotes
	}
	return s.broken(say("json-unexpected", "not valid JSON: expected "+what+", found "+s.found(), s.found()), suggestion)
}

// found shows what is next: a word as a whole.
func (s *scanner) found() string {
	const most = 20
	ahead, _ := s.in.Peek(most) // an error shortens it, and is met where it stands
	word := append([]byte{s.next}, ahead...)
	end := 0
	for end < len(word) && isWord(word[end]) {
		end++
	}
	return strconv.Quote(strings.ToValidUTF8(string(word[:max(end, 1)]), ""))
}

// value reads a value, at any depth within a person. Every scalar is tagged.
func (s *scanner) value(depth int) (*yaml.Node, error) {
	s.space()
	if depth == maxDepth {
		return nil, s.broken(say("json-depth", fmt.Sprintf("lists and objects are nested more than %d deep", maxDepth), strconv.Itoa(maxDepth)), "")
	}
	if s.next == '"' {
		return s.text()
	}
	node := s.node()
	var err error
	switch s.next {
	case '{':
		node.Kind = yaml.MappingNode
		err = s.items('}', func() error {
			key, err := s.key()
			if err != nil {
				return err
			}
			value, err := s.value(depth + 1)
			node.Content = append(node.Content, key, value)
			return err
		})
	case '[':
		node.Kind = yaml.SequenceNode
		err = s.items(']', func() error {
			value, err := s.value(depth + 1)
			node.Content = append(node.Content, value)
			return err
		})
	default:
		err = s.literal(node)
	}
	return node, err
}

// items reads a list or an object to its end. It calls each at every item.
func (s *scanner) items(end byte, each func() error) error {
	s.step()
	if s.space(); s.next == end {
		s.step()
		return nil
	}
	for {
		if err := each(); err != nil {
			return err
		}
		switch s.space(); s.next {
		case end:
			s.step()
			return nil
		case ',':
			s.step()
		default:
			return s.expected(fmt.Sprintf(", or %c", end))
		}
		if s.space(); s.next == end {
			return s.broken(say("json-comma-end", fmt.Sprintf("not valid JSON: a comma before %c", end), string(end)), "remove the comma")
		}
	}
}

// key reads a key and its colon, up to the value.
func (s *scanner) key() (*yaml.Node, error) {
	if s.space(); s.next != '"' {
		return nil, s.expected("a key in double quotes")
	}
	key, err := s.text()
	if err != nil {
		return nil, err
	}
	if s.space(); s.next != ':' {
		return nil, s.expected("a colon")
	}
	s.step()
	s.space()
	return key, nil
}

// literal reads a number, true, false or null.
func (s *scanner) literal(node *yaml.Node) error {
	var word strings.Builder
	for isWord(s.next) || strings.IndexByte("+-.0123456789", s.next) >= 0 {
		word.WriteByte(s.next)
		s.step()
	}
	if word.Len() == 0 {
		return s.expected("a value")
	}
	if err := s.ended(); s.next == 0 && err != nil {
		return err
	}
	node.Kind, node.Value, node.Style = yaml.ScalarNode, word.String(), yaml.TaggedStyle
	switch {
	case node.Value == "null":
		node.Tag = "!!null"
	case node.Value == "true" || node.Value == "false":
		node.Tag = "!!bool"
	case json.Valid([]byte(node.Value)):
		node.Tag = "!!float"
	default:
		return broken(place{node.Line, node.Column}, say("json-unexpected", "not valid JSON: expected a value, found "+quote(node.Value), quote(node.Value)), inQuotes)
	}
	return nil
}

// isWord reports whether a byte belongs to what people write without quotes.
func isWord(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf }

// text reads a text in double quotes.
func (s *scanner) text() (*yaml.Node, error) {
	node := s.node()
	node.Kind, node.Tag, node.Style = yaml.ScalarNode, "!!str", yaml.TaggedStyle
	s.content = s.content[:0]
	for s.step(); s.next != '"'; {
		switch {
		case s.next == '\\':
			char, err := s.escape()
			if err != nil {
				return nil, err
			}
			s.content = utf8.AppendRune(s.content, char)
		case s.next >= ' ':
			s.content = append(s.content, s.next)
			s.plain()
			s.step()
		case s.next == '\n' || s.next == '\r':
			return nil, broken(place{node.Line, node.Column}, say("json-text-lines", "not valid JSON: a text does not end on its line"), `close its quote, or write a line break in it as \n`)
		default:
			return nil, s.broken(say("json-control", "not valid JSON: a control character in a text"), `write a tab as \t, and the like`)
		}
	}
	s.step()
	node.Value = string(s.content)
	return node, nil
}

// plain takes what follows in the buffer and stands for itself in a text.
func (s *scanner) plain() {
	ahead, _ := s.in.Peek(s.in.Buffered()) // of which there cannot be too little
	length := 0
	for length < len(ahead) && ahead[length] >= ' ' && ahead[length] != '"' && ahead[length] != '\\' {
		length++
	}
	if length > maxPerson-s.taken { // which the next step says
		length = max(maxPerson-s.taken, 0)
	}
	s.content = append(s.content, ahead[:length]...)
	s.column, s.taken = s.column+length, s.taken+length
	_, _ = s.in.Discard(length) // it is there
}

// escapes are what may follow a backslash, but for u, and what they mean.
const escapes, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"

// escape reads a character that is written with a backslash.
func (s *scanner) escape() (rune, error) {
	start := *s
	s.step()
	if i := strings.IndexByte(escapes, s.next); i >= 0 {
		s.step()
		return rune(meanings[i]), nil
	}
	char, known := s.unit()
	if known && utf16.IsSurrogate(char) {
		low := rune(0)
		if s.next == '\\' {
			s.step()
			low, known = s.unit()
		}
		char = utf16.DecodeRune(char, low)
		known = known && char != utf8.RuneError
	}
	switch {
	case known:
		return char, nil
	case s.next == 0:
		return 0, s.cut()
	}
	return 0, start.broken(say("json-escape", "not valid JSON: a backslash that means no character"), `write a backslash itself as \\`)
}

// unit reads four hexadecimal digits behind a u.
func (s *scanner) unit() (rune, bool) {
	if s.next != 'u' {
		return 0, false
	}
	s.step()
	var digits []byte
	for len(digits) < 4 && s.next != 0 && s.next != '"' {
		digits = append(digits, s.next)
		s.step()
	}
	unit, err := strconv.ParseUint(string(digits), 16, 16)
	return rune(unit), err == nil && len(digits) == 4
}
