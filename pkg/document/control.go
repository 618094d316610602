package document

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

const (
	escape = 0x1b
	// endOfText is Ctrl-Z, by which DOS marked the end of a text, and some programs still do.
	endOfText = 0x1a
)

// indexControl returns the index of the first control character that is in no text, -1 if there is none. Tabs, line ends, and
// the vertical tabs and form feeds that word processors leave in cells are in texts.
func indexControl(text []byte) int {
	const size = 8
	at := 0
	for ; at+size <= len(text); at += size {
		if !anyControl(binary.LittleEndian.Uint64(text[at:])) {
			continue
		}
		if i := slices.IndexFunc(text[at:at+size], isControl); i >= 0 {
			return at + i
		}
	}
	if i := slices.IndexFunc(text[at:], isControl); i >= 0 {
		return at + i
	}
	return -1
}

// anyControl reports whether one of eight bytes is less than a blank: whether taking that from each borrows from the highest bit.
func anyControl(eight uint64) bool {
	const ones = 0x01_01_01_01_01_01_01_01
	return (eight-ones*' ')&^eight&(ones*0x80) != 0
}

func isControl(b byte) bool { return b < ' ' && (b < '\t' || b > '\r') }

// endReader leaves out the Ctrl-Z at the end of a text, and blanks and more of them behind it. What is elsewhere is no end.
type endReader struct {
	source io.Reader
	// text is what was read and not given out, held what may be the end.
	text, held []byte
	err        error
}

// maxEnd is how long the end may be.
const maxEnd = 4 << 10

func (r *endReader) Read(p []byte) (int, error) {
	for len(r.text) == 0 && r.err == nil {
		n, err := r.source.Read(p)
		r.err = err
		if len(r.held) == 0 && bytes.IndexByte(p[:n], endOfText) < 0 {
			return n, err
		}
		all := slices.Concat(r.held, p[:n])
		end := len(all) - len(bytes.TrimRight(all, "\x1a\r\n\t "))
		if at := bytes.IndexByte(all[len(all)-end:], endOfText); at >= 0 && end < maxEnd {
			end -= at
		} else {
			end = 0
		}
		r.text, r.held = all[:len(all)-end], bytes.Clone(all[len(all)-end:])
		if errors.Is(err, io.EOF) {
			r.held = nil
		}
	}
	n := copy(p, r.text)
	if r.text = r.text[n:]; n == 0 {
		return 0, r.err
	}
	return n, nil
}

// discardMarks leaves out more byte order marks at the beginning of a text: a second one, and one that another program took
// for characters of Windows-1252.
func discardMarks(text *bufio.Reader) error {
	for {
		head, err := text.Peek(len("ï»¿"))
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		length := 0
		for _, mark := range []string{"\ufeff", "ï»¿"} {
			if bytes.HasPrefix(head, []byte(mark)) {
				length = len(mark)
			}
		}
		if length == 0 {
			return nil
		}
		if _, err := text.Discard(length); err != nil {
			return err
		}
	}
}
