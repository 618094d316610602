package document_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/pkg/document"
)

func memory(content string) document.Source {
	return document.Source{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func TestWorkbookIsReadAsItIs(t *testing.T) {
	content := archive(t, "[Content_Types].xml", "xl/workbook.xml")
	d, err := document.Open(t.Context(), memory(content))
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 10)
	if _, err := io.ReadFull(d, head); err != nil || !d.Workbook || string(head) != content[:10] {
		t.Errorf("Read = %q, %v of a workbook: %t", head, err, d.Workbook)
	}
	if err := d.Finish(); err != nil {
		t.Error(err)
	}
	if digest, err := d.Close(); err != nil || digest != sha256.Sum256([]byte(content)) {
		t.Errorf("Close = %x, %v", digest, err)
	}
}

// archive returns a ZIP archive of files with such names.
func archive(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestForeignDocumentsAreRefused(t *testing.T) {
	const ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	tests := map[string]string{
		"%PDF-1.4":                         "this is a PDF document",
		"\x1f\x8b\x08":                     "this is compressed (gzip)",
		archive(t, "people.csv"):           "this is a ZIP archive",
		archive(t):                         "this is a ZIP archive",
		"PK\x03\x04":                       "this is a ZIP archive",
		archive(t, "a", "word/x"):          "this is a Word document",
		archive(t, "Index/Tables/a.iwa"):   "this is an Apple Numbers document",
		archive(t, "x", "xl/workbook.bin"): "this is a binary Excel workbook (.xlsb)",
		ole:                                "this is a compound file of Windows without a table in it",
		ole + stream("Workbook"):           "this is an old Excel workbook (.xls)",
		// The name that decides comes last, and lies across the end of what is looked at, at a time.
		ole + stream("Workbook") + strings.Repeat("x", 64<<10-50) + stream("EncryptedPackage"): "this is a workbook with a password",
		"\n <!-- made by HR -->\n<Table>":                "this is a web page (HTML), which many systems export as .xls",
		"<?xml version='1.0'?>\n<html>":                  "this is a web page (HTML), which many systems export as .xls",
		"\xef\xbb\xbf<?xml version='1.0'?><x/>":          "this is an XML document",
		"\xff\xfe" + wide("<html>"):                      "this is a web page (HTML), which many systems export as .xls",
		wide("email,role\nann@x.test,member\n"):          "this looks like UTF-16LE without a byte order mark",
		"\x00" + wide("email,role\nann@x.test,mem")[:44]: "this looks like UTF-16BE without a byte order mark",
	}
	for give, want := range tests {
		_, _, err := read(t.Context(), memory(give), document.Auto)
		if refused, ok := errors.AsType[*document.Error](err); !ok || refused.Reason != want || len(refused.Suggestion) == 0 {
			t.Errorf("%.40q is refused with %v, want %s", give, err, want)
		}
	}
}

func wide(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

func stream(name string) string { return wide(name + "\x00") }

// read returns all of a text.
func read(ctx context.Context, source document.Source, encoding document.Encoding) (content string, text *document.Text, err error) {
	d, err := document.Open(ctx, source)
	if err != nil {
		return "", nil, err
	}
	defer func() {
		_, closing := d.Close()
		err = errors.Join(err, closing)
	}()
	if text, err = d.Text(encoding); err != nil {
		return "", nil, err
	}
	all, err := io.ReadAll(text)
	return string(all), text, err
}

func TestText(t *testing.T) {
	tests := []struct {
		give     string
		encoding document.Encoding
		want     document.Text
		text     string
	}{
		{give: "", want: document.Text{Encoding: document.UTF8}},
		{give: "é\n", want: document.Text{Encoding: document.UTF8, LineEnd: "LF"}, text: "é\n"},
		{give: "\xef\xbb\xbf\"é\r\n\"\r\n", want: document.Text{Encoding: document.UTF8, Marked: true, LineEnd: "CRLF"}, text: "\"é\r\n\"\r\n"},
		{give: "\xff\xfe" + wide("é𝄞\r"), want: document.Text{Encoding: document.UTF16LE, Marked: true, LineEnd: "CR"}, text: "é𝄞\n"},
		{give: wide("é𝄞"), encoding: document.UTF16LE, want: document.Text{Encoding: document.UTF16LE}, text: "é𝄞"},
		{give: "\xfe\xff\x00a", encoding: document.UTF16BE, want: document.Text{Encoding: document.UTF16BE, Marked: true}, text: "a"},
		{give: "\x80\xe9\xff", encoding: document.Windows1252, want: document.Text{Encoding: document.Windows1252}, text: "€éÿ"},
		{give: "a\r\"b\nc\r\"\rd", want: document.Text{Encoding: document.UTF8, LineEnd: "CR"}, text: "a\n\"b\nc\n\"\nd"},
		{give: "a\n\"b\rc\"\nd\r", want: document.Text{Encoding: document.UTF8, LineEnd: "LF"}, text: "a\n\"b\rc\"\nd\r"},
		{give: "a\r\nb\nc\r\n", want: document.Text{Encoding: document.UTF8, LineEnd: "CRLF"}, text: "a\r\nb\nc\r\n"},
	}
	for _, tt := range tests {
		for name, wrap := range blocks {
			content, text, err := read(t.Context(), wrapped(tt.give, wrap), tt.encoding)
			if err != nil {
				t.Errorf("%q, %s: %v", tt.give, name, err)
				continue
			}
			got := document.Text{Encoding: text.Encoding, Marked: text.Marked, LineEnd: text.LineEnd}
			if content != tt.text || got != tt.want {
				t.Errorf("%q, %s is read as %q, %+v, want %q, %+v", tt.give, name, content, got, tt.text, tt.want)
			}
		}
	}
}

// blocks are the ways in which bytes may come in.
var blocks = map[string]func(io.Reader) io.Reader{
	"whole": func(r io.Reader) io.Reader { return r }, "half": iotest.HalfReader, "byte": iotest.OneByteReader, "with EOF": iotest.DataErrReader,
}

func wrapped(content string, wrap func(io.Reader) io.Reader) document.Source {
	return document.Source{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(wrap(strings.NewReader(content))), nil }}
}

func TestDamagedTextIsRefused(t *testing.T) {
	const long = 70_000 // beyond what is looked at, at a time
	tests := []struct {
		give     string
		encoding document.Encoding
		want     document.Error
	}{
		{give: "a\né\xe9b", want: document.Error{Line: 2, Column: 3, Reason: "not valid UTF-8: byte 0xe9", Err: document.ErrNotUTF8}},
		{give: "a\n\xc3", want: document.Error{Line: 2, Column: 1, Reason: "not valid UTF-8: byte 0xc3", Err: document.ErrNotUTF8}},
		{give: "a\r\xe9", want: document.Error{Line: 2, Column: 1, Reason: "not valid UTF-8: byte 0xe9", Err: document.ErrNotUTF8}},
		{give: "\xef\xbb\xbf\xe9", want: document.Error{Line: 1, Column: 1, Reason: "not valid UTF-8: byte 0xe9"}},
		{give: "\xe9", encoding: document.UTF8, want: document.Error{Line: 1, Column: 1, Reason: "not valid UTF-8: byte 0xe9"}},
		{give: "é\x00", want: document.Error{Line: 1, Column: 3, Reason: "a NUL byte: this is not a text document"}},
		{give: "a\n\x1b$B;3", want: document.Error{Line: 2, Column: 1, Reason: "the control character ESC (U+001B), which begins another alphabet in ISO-2022, and is no text elsewhere"}},
		{give: "ab\x01", want: document.Error{Line: 1, Column: 3, Reason: "the control character U+0001: this is not a text document, or it is damaged"}},
		{give: "a\n\x1ab\n", want: document.Error{Line: 2, Column: 1, Reason: "the control character U+001A: this is not a text document, or it is damaged"}},
		{give: "a\n\x83", encoding: "Windows-1250", want: document.Error{Line: 2, Column: 1, Reason: "a byte that is no character in Windows-1250"}},
		{give: "a\n\x83", encoding: "Shift_JIS", want: document.Error{Line: 2, Column: 1, Reason: "a byte that is no character in Shift_JIS"}},
		{give: "a\n\x81", encoding: document.Windows1252, want: document.Error{Line: 2, Column: 1, Reason: "byte 0x81 is no character in Windows-1252"}},
		{give: "a\nStraße", encoding: document.Windows1252, want: document.Error{Line: 1, Column: 1, Reason: "its characters are UTF-8, not Windows-1252"}},
		{give: "\xff\xfea\x00b", want: document.Error{Line: 1, Column: 2, Reason: "not valid UTF-16: a character is cut off or damaged"}},
		{give: "\xff\xfea\x00", encoding: document.UTF8, want: document.Error{Line: 1, Column: 1, Reason: "the byte order mark says UTF-16LE, not UTF-8"}},
		{give: "a\n" + strings.Repeat("b", long) + "\rc", want: document.Error{Line: 2, Column: 1, Reason: "a CR alone ends a line here, while others end in LF"}},
		{give: "a\n\"b\r\"\nb\rc", want: document.Error{Line: 3, Column: 1, Reason: "a CR alone ends a line here, while others end in LF"}},
		{give: "a\r" + strings.Repeat("b", long) + "\nc", want: document.Error{Line: 2, Column: 1, Reason: "the lines above end in CR alone, this one in LF"}},
	}
	for _, tt := range tests {
		for name, wrap := range blocks {
			_, _, err := read(t.Context(), wrapped(tt.give, wrap), tt.encoding)
			got, ok := errors.AsType[*document.Error](err)
			if !ok || len(got.Suggestion) == 0 {
				t.Errorf("%.40q, %s: %v", tt.give, name, err)
				continue
			}
			tt.want.Suggestion, tt.want.Damaged = got.Suggestion, got.Damaged
			if diff := cmp.Diff(tt.want, *got, cmp.Comparer(errors.Is), cmpopts.IgnoreFields(document.Error{}, "Code", "Args")); diff != "" {
				t.Errorf("%.40q, %s (-want +got):\n%s", tt.give, name, diff)
			}
		}
	}
}

func TestTroubleWithTheSourceIsNoDamage(t *testing.T) {
	broken := errors.New("disk on fire")
	source := document.Source{Name: "x", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("a\n\xc3"), iotest.ErrReader(broken))), nil
	}}
	if _, _, err := read(t.Context(), source, document.Auto); !errors.Is(err, broken) || errors.As(err, new(*document.Error)) {
		t.Errorf("read = %v, want %v", err, broken)
	}
	if _, err := document.Identify(t.Context(), source); !errors.Is(err, broken) {
		t.Errorf("Identify = %v, want %v", err, broken)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := document.Open(canceled, memory("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("Open = %v, want context.Canceled", err)
	}
}

func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	source, remove, err := document.Spool("<stdin>", strings.NewReader("a\n"))
	if err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(os.TempDir()); err != nil || len(files) != 0 && runtime.GOOS != "windows" {
		t.Errorf("a crash would leave behind: %v, %v", files, err)
	}
	for range 2 {
		if content, _, err := read(t.Context(), source, document.Auto); err != nil || content != "a\n" || source.Name != "<stdin>" {
			t.Errorf("%s is read as %q, %v", source.Name, content, err)
		}
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if _, _, err := document.Spool("<stdin>", iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Spool = %v", err)
	}
	if files, err := os.ReadDir(os.TempDir()); err != nil || len(files) != 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}
