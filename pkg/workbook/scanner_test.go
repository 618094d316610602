package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// markups are pieces of XML, right and wrong.
var markups = []string{
	`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" + `<worksheet xmlns="a" xmlns:x='b'><sheetData><row r="1" x:spans="1:2"><c r="A1" t="inlineStr"><is><t xml:space="preserve"> Ann &amp; Bob&#10;</t></is></c><c/></row></sheetData></worksheet>`,
	`<x:c x:r = "A1"  t='s'/><a b="1"c="2"></a >`, "<a b=\"x\r\ny\rz\">\r\n&#13;\n</a>", `<!-- - --><![CDATA[<a>&amp;]]]]>x<!DOCTYPE a><!a "<>">`,
	`]]>`, `a]]b]>`, `<a b="]]>">`, `&lt;&gt;&apos;&quot;&#x41;&#65;`, `&#xD800;`, `&#0;`, `&#1114112;`, `&#x110000;&`, `&nbsp;`, `&lt`, `&;`, `&#;`, `&#x;`, `&#X41;`, `&#+5;`, `&#00000000000000000000065;`,
	"\x00", "a\x1fb", "\x7f\u0085\u2028\ufffe", "\xff", "a\xc3", "<é a='ü'/>é", "<a é='1'>", `<a b>`, `<a b=c>`, `<a b="<">`, `<a b="&">`, `<a b="1" b="2">`, `<:a>`, `<a:>`, `<a:b:c>`, `<a:1>`, `<1>`, `<a/ >`, `</a b>`, `</a/>`,
	`</a>`, `<`, `</`, `<a`, `<a b="`, `<a b='"'/>`, `<?xml version="1.1"?>`, `<?xml encoding="latin1"?>é`, `<? a?>`, `<?a`, `<!--`, `<!-- -- -->`, `<!`, `<![CDATA[`, `<![CDATA[]]>`, `<a ` + strings.Repeat(`b="" `, 30) + `/>`, "\ufeff<a/>", `<-a>`, `<a.b-c_d/>`, `<a xmlns:b="" b:xmlns="1" xmlns="2"/>`,
}

// spoken says what encoding/xml makes of a text, up to what is wrong with it.
func spoken(text []byte) (said []string) {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	decoder.CharsetReader = func(_ string, content io.Reader) (io.Reader, error) { return content, nil }
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return append(said, "end")
		}
		if err != nil {
			return append(said, "wrong")
		}
		one := "other"
		switch token := token.(type) {
		case xml.StartElement:
			var attributes []string
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" {
					attributes = append(attributes, a.Name.Local, a.Value)
				}
			}
			one = fmt.Sprintf("start %q %q %q", token.Name.Space, token.Name.Local, attributes)
		case xml.EndElement:
			one = fmt.Sprintf("end %q", token.Name.Local)
		case xml.CharData:
			one = fmt.Sprintf("text %q", token)
		case xml.Directive:
			one = fmt.Sprintf("other %q", token)
		}
		said = append(said, fmt.Sprintf("%s, %d", one, decoder.InputOffset()))
	}
}

// scannedBy says the same of the scanner.
func scannedBy(s *scanner) (said []string) {
	for {
		token, err := s.next()
		if errors.Is(err, io.EOF) {
			return append(said, "end")
		}
		if err != nil {
			return append(said, "wrong")
		}
		one := "other"
		switch token.kind {
		case isStart:
			var attributes []string
			for _, a := range token.element.attributes {
				attributes = append(attributes, a.local, string(a.value))
			}
			one = fmt.Sprintf("start %q %q %q", token.element.prefix, token.element.local, attributes)
		case isEnd:
			one = fmt.Sprintf("end %q", token.element.local)
		case isText:
			one = fmt.Sprintf("text %q", token.text)
		case isOther:
			if token.text != nil {
				one = fmt.Sprintf("other %q", token.text)
			}
		}
		said = append(said, fmt.Sprintf("%s, %d", one, s.offset()))
	}
}

// The scanner and encoding/xml read the same, or both find something wrong at the same place, however the text arrives.
func FuzzScanner(f *testing.F) {
	for _, one := range markups {
		f.Add([]byte(one))
	}
	f.Add([]byte(strings.Join(markups[:3], "")))
	f.Fuzz(func(t *testing.T, text []byte) {
		want := strings.Join(spoken(text), "\n")
		for name, s := range map[string]*scanner{
			"as a whole": scannerOf(text), "at once": newScanner(bytes.NewReader(text)),
			"byte by byte": newScanner(iotest.OneByteReader(bytes.NewReader(text))), "with its end": newScanner(iotest.DataErrReader(bytes.NewReader(text))),
		} {
			if got := strings.Join(scannedBy(s), "\n"); got != want {
				t.Errorf("%q %s is\n%s\nwant\n%s", text, name, got, want)
			}
		}
	})
}

// What goes beyond a piece of the buffer is read like the rest, and what has no end is refused before it fills the memory.
func TestLongMarkup(t *testing.T) {
	long := strings.Repeat("x", 3*scanned)
	text := []byte("<a b='" + long + "'>" + long + "&amp;" + long + "</a><!--" + long + "--><![CDATA[" + long + "]]><a/>")
	for range 3 {
		text = append(text, text...)
	}
	want, got := spoken(text), scannedBy(newScanner(iotest.HalfReader(bytes.NewReader(text))))
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Error("the scanner reads a long text in another way than encoding/xml")
	}
	for _, begin := range []string{"", "<", "<a ", "<a b='", "<!--", "<?", "<![CDATA[", "&#"} {
		endless := io.MultiReader(strings.NewReader(begin), iotest.OneByteReader(bytes.NewReader(bytes.Repeat([]byte("1"), 3*maxToken))))
		s := newScanner(endless)
		_, err := s.next()
		if err == nil { // of a text, the first piece is read
			_, err = s.next()
		}
		if err == nil {
			t.Errorf("%q has no end, and is read", begin)
		}
		if cap(s.buffer) > 4*maxToken {
			t.Errorf("%q without an end takes %d bytes", begin, cap(s.buffer))
		}
	}
}
