package roster

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

// textReader passes valid UTF-8 through and stops with a structureError at the first character that is damaged, or NUL.
type textReader struct {
	source io.Reader
	// utf16 tells that the source was UTF-16: a replacement character then stands for damage.
	utf16 bool

	begun  [utf8.UTFMax]byte // a character whose end was not read yet
	length int               // of what is begun
	passed place             // how many lines and, on the last one, columns were found good
	err    error
}

func (r *textReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.source.Read(p)
	good, damage := r.check(p[:n], err != nil)
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
	if !last {
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

// complain says what is wrong with the byte after those that were passed.
func (r *textReader) complain(bad byte) error {
	reason := fmt.Sprintf("not valid UTF-8: byte 0x%02x", bad)
	switch {
	case bad == 0:
		reason = "a NUL byte: this is not a text document"
	case r.utf16:
		reason = "not valid UTF-16: a character is cut off or damaged"
	}
	return broken(place{r.passed.line + 1, r.passed.column + 1}, reason, "save it as CSV UTF-8")
}

// pass counts the lines and columns of good text.
func (r *textReader) pass(text []byte) {
	r.passed.line += bytes.Count(text, []byte{'\n'})
	if end := bytes.LastIndexByte(text, '\n'); end >= 0 {
		r.passed.column = len(text) - end - 1
	} else {
		r.passed.column += len(text)
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
