package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"unicode/utf8"
)

// scanner takes XML apart into tokens as encoding/xml does, in a third of the time: of what is in nearly every part of a
// workbook, it reads tags and texts by itself. Whatever else there is, it leaves to encoding/xml, one token at a time. It keeps
// no stack of open elements, which could fill the memory: whoever reads looks for the end that it needs.
type scanner struct {
	source io.Reader
	// buffer holds what was read of the source, of which what stands before at was scanned, as was so much before the buffer.
	buffer []byte
	at     int
	before int64
	// err is what ended the source.
	err error
	// ends tells that the element which was read last is empty, so that its end comes next.
	ends bool
	last token
	// decoded is a text that stands in the source in another way.
	decoded []byte
}

// token is a piece of XML: a tag, a text or something else. All of it is valid until the next one is read.
type token struct {
	kind kind
	// element is that of a tag.
	element element
	// text is a text, as a reader of XML sees it. Of what is something else, it is a directive.
	text []byte
}

// kind is what a token is.
type kind uint8

const (
	isOther kind = iota
	isStart
	isEnd
	isText
)

// element is an element with its attributes. Names are without their prefixes.
type element struct {
	prefix     []byte
	local      string
	attributes []attribute
}

// attribute is one of an element. What declares a prefix is none.
type attribute struct {
	local string
	value []byte
}

// get returns an attribute, "" if the element does not have it.
func (e element) get(name string) string { return string(e.value(name)) }

// value is [element.get] without a copy.
func (e element) value(name string) []byte {
	for i := range e.attributes {
		if e.attributes[i].local == name {
			return e.attributes[i].value
		}
	}
	return nil
}

// clone returns the element in memory of its own.
func (e element) clone() element {
	all := make([]attribute, len(e.attributes))
	for i, one := range e.attributes {
		all[i] = attribute{one.local, bytes.Clone(one.value)}
	}
	e.prefix, e.attributes = bytes.Clone(e.prefix), all
	return e
}

const (
	// scanned is how many bytes of a part are read at a time.
	scanned = 32 << 10
	// maxToken is how long anything between two angle brackets or outside of them may be. Excel's longest text, 32,767
	// characters, takes less even with every character written as a number.
	maxToken = 512 << 10
)

var (
	errSyntax       = errors.New("not the XML that it should be")
	errTokenTooLong = errors.New("token too long")
)

func newScanner(source io.Reader) *scanner {
	return &scanner{source: source, buffer: make([]byte, 0, scanned)}
}

// scannerOf returns a scanner of a text that is there as a whole.
func scannerOf(text []byte) *scanner { return &scanner{buffer: text, err: io.EOF} }

// offset is where in the part the next token begins.
func (s *scanner) offset() int64 { return s.before + int64(s.at) }

