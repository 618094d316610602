package document

import (
	"bufio"
	"bytes"
	"io"

	"rollcall/pkg/remedy"
)

// LineEnd is what the lines of a text end in: "LF", "CRLF" or "CR", empty if there is only one line.
type LineEnd string

// firstLineEnd returns the end of the first line. One within quotes ends none.
func firstLineEnd(head []byte) LineEnd {
	quoted := false
	for i, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			return "LF"
		case b == '\r' && i+1 < len(head) && head[i+1] == '\n':
			return "CRLF"
		case b == '\r':
			return "CR"
		}
	}
	return ""
}

// lineReader makes lines that end in CR alone, as spreadsheets write them for Macs, end in LF, and stops with an [*Error]
// where the other kind of line end is met: rows would be lost in others. LF and CRLF are one kind. What stands in quotes
// ends no line, and may be either.
type lineReader struct {
	source io.Reader
	end    LineEnd
	quoted bool
	// open tells that the last byte was a CR that an LF must follow.
	open bool
	line int // of those passed
	err  error
}

// newLineReader reads from a source whose beginning tells what its lines end in.
func newLineReader(source *bufio.Reader) *lineReader {
	head, err := peek(source)
	return &lineReader{source: source, end: firstLineEnd(head), err: err}
}

func (r *lineReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.source.Read(p)
	stray := r.stray(p[:n])
	if r.err = err; stray >= 0 {
		n = stray
	}
	if r.pass(p[:n]); stray >= 0 {
		r.err = r.complain()
	}
	return n, r.err
}

// stray returns the index after the first line end that is not of the right kind, -1 if there is none.
func (r *lineReader) stray(text []byte) int {
	other := byte('\r')
	if r.end == "CR" {
		other = '\n'
	}
	if r.open && len(text) > 0 {
		if r.open = false; text[0] != '\n' {
			return 0
		}
	}
	quoted, from := r.quoted, 0
	for {
		next := bytes.IndexByte(text[from:], other)
		if next < 0 {
			return -1
		}
		at := from + next
		quoted = quoted != odd(text[from:at])
		from = at + 1
		switch {
		case quoted:
		case other == '\n':
			return at
		case from == len(text):
			r.open = true
		case text[from] != '\n':
			return from
		}
	}
}

// odd reports whether the text opens or closes a quotation.
func odd(text []byte) bool { return bytes.Count(text, []byte{'"'})%2 != 0 }

// pass makes good text end its lines in LF, and counts them.
func (r *lineReader) pass(text []byte) {
	r.quoted = r.quoted != odd(text)
	if r.end == "CR" {
		for i, b := range text {
			if b == '\r' {
				text[i] = '\n'
			}
		}
	}
	r.line += bytes.Count(text, []byte{'\n'})
}

func (r *lineReader) complain() error {
	const suggestion = "save the document with one kind of line end"
	if r.end == "CR" {
		return &Error{Line: r.line + 1, Column: 1, Code: "line-ends-mixed", Reason: "the lines above end in CR alone, this one in LF", Suggestion: remedy.Words(suggestion)}
	}
	return &Error{Line: r.line + 1, Column: 1, Code: "line-ends-mixed", Reason: "a CR alone ends a line here, while others end in LF", Suggestion: remedy.Words(suggestion)}
}
