package document

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
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
	odd, sample, err := d.survey()
	if err != nil || odd.Line == 0 {
		return found, err
	}
	guess := charset.Identify(sample.cells)
	found = Identified{Encoding(guess.Name), guess.Confidence, odd.Line, odd.Column}
	switch {
	// Characters of several bytes may look like UTF-8 by chance.
	case sample.whole > 0 && (!charset.Wide(guess.Name) || sample.whole*5 > len(sample.cells)):
		odd.Code, odd.Args = "encoding-two", []string{strconv.Itoa(sample.line)}
		odd.Reason = fmt.Sprintf("not valid UTF-8, while line %d is: the document is damaged, or made of two", sample.line)
		odd.Suggestion = remedy.Words(asUTF8+", or say ").Use("encoding", "windows-1252").Words(" if that is what it is")
	case guess.Name != "":
		return found, nil
	case len(guess.Open) > 0:
		const most = 3
		var words, names []string
		for _, reading := range guess.Open {
			names = append(names, reading.Name)
		}
		for _, reading := range guess.Open[:min(len(guess.Open), most)] {
			words = append(words, fmt.Sprintf("%q in %s", reading.Word, reading.Name))
		}
		if more := len(guess.Open) - most; more > 0 {
			words = append(words, fmt.Sprintf("and others in %d more", more))
		}
		odd.Code, odd.Args = "encoding-open", []string{strings.Join(names, ", ")}
		odd.Reason = "not valid UTF-8, and several encodings make sense: " + strings.Join(words, ", ")
		odd.Suggestion = remedy.Words(asUTF8+", or name the right one, as in ").Use("encoding", strings.ToLower(guess.Open[0].Name))
	default:
		odd.Code = "encoding-unknown"
		odd.Reason = "not valid UTF-8, and the words make sense in no encoding that is known here"
		odd.Suggestion = remedy.Words(asUTF8+", or name its encoding, as in ").Use("encoding", "windows-1252")
	}
	return Identified{}, &odd
}

// survey goes through a text. It returns the place of the first byte that is not UTF-8, and cells that tell the encoding.
func (d *Document) survey() (odd Error, _ *sample, err error) {
	text := newBuffer(newLineReader(d.bytes))
	sample := &sample{seen: make(map[string]bool)}
	for at := (Error{Line: 1, Column: 1}); ; {
		plain, err := plainRun(text)
		if err != nil {
			return odd, nil, err
		}
		sample.addPlain(plain)
		at.Column += len(plain)
		char, size, err := text.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			sample.end(at.Line)
			return odd, sample, nil
		case err != nil:
			return odd, nil, err
		case char == utf8.RuneError && size == 1:
			if odd.Line == 0 {
				odd = at
			}
			b, err := again(text)
			if err != nil {
				return odd, nil, err
			}
			sample.add(b)
		case char < utf8.RuneSelf && endsRun[char]:
			sample.end(at.Line)
		default:
			sample.add([]byte(string(char))...)
		}
		if at.Column += size; char == '\n' {
			at.Line, at.Column = at.Line+1, 1
		}
	}
}

// betweenCells are the signs of a table that are no part of a character in any encoding.
const betweenCells = ",;\t\"\r\n"

// plainRun takes what comes next of the text, up to its first character that is not ASCII or stands between cells, and no more than
// is in the buffer. The bytes are good until more is read.
func plainRun(text *bufio.Reader) ([]byte, error) {
	if _, err := text.Peek(1); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	buffered, err := text.Peek(text.Buffered())
	if err != nil {
		return nil, err
	}
	length := 0
	for length < len(buffered) && !endsRun[buffered[length]] {
		length++
	}
	_, err = text.Discard(length)
	return buffered[:length], err
}

// endsRun are the bytes that end what [plainRun] takes.
var endsRun = func() (ends [256]bool) {
	for b := range ends {
		ends[b] = b >= utf8.RuneSelf || strings.IndexByte(betweenCells, byte(b)) >= 0
	}
	return ends
}()

// again returns the byte that was read last: ReadRune hides which one it was that is no character.
func again(text *bufio.Reader) (byte, error) {
	if err := text.UnreadRune(); err != nil {
		return 0, err
	}
	return text.ReadByte()
}

// sample collects cells that are not ASCII, each once. What it takes for a cell is what stands between the signs of a table
// that are no part of a character in any encoding.
type sample struct {
	cell  []byte
	tells bool // the cell is not ASCII
	seen  map[string]bool
	cells [][]byte
	size  int
	// whole counts the cells that are UTF-8 as a whole; the first of them is on the line.
	whole, line int
}

// maxSample is how many bytes of cells say enough, maxCell how many of one.
const (
	maxSample = 64 << 10
	maxCell   = 1 << 10
)

func (s *sample) add(part ...byte) {
	if s.size < maxSample && len(s.cell) < maxCell {
		s.cell, s.tells = append(s.cell, part...), s.tells || part[0] >= utf8.RuneSelf
	}
}

// addPlain adds what is ASCII.
func (s *sample) addPlain(run []byte) {
	if s.size < maxSample {
		s.cell = append(s.cell, run[:min(len(run), max(0, maxCell-len(s.cell)))]...)
	}
}

// end ends the cell at hand, which is on the line.
func (s *sample) end(line int) {
	if !s.tells {
		s.cell = s.cell[:0]
		return
	}
	cell := bytes.TrimSpace(s.cell)
	if bytes.ContainsFunc(cell, func(r rune) bool { return r >= utf8.RuneSelf }) && !s.seen[string(cell)] {
		s.seen[string(cell)] = true
		cut := len(s.cell) == maxCell
		if utf8.Valid(cell) || cut && utf8.Valid(cell[:len(cell)-unfinished(cell)]) {
			if s.whole++; s.whole == 1 {
				s.line = line
			}
		}
		if !cut { // which may be in the middle of a character
			s.cells = append(s.cells, bytes.Clone(cell))
		}
		s.size += len(cell)
	}
	s.cell, s.tells = s.cell[:0], false
}
