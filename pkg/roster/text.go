package roster

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// textReader passes valid UTF-8 through and stops with a structureError at the first byte that is not, or is NUL.
// It gives out whole characters only, so every Read needs room for one.
type textReader struct {
	source io.Reader
	// utf16 tells that the source was UTF-16: a replacement character then stands for damage.
	utf16 bool

	tail   [utf8.UTFMax]byte // the start of a character whose end was not read yet
	kept   int
	passed place // how many lines and, on the last one, columns have passed
	err    error
}

func (r *textReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(p) < 2*utf8.UTFMax {
		return 0, io.ErrShortBuffer
	}
	n := copy(p, r.tail[:r.kept])
	more, err := r.source.Read(p[n:])
	n += more
	whole := n
	if err == nil {
		whole = n - partial(p[:n])
	}
	r.kept = copy(r.tail[:], p[whole:n])
	text := p[:whole]
	if bad := r.damage(text); bad >= 0 {
		text, err = text[:bad], r.complain(text, bad)
	}
	r.pass(text)
	r.err = err
	return len(text), err
}

// damage returns the index of the first byte that cannot stand in a roster, -1 if there is none.
func (r *textReader) damage(text []byte) int {
	if !utf8.Valid(text) {
		for i := 0; i < len(text); {
			char, size := utf8.DecodeRune(text[i:])
			if char == 0 || char == utf8.RuneError && size == 1 {
				return i
			}
			i += size
		}
	}
	nul := bytes.IndexByte(text, 0)
	if r.utf16 {
		if i := bytes.IndexRune(text, utf8.RuneError); i >= 0 && (nul < 0 || i < nul) {
			return i
		}
	}
	return nul
}

func (r *textReader) complain(text []byte, bad int) error {
	before := *r
	before.pass(text[:bad])
	reason, suggestion := describeText(text[bad], r.utf16 && text[bad] != 0), "save it as CSV UTF-8"
	return broken(place{before.passed.line + 1, before.passed.column + 1}, reason, suggestion)
}

// pass counts the lines of text that is given out.
func (r *textReader) pass(text []byte) {
	r.passed.line += bytes.Count(text, []byte{'\n'})
	if end := bytes.LastIndexByte(text, '\n'); end >= 0 {
		r.passed.column = len(text) - end - 1
	} else {
		r.passed.column += len(text)
	}
}

// partial returns how many bytes at the end of the text begin a character that does not end in it.
func partial(text []byte) int {
	for size := 1; size < utf8.UTFMax && size <= len(text); size++ {
		if start := text[len(text)-size:]; utf8.RuneStart(start[0]) {
			if utf8.FullRune(start) {
				return 0
			}
			return size
		}
	}
	return 0
}
