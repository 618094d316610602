package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"rollcall/pkg/charset"
	"rollcall/pkg/remedy"
)

// Identified is how a text is written that is not UTF-8.
type Identified struct {
	Encoding Encoding
	// Confidence tells in percent how sure that is.
	Confidence int
	// Line and Column are where the first byte stands that is not UTF-8.
	Line, Column int
}

// Identify finds out how a text is written that turned out not to be UTF-8 ([ErrNotUTF8]). It goes through all of it. If that
// stays open, or if the text also holds whole characters of more than one byte in UTF-8, as one does that is damaged or was
// made of two, that is an [*Error].
func Identify(ctx context.Context, source Source) (found Identified, err error) {
	d, err := Open(ctx, source)
	if err != nil {
		return found, err
	}
	defer func() {
		_, closing := d.Close()
		err = errors.Join(err, closing)
	}()
	odd, whole, cells, err := d.survey()
	if err != nil || odd.Line == 0 {
		return found, err
	}
	guess := charset.Identify(cells)
	found = Identified{Encoding(guess.Name), guess.Confidence, odd.Line, odd.Column}
	switch {
	case whole.Line > 0 && !wideCharacters(guess.Name):
		odd.Reason = fmt.Sprintf("not valid UTF-8, while line %d is: the document is damaged, or made of two", whole.Line)
		odd.Suggestion = remedy.Words(asUTF8+", or say ").Use("encoding", "windows-1252").Words(" if that is what it is")
	case guess.Name != "":
		return found, nil
	case len(guess.Open) > 0:
		const most = 3
		var words []string
		for _, reading := range guess.Open[:min(len(guess.Open), most)] {
			words = append(words, fmt.Sprintf("%q in %s", reading.Word, reading.Name))
		}
		if more := len(guess.Open) - most; more > 0 {
			words = append(words, fmt.Sprintf("and others in %d more", more))
		}
		odd.Reason = "not valid UTF-8, and several encodings make sense: " + strings.Join(words, ", ")
		odd.Suggestion = remedy.Words(asUTF8+", or name the right one, as in ").Use("encoding", strings.ToLower(guess.Open[0].Name))
	default:
		odd.Reason = "not valid UTF-8, and the words make sense in no encoding that is known here"
		odd.Suggestion = remedy.Words(asUTF8+", or name its encoding, as in ").Use("encoding", "windows-1252")
	}
	return Identified{}, &odd
}

// wideCharacters reports whether an encoding has characters of several bytes, which may look like UTF-8 by chance.
func wideCharacters(name string) bool {
	switch name {
	case "Shift_JIS", "EUC-JP", "EUC-KR", "GB18030", "Big5":
		return true
	}
	return false
}

// survey goes through a text. It returns the places of the first byte that is not UTF-8 and of the first character of more
// than one byte that is, and different cells with such bytes, as many as say enough.
func (d *Document) survey() (odd, whole Error, cells [][]byte, err error) {
	text := newBuffer(newLineReader(d.bytes))
	sample := sample{seen: make(map[string]bool)}
	for at := (Error{Line: 1, Column: 1}); ; {
		char, size, err := text.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			sample.end()
			return odd, whole, sample.cells, nil
		case err != nil:
			return odd, whole, nil, err
		case char == utf8.RuneError && size == 1:
			if odd.Line == 0 {
				odd = at
			}
			// ReadRune hides which byte it was.
			if err := text.UnreadRune(); err != nil {
				return odd, whole, nil, err
			}
			b, err := text.ReadByte()
			if err != nil {
				return odd, whole, nil, err
			}
			sample.add([]byte{b}, false)
		case size > 1:
			if whole.Line == 0 {
				whole = at
			}
			sample.add([]byte(string(char)), false)
		default:
			sample.add([]byte{byte(char)}, strings.ContainsRune(",;\t\"\r\n", char))
		}
		if at.Column += size; char == '\n' {
			at.Line, at.Column = at.Line+1, 1
		}
	}
}

// sample collects cells that are not ASCII, each once. What it takes for a cell is what stands between the signs of a table
// that are no part of a character in any encoding.
type sample struct {
	cell  []byte
	seen  map[string]bool
	cells [][]byte
	size  int
}

// maxSample is how many bytes of cells say enough, maxCell how many of one.
const (
	maxSample = 64 << 10
	maxCell   = 1 << 10
)

func (s *sample) add(part []byte, ends bool) {
	switch {
	case s.size >= maxSample:
	case ends:
		s.end()
	case len(s.cell) < maxCell:
		s.cell = append(s.cell, part...)
	}
}

func (s *sample) end() {
	cell := bytes.TrimSpace(s.cell)
	if bytes.ContainsFunc(cell, func(r rune) bool { return r >= utf8.RuneSelf }) && len(s.cell) < maxCell && !s.seen[string(cell)] {
		s.seen[string(cell)] = true
		s.cells = append(s.cells, bytes.Clone(cell))
		s.size += len(cell)
	}
	s.cell = s.cell[:0]
}