// next returns the next token, or io.EOF behind the last.
func (s *scanner) next() (*token, error) {
	if s.ends {
		s.ends, s.last.kind, s.last.element.attributes = false, isEnd, s.last.element.attributes[:0]
		return &s.last, nil
	}
	if s.at == len(s.buffer) {
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
	if s.buffer[s.at] != '<' {
		return &s.last, s.text()
	}
	for {
		length, how := s.tag(s.buffer[s.at:])
		switch how {
		case plainTag:
			s.at += length
			return &s.last, nil
		case otherTag:
			return &s.last, s.other()
		case cutTag:
		}
		if err := s.fill(); errors.Is(err, io.EOF) {
			return nil, errSyntax
		} else if err != nil {
			return nil, err
		}
	}
}

// fill reads more of the source: of a token that is cut as much again, so that it is not looked at for every byte. What was
// scanned is given up.
func (s *scanner) fill() error {
	if s.err != nil {
		return s.err
	}
	s.before += int64(s.at)
	s.buffer, s.at = s.buffer[:copy(s.buffer, s.buffer[s.at:])], 0
	cut := len(s.buffer)
	if cut > maxToken {
		return errTokenTooLong
	}
	s.buffer = slices.Grow(s.buffer, max(cut, 1))
	for idle := 0; s.err == nil && (len(s.buffer) == cut || len(s.buffer) < 2*cut); {
		n, err := s.source.Read(s.buffer[len(s.buffer):cap(s.buffer)])
		s.buffer, s.err = s.buffer[:len(s.buffer)+n], err
		if idle++; n > 0 {
			idle = 0
		}
		if idle == 100 { // which is when bufio gives up, too
			s.err = io.ErrNoProgress
		}
	}
	if len(s.buffer) == cut {
		return s.err
	}
	return nil
}

// text reads up to the next tag, or to the end. Of one that is too long, it gives as much as it may have.
func (s *scanner) text() error {
	length := 0
	for {
		found := bytes.IndexByte(s.buffer[s.at+length:], '<')
		if found >= 0 {
			length += found
			break
		}
		length = len(s.buffer) - s.at
		err := s.fill()
		if errors.Is(err, errTokenTooLong) {
			s.err = err
		}
		if errors.Is(err, io.EOF) || errors.Is(err, errTokenTooLong) {
			break
		}
		if err != nil {
			return err
		}
	}
	s.decoded = s.decoded[:0]
	text, ok := s.decode(s.buffer[s.at:s.at+length], false)
	switch {
	case ok:
	case errors.Is(s.err, errTokenTooLong):
		return s.err
	default:
		return errSyntax
	}
	s.at += length
	s.last = token{kind: isText, text: text, element: element{attributes: s.last.element.attributes[:0]}}
	return nil
}

// How a tag is read.
type tagKind uint8

const (
	plainTag tagKind = iota
	// otherTag is something that encoding/xml knows, or that is wrong.
	otherTag
	// cutTag does not end in the buffer.
	cutTag
)

// tag reads the tag at the beginning of a text, and returns its length.
func (s *scanner) tag(text []byte) (length int, how tagKind) {
	at := 1
	isEndTag := len(text) > 1 && text[1] == '/'
	if isEndTag {
		at++
	}
	local, prefix, at, how := tagName(text, at)
	if how != plainTag {
		return 0, how
	}
	s.last.element, s.last.text = element{prefix, local, s.last.element.attributes[:0]}, nil
	s.decoded = s.decoded[:0]
	for {
		at = blanks(text, at)
		if at == len(text) {
			return 0, cutTag
		}
		switch c := text[at]; {
		case c == '>':
			if s.last.kind = isStart; isEndTag {
				s.last.kind = isEnd
			}
			return at + 1, plainTag
		case isEndTag:
			return 0, otherTag
		case c == '/':
			if at+1 == len(text) {
				return 0, cutTag
			}
			if text[at+1] != '>' {
				return 0, otherTag
			}
			s.last.kind, s.ends = isStart, true
			return at + 2, plainTag
		}
		if at, how = s.attribute(text, at); how != plainTag {
			return 0, how
		}
	}
}

// attribute reads the attribute at an index, and returns the index behind it.
func (s *scanner) attribute(text []byte, at int) (int, tagKind) {
	local, prefix, at, how := tagName(text, at)
	if how != plainTag {
		return 0, how
	}
	if at = blanks(text, at); at == len(text) {
		return 0, cutTag
	}
	if text[at] != '=' {
		return 0, otherTag
	}
	if at = blanks(text, at+1); at == len(text) {
		return 0, cutTag
	}
	quote := text[at]
	if quote != '"' && quote != '\'' {
		return 0, otherTag
	}
	at++
	length := bytes.IndexByte(text[at:], quote)
	if length < 0 {
		return 0, cutTag
	}
	value, ok := s.decode(text[at:at+length], true)
	if !ok {
		return 0, otherTag // which says so
	}
	if string(prefix) != "xmlns" {
		s.last.element.attributes = append(s.last.element.attributes, attribute{local, value})
	}
	return at + length + 1, plainTag
}

func blanks(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}

// nameBytes are those of plain names: 2 may stand anywhere in one, 1 not at its beginning.
var nameBytes = func() (table [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		table[c], table[c-'a'+'A'] = 2, 2
	}
	for c := '0'; c <= '9'; c++ {
		table[c] = 1
	}
	table['_'], table['-'], table['.'] = 2, 1, 1
	return table
}()

// tagName reads the name at an index, in ASCII and with one prefix at most, and returns the index behind it.
func tagName(text []byte, at int) (local string, prefix []byte, after int, how tagKind) {
	for {
		start := at
		for at < len(text) && nameBytes[text[at]] > 0 {
			at++
		}
		switch {
		case at == len(text):
			return "", nil, 0, cutTag
		case at == start || nameBytes[text[start]] < 2 || text[at] >= utf8.RuneSelf:
			return "", nil, 0, otherTag
		case text[at] != ':':
			return known(text[start:at]), prefix, at, plainTag
		case prefix != nil:
			return "", nil, 0, otherTag
		}
		prefix = text[start:at]
		at++
	}
}

// known returns a name as a string, without a copy of those that are in every row, as are some values.
func known(name []byte) string {
	switch string(name) {
	case "c":
		return "c"
	case "r":
		return "r"
	case "s":
		return "s"
	case "t":
		return "t"
	case "v":
		return "v"
	case "is":
		return "is"
	case "si":
		return "si"
	case "row":
		return "row"
	case "spans":
		return "spans"
	case "space":
		return "space"
	case "ht":
		return "ht"
	case "f":
		return "f"
	case inlineText:
		return inlineText
	case "str":
		return "str"
	}
	return string(name)
}

// other reads with encoding/xml what is no plain tag.
func (s *scanner) other() error {
	bytes := &byteReader{scanner: s}
	decoder := xml.NewDecoder(bytes)
	decoder.CharsetReader = func(_ string, content io.Reader) (io.Reader, error) { return content, nil } // it is UTF-8 by now
	found, err := decoder.RawToken()
	if errors.Is(err, io.EOF) {
		return errSyntax
	}
	if err != nil {
		return err
	}
	s.last = token{}
	switch found := found.(type) {
	case xml.StartElement:
		s.last.kind, s.last.element = isStart, elementOf(found)
		s.ends = bytes.latest[0] == '/' // the end of a tag, since values are in quotes
	case xml.EndElement:
		s.last.kind, s.last.element.local = isEnd, found.Name.Local
	case xml.CharData:
		s.last.kind, s.last.text = isText, found
	case xml.Directive:
		s.last.text = found
	}
	return nil
}

// elementOf takes over what encoding/xml has read.
func elementOf(start xml.StartElement) element {
	e := element{prefix: []byte(start.Name.Space), local: start.Name.Local}
	for _, one := range start.Attr {
		if one.Name.Space != "xmlns" {
			e.attributes = append(e.attributes, attribute{one.Name.Local, []byte(one.Value)})
		}
	}
	return e
}

// byteReader gives encoding/xml one byte after the other, so that it takes no more than its token.
type byteReader struct {
	*scanner
	taken int
	// latest are the two bytes taken last.
	latest [2]byte
}

func (r *byteReader) ReadByte() (byte, error) {
	if r.taken++; r.taken > maxToken {
		return 0, errTokenTooLong
	}
	if r.at == len(r.buffer) {
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	c := r.buffer[r.at]
	r.at++
	r.latest = [...]byte{r.latest[1], c}
	return c, nil
}

// Read is what encoding/xml wants of a reader, and never calls.
func (r *byteReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}
