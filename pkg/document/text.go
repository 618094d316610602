package document

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"rollcall/pkg/charset"
	"rollcall/pkg/remedy"
)

// Text is the text of a document.
type Text struct {
	// Encoding is how it was written, Marked whether a byte order mark says so.
	Encoding Encoding
	Marked   bool
	LineEnd  LineEnd

	source io.Reader
}

// Text returns the document as text in the encoding, which must not contradict its byte order mark. What only looks like
// text, such as HTML, is an [*Error].
func (d *Document) Text(encoding Encoding) (*Text, error) {
	t, plain, err := d.open(encoding)
	if err != nil {
		return nil, err
	}
	t.decode(newLineReader(plain), encoding)
	return t, nil
}

// open finds out how the text is written. What it returns gives bytes in which ASCII is ASCII.
func (d *Document) open(encoding Encoding) (*Text, *bufio.Reader, error) {
	head, err := peek(d.bytes)
	if err != nil {
		return nil, nil, err
	}
	settled, length, err := settle(encoding, head)
	if err != nil {
		return nil, nil, err
	}
	if _, err := d.bytes.Discard(length); err != nil {
		return nil, nil, err
	}
	plain := d.bytes
	coding, err := settled.coding()
	if err != nil {
		return nil, nil, err
	}
	if coding != nil && settled != Windows1252 {
		plain = newBuffer(transform.NewReader(d.bytes, coding.NewDecoder()))
	}
	if err := discardMarks(plain); err != nil {
		return nil, nil, err
	}
	plain = newBuffer(&endReader{source: plain})
	if head, err = peek(plain); err != nil {
		return nil, nil, err
	}
	if err := disguised(head); err != nil {
		return nil, nil, err
	}
	return &Text{Encoding: settled, Marked: length > 0, LineEnd: firstLineEnd(head)}, plain, nil
}

// decode makes the source, in which ASCII is ASCII, that of the text.
func (t *Text) decode(source io.Reader, asked Encoding) {
	t.source = &textReader{source: source, encoding: t.Encoding, certain: asked != Auto || t.Marked}
	if t.Encoding == Windows1252 {
		t.source = transform.NewReader(t.source, charmap.Windows1252.NewDecoder())
	}
}

// coding returns how the characters of an encoding are read and written, nil for UTF-8.
func (e Encoding) coding() (encoding.Encoding, error) {
	switch e {
	case Auto, UTF8:
		return nil, nil
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	case Windows1252: // which is among those that are known by their names
	}
	_, coding, err := charset.Find(string(e))
	return coding, err
}

// Read reads the text as UTF-8 without byte order mark and NUL, with lines that end in LF or CRLF. It stops with an
// [*Error] where the document is not what it should be.
func (t *Text) Read(p []byte) (int, error) { return t.source.Read(p) }

// textReader passes good text through and stops with an [*Error] at the first character that is damaged, or NUL.
type textReader struct {
	source io.Reader
	// encoding is that of the document: all but UTF-8 and Windows-1252 come here as UTF-8, with replacement characters for
	// what is damaged.
	encoding Encoding
	// certain tells that the encoding is more than an assumption.
	certain bool

	begun  [utf8.UTFMax]byte // a character whose end was not read yet
	length int               // of what is begun
	line   int               // how many lines and, on the last one, columns were found good
	column int
	err    error
}

func (r *textReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.source.Read(p)
	good, damage := r.check(p[:n], errors.Is(err, io.EOF))
	if r.err = err; damage != nil {
		r.err = damage
	}
	return good, r.err
}

// check returns how much of the text is good, and an error if that is not all. No more follows the last text.
func (r *textReader) check(text []byte, last bool) (good int, err error) {
	rest := text
	for r.length > 0 && len(rest) > 0 {
		r.begun[r.length] = rest[0]
		r.length++
		rest = rest[1:]
		if char := r.begun[:r.length]; utf8.FullRune(char) {
			if r.damage(char) >= 0 {
				return 0, r.complain(char[0])
			}
			r.pass(char)
			r.length = 0
		}
	}
	if last && r.length > 0 {
		return 0, r.complain(r.begun[0])
	}
	whole := rest
	if !last && r.encoding != Windows1252 {
		whole = rest[:len(rest)-unfinished(rest)]
	}
	if bad := r.damage(whole); bad >= 0 {
		r.pass(whole[:bad])
		return len(text) - len(rest) + bad, r.complain(whole[bad])
	}
	r.pass(whole)
	if len(whole) < len(rest) {
		r.length = copy(r.begun[:], rest[len(whole):])
	}
	return len(text), nil
}

