package workbook

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"rollcall/pkg/pattern"
)

// declared matches the beginning of a part that says how its characters are written.
var declared = pattern.Of(`^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

// declaration is how many bytes are looked at for it.
const declaration = 256

// inUTF8 returns the content of an XML part in UTF-8, as its byte order mark or its declaration says that it is written
// (XML 1.0, appendix F). Excel writes UTF-8; report generators write what their system writes.
func inUTF8(name string, content io.Reader) (io.Reader, error) {
	head := make([]byte, declaration)
	n, err := io.ReadFull(content, head)
	head = head[:n]
	whole := io.MultiReader(bytes.NewReader(head), content)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return whole, nil // which says so where it ends
	}
	if order, ok := wide(head); ok {
		return unicode.UTF16(order, unicode.UseBOM).NewDecoder().Reader(whole), nil
	}
	found := declared().FindSubmatch(head)
	if found == nil {
		return whole, nil
	}
	charset := strings.ToLower(string(found[1]))
	if strings.HasPrefix(charset, "utf") || strings.HasSuffix(charset, "ascii") {
		return whole, nil // what is no UTF-16 by its bytes is none, whatever the program believed
	}
	from, err := htmlindex.Get(charset)
	if err != nil || from == encoding.Replacement {
		return nil, damaged("%s is written in %q", name, found[1])
	}
	return from.NewDecoder().Reader(whole), nil
}

// wide reports whether a part is UTF-16, and how, by its mark or by its first character, which is no other than "<".
func wide(head []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		return unicode.BigEndian, true
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		return unicode.LittleEndian, true
	}
	return unicode.LittleEndian, false
}
