package document_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"pgregory.net/rapid"

	"rollcall/pkg/document"
)

// tester is a test, or one of the many that rapid makes.
type tester interface {
	Context() context.Context
	Error(args ...any)
	Fatal(args ...any)
}

// exact reads a document with its line ends, and writes it again.
func exact(t tester, content string, encoding document.Encoding) (text, again string) {
	d, err := document.Open(t.Context(), memory(content))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	read, err := d.Exact(encoding)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out, err := read.Encode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write(all); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return string(all), b.String()
}

// A document that is read exactly can be written again byte for byte, and has the line ends that it has.
func TestExactComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching("[a\"é€\r\n]{1,20}").Draw(t, "text")
		for _, tt := range []struct {
			give     string
			encoding document.Encoding
		}{
			{give: text},
			{give: "\xef\xbb\xbf" + text},
			{give: "\xff\xfe" + wide(text)},
			{give: wide(text), encoding: document.UTF16LE},
		} {
			if got, again := exact(t, tt.give, tt.encoding); got != text || again != tt.give {
				t.Errorf("%q is read as %q and written as %q", tt.give, got, again)
			}
		}
	})
}

func TestExactWindows(t *testing.T) {
	const give = "caf\xe9\r\"\x80\n\xa0\"\r"
	if got, again := exact(t, give, document.Windows1252); got != "café\r\"€\n\u00a0\"\r" || again != give {
		t.Errorf("%q is read as %q and written as %q", give, got, again)
	}
}

func TestEncodeRefusesWhatCannotBeWritten(t *testing.T) {
	text := document.Text{Encoding: document.Windows1252}
	out, err := text.Encode(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write([]byte("日")); err == nil {
		t.Error("a character that Windows-1252 does not have was written")
	}
}