// damage returns the index of the first byte that cannot stand in the document, -1 if there is none.
func (r *textReader) damage(text []byte) int {
	control := indexControl(text)
	other := -1
	switch {
	case r.encoding == Windows1252:
		other = slices.IndexFunc(text, undefined)
	case r.encoding != UTF8:
		other = bytes.IndexFunc(text, replaced)
	case !utf8.Valid(text):
		other = invalid(text)
	}
	if control < 0 || other >= 0 && other < control {
		return other
	}
	return control
}

// replaced reports whether a decoder gives the character for what is none in its encoding.
func replaced(r rune) bool { return r == utf8.RuneError || 0x80 <= r && r < 0xa0 }

// undefined reports whether the byte is none of Windows-1252.
func undefined(b byte) bool {
	switch b {
	case 0x81, 0x8d, 0x8f, 0x90, 0x9d:
		return true
	}
	return false
}

// invalid returns the index of the first byte that is no part of a character.
func invalid(text []byte) int {
	for i := 0; i < len(text); {
		char, size := utf8.DecodeRune(text[i:])
		if char == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// complain says what is wrong with the byte after those that were passed.
func (r *textReader) complain(bad byte) error {
	e := &Error{Line: r.line + 1, Column: r.column + 1, Suggestion: remedy.Words(asUTF8), Damaged: true}
	switch {
	case bad == 0:
		e.Code = "text-nul"
		e.Reason = "a NUL byte: this is not a text document"
	case bad == escape:
		e.Code = "text-escape"
		e.Reason = "the control character ESC (U+001B), which begins another alphabet in ISO-2022, and is no text elsewhere"
		e.Suggestion = remedy.Words(asUTF8+", or say ").Use("encoding", "iso-2022-jp").Words(" if it is Japanese e-mail text")
	case bad < ' ':
		e.Code, e.Args = "text-control", []string{fmt.Sprintf("U+%04X", bad)}
		e.Reason = fmt.Sprintf("the control character U+%04X: this is not a text document, or it is damaged", bad)
	case r.encoding == Windows1252:
		e.Code, e.Args = "text-no-character", []string{string(r.encoding)}
		e.Reason = fmt.Sprintf("byte 0x%02x is no character in Windows-1252", bad)
	case !r.encoding.Unicode():
		e.Code, e.Args = "text-no-character", []string{string(r.encoding)}
		e.Reason = "a byte that is no character in " + string(r.encoding)
	case r.encoding != UTF8:
		e.Code, e.Args = "text-no-character", []string{"UTF-16"}
		e.Reason = "not valid UTF-16: a character is cut off or damaged"
	default:
		e.Code, e.Args = "text-no-character", []string{"UTF-8"}
		e.Reason = fmt.Sprintf("not valid UTF-8: byte 0x%02x", bad)
		if !r.certain {
			e.Err = ErrNotUTF8
		}
	}
	return e
}

// pass counts the lines and columns of good text.
func (r *textReader) pass(text []byte) {
	r.line += bytes.Count(text, []byte{'\n'})
	if end := bytes.LastIndexByte(text, '\n'); end >= 0 {
		r.column = len(text) - end - 1
	} else {
		r.column += len(text)
	}
}

// unfinished returns how many bytes at the end of the text begin a character that does not end in it.
func unfinished(text []byte) int {
	for size := 1; size < utf8.UTFMax && size <= len(text); size++ {
		if end := text[len(text)-size:]; utf8.RuneStart(end[0]) {
			if utf8.FullRune(end) {
				return 0
			}
			return size
		}
	}
	return 0
}
