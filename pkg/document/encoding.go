package document

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"rollcall/pkg/charset"
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

// Encodings returns names of encodings that are usual, "auto" the first. There are many more.
func Encodings() []string {
	return []string{
		"auto", "utf-8", "utf-16le", "utf-16be", "windows-1250", "windows-1251", "windows-1252", "iso-8859-1", "iso-8859-2",
		"iso-8859-15", "macintosh", "shift_jis", "gbk", "big5", "euc-kr", "koi8-r",
	}
}

// ParseEncoding returns the encoding of that name, "auto" being one. It knows the names of [charset.Find].
func ParseEncoding(name string) (Encoding, error) {
	if strings.EqualFold(name, "auto") {
		return Auto, nil
	}
	known, _, err := charset.Find(name)
	if err != nil {
		return Auto, fmt.Errorf("%q is neither auto nor an encoding that is known, such as utf-8, utf-16le, windows-1250, iso-8859-2, macintosh and shift_jis", name)
	}
	return Encoding(known), nil
}

// Unicode reports whether the encoding is one of Unicode, as YAML and JSON must be.
func (e Encoding) Unicode() bool { return e == Auto || e == UTF8 || e == UTF16LE || e == UTF16BE }

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
		return Auto, 0, refusal("encoding-mark", fmt.Sprintf("the byte order mark says %s, not %s", marked, asked), "leave the encoding to it", string(marked), string(asked))
	case marked != Auto:
		return marked, length, nil
	case asked.oneByte() && isUTF8(head):
		return Auto, 0, refusal("encoding-is-utf8", fmt.Sprintf("its characters are UTF-8, not %s", asked), "leave the encoding to it", string(asked))
	case asked != Auto:
		return asked, 0, nil
	}
	if likely := unmarkedUTF16(head); likely != Auto {
		return Auto, 0, &Error{
			Line: 1, Column: 1, Code: "encoding-unmarked", Args: []string{string(likely)}, Reason: "this looks like " + string(likely) + " without a byte order mark",
			Suggestion: remedy.Words(asUTF8+", or say ").Use("encoding", strings.ToLower(string(likely))),
		}
	}
	return UTF8, 0, nil
}

// oneByte reports whether the encoding is one in which every byte is a character, as far as that is known for sure.
func (e Encoding) oneByte() bool {
	name := strings.ToLower(string(e))
	return strings.HasPrefix(name, "windows-125") || strings.HasPrefix(name, "iso-8859-") || name == "macintosh"
}

// isUTF8 reports whether a text has characters beyond ASCII, and all of them as UTF-8 has them. The last one may be cut off.
func isUTF8(head []byte) bool {
	found := false
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		if r == utf8.RuneError && size == 1 {
			return found && !utf8.FullRune(head)
		}
		found = found || size > 1
		head = head[size:]
	}
	return found
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
