package rewrite

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// text is a text that is copied with changes, from its beginning to its end.
type text struct {
	all []byte
	out io.Writer
	err error
	// done is how much of it was copied or left out.
	done int
	// ends tells where lines end.
	ends lineEnds
	// line is the last line that was looked for, which begins at start.
	line, start int
}

// lineEnds are what counts as the end of a line besides LF.
type lineEnds struct {
	// cr tells that a CR does, even before an LF.
	cr bool
	// yaml tells that all line breaks of YAML do, and that columns are counted in characters.
	yaml bool
}

// at returns the index of a place. Places are asked for in order, but on the same line in any.
func (t *text) at(line, column int) int {
	for ; t.line < line; t.line++ {
		t.start = t.after(t.start)
	}
	if !t.ends.yaml {
		return min(t.start+column-1, len(t.all))
	}
	at := t.start
	for ; column > 1 && at < len(t.all); column-- {
		_, size := utf8.DecodeRune(t.all[at:])
		at += size
	}
	return at
}

// after returns the index behind the end of the line that stands at the index.
func (t *text) after(at int) int {
	for ; at < len(t.all); at++ {
		if length := t.breakAt(at); length > 0 {
			return at + length
		}
	}
	return at
}

// breakAt returns the length of the line end at the index, 0 if there is none.
func (t *text) breakAt(at int) int {
	switch c := t.all[at]; {
	case c == '\n':
		return 1
	case c == '\r' && t.ends.cr:
		return 1
	case !t.ends.yaml:
		return 0
	case c == '\r' && bytes.HasPrefix(t.all[at+1:], []byte{'\n'}):
		return 2
	case c == '\r':
		return 1
	case c == 0xc2 && bytes.HasPrefix(t.all[at:], []byte("\u0085")):
		return len("\u0085")
	case c == 0xe2 && (bytes.HasPrefix(t.all[at:], []byte("\u2028")) || bytes.HasPrefix(t.all[at:], []byte("\u2029"))):
		return len("\u2028")
	}
	return 0
}

// lineStart returns the index at which the line of the index begins.
func (t *text) lineStart(at int) int {
	for at > 0 {
		before := t.all[at-1]
		if before == '\n' || before == '\r' || t.ends.yaml && (endsIn(t.all[:at], "\u0085") || endsIn(t.all[:at], "\u2028") || endsIn(t.all[:at], "\u2029")) {
			break
		}
		at--
	}
	return at
}

func endsIn(text []byte, suffix string) bool { return bytes.HasSuffix(text, []byte(suffix)) }

// replace puts the new text in the place of what stands between two indexes.
func (t *text) replace(from, to int, by string) {
	t.write(t.all[t.done:from])
	t.write([]byte(by))
	t.done = to
}

func (t *text) write(part []byte) {
	if t.err == nil {
		_, t.err = t.out.Write(part)
	}
}

// Close does nothing: a text holds nothing but memory.
func (t *text) Close() error { return nil }

// Finish writes the rest of the text.
func (t *text) Finish() error {
	t.replace(len(t.all), len(t.all), "")
	return t.err
}
