package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"rollcall/pkg/remedy"
)

// Encoding is how the characters of a text are written as bytes, by its usual name.
type Encoding string

// The encodings. Auto, the zero value, is UTF-16 or UTF-8 by the byte order mark, and UTF-8 without one.
const (
	Auto        Encoding = ""
	UTF8        Encoding = "UTF-8"
	UTF16LE     Encoding = "UTF-16LE"
	UTF16BE     Encoding = "UTF-16BE"
	Windows1252 Encoding = "Windows-1252"
)

// ParseEncoding returns the encoding of that name, "auto" being one. Letter case does not matter.
func ParseEncoding(name string) (Encoding, error) {
	if strings.EqualFold(name, "auto") {
		return Auto, nil
	}
	for _, encoding := range []Encoding{UTF8, UTF16LE, UTF16BE, Windows1252} {
		if strings.EqualFold(name, string(encoding)) {
			return encoding, nil
		}
	}
	return Auto, fmt.Errorf("%q is none of auto, utf-8, utf-16le, utf-16be and windows-1252", name)
}

// mark returns the encoding that the byte order mark names, and the length of the mark.
func mark(head []byte) (Encoding, int) {
	for _, known := range []struct {
		mark     string
		encoding Encoding
	}{{"\xef\xbb\xbf", UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		if bytes.HasPrefix(head, []byte(known.mark)) {
			return known.encoding, len(known.mark)
		}
	}
	return Auto, 0
}

// settle returns the encoding of a text and the length of its byte order mark. What is asked for must not contradict it.
func settle(asked Encoding, head []byte) (Encoding, int, error) {
	marked, length := mark(head)
	switch {
	case marked != Auto && asked != Auto && asked != marked:
		return Auto, 0, refusal(fmt.Sprintf("the byte order mark says %s, not %s", marked, asked), "leave the encoding to it")
	case marked != Auto:
		return marked, length, nil
	case asked != Auto:
		return asked, 0, nil
	}
	if likely := unmarkedUTF16(head); likely != Auto {
		return Auto, 0, &Error{
			Line: 1, Column: 1, Reason: "this looks like " + string(likely) + " without a byte order mark",
			Suggestion: remedy.Words(asUTF8+", or say ").Use("encoding", strings.ToLower(string(likely))),
		}
	}
	return UTF8, 0, nil
}

// unmarkedUTF16 returns the UTF-16 that the text seems to be: most of what stands in a roster has a NUL as its upper
// byte, and none as its lower one.
func unmarkedUTF16(head []byte) Encoding {
	var zeros [2]int
	start := head[:min(len(head), 1<<10)]
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch enough := max(len(start)/6, 8); {
	case zeros[0] == 0 && zeros[1] > enough:
		return UTF16LE
	case zeros[1] == 0 && zeros[0] > enough:
		return UTF16BE
	}
	return Auto
}

// Windows finds out whether a text that turned out not to be UTF-8 ([ErrNotUTF8]) may be Windows-1252. It goes through
// all of it and returns the line and column of the first byte that is not UTF-8. If the text also holds whole characters
// of more than one byte in UTF-8, it is damaged or was made of two: that is an [*Error].
func Windows(ctx context.Context, source Source) (line, column int, err error) {
	d, err := Open(ctx, source)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		_, closing := d.Close()
		err = errors.Join(err, closing)
	}()
	lines := newLineReader(d.bytes)
	text := newBuffer(lines)
	var odd, whole Error // the first of each kind
	for at := (Error{Line: 1, Column: 1}); ; {
		char, size, err := text.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return odd.Line, odd.Column, nil
		case err != nil:
			return 0, 0, err
		case char == utf8.RuneError && size == 1 && odd.Line == 0:
			odd = at
		case size > 1 && whole.Line == 0:
			whole = at
		}
		if odd.Line > 0 && whole.Line > 0 {
			odd.Reason = fmt.Sprintf("not valid UTF-8, while line %d is: the document is damaged, or made of two", whole.Line)
			odd.Suggestion = remedy.Words(asUTF8+", or say ").Use("encoding", "windows-1252").Words(" if that is what it is")
			return 0, 0, &odd
		}
		if at.Column += size; char == '\n' {
			at.Line, at.Column = at.Line+1, 1
		}
	}
}
