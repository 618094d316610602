package document_test

import (
	"errors"
	"strings"
	"testing"

	"rollcall/pkg/document"
)

func TestIdentify(t *testing.T) {
	tests := []struct {
		give         string
		want         document.Encoding
		line, column int
		refused      string
	}{
		{give: "a\nb\xe9\n\xe9", want: document.Windows1252, line: 2, column: 2},
		{give: "a\r\rb\xe9", want: document.Windows1252, line: 3, column: 2},
		{give: "x,\xa3ukasz W\xf3jcik\ny,Pawe\xb3 \x8cwi\xb9tek\n", want: "Windows-1250", line: 1, column: 3},
		{give: "a,\xc8\xe2\xe0\xed \xcf\xe5\xf2\xf0\xee\xe2\nb,\xce\xeb\xfc\xe3\xe0 \xd1\xec\xe8\xf0\xed\xee\xe2\xe0\n", want: "Windows-1251", line: 1, column: 3},
		{give: "Jos\x8e N\x9c\x96ez,K\x8athe Wei\xa7", want: "Macintosh", line: 1, column: 4},
		{give: "J\x81rgen M\x81ller,Gr\xe1n,S\x94ren", want: "IBM850", line: 1, column: 2},
		{give: "a\n\xe9\nb\né", refused: "not valid UTF-8, while line 4 is: the document is damaged, or made of two"},
		{give: "é\n\n\xe9", refused: "not valid UTF-8, while line 1 is: the document is damaged, or made of two"},
		{give: "a,\xc8apek", refused: `not valid UTF-8, and several encodings make sense: "Èapek" in Windows-1252, "Čapek" in Windows-1250`},
		{give: "a\xff\xfe\xb1\xb2c", refused: "not valid UTF-8, and the words make sense in no encoding that is known here"},
	}
	for _, tt := range tests {
		found, err := document.Identify(t.Context(), memory(tt.give))
		reason := ""
		if refused, ok := errors.AsType[*document.Error](err); ok {
			reason = refused.Reason
		} else if err != nil {
			t.Errorf("Identify(%q): %v", tt.give, err)
		}
		if found.Encoding != tt.want || found.Line != tt.line || found.Column != tt.column || (found.Confidence > 0) != (tt.want != "") ||
			!strings.HasPrefix(reason, tt.refused) || (reason == "") != (tt.refused == "") {
			t.Errorf("Identify(%q) = %+v, %q, want %q, %d, %d, %q", tt.give, found, reason, tt.want, tt.line, tt.column, tt.refused)
		}
	}
}

// Encodings that are named are read, and written again as they were.
func TestNamedEncodings(t *testing.T) {
	for _, tt := range []struct{ name, give, want string }{
		{"cp1250", "\xa3ukasz", "Łukasz"},
		{"win-1251", "\xc8\xe2\xe0\xed", "Иван"},
		{"MacRoman", "K\x8athe\r", "Käthe\r"},
		{"SJIS", "\x8eR\x93c", "山田"},
		{"gb18030", "\xcd\xf5", "王"},
		{"big5", "\xa4\xfd", "王"},
		{"850", "J\x81rgen", "Jürgen"},
		{"ISO-2022-JP", "\x1b$B;3\x1b(B", "山"},
		{"koi8r", "\xe9\xd7\xc1\xce", "Иван"},
		{"latin-2", "\xa3ukasz", "Łukasz"},
	} {
		encoding, err := document.ParseEncoding(tt.name)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, again := exact(t, tt.give, encoding); got != tt.want || again != tt.give {
			t.Errorf("%q in %s is read as %q and written as %q", tt.give, encoding, got, again)
		}
	}
}

func TestParseEncoding(t *testing.T) {
	for give, want := range map[string]document.Encoding{
		"auto": document.Auto, "utf-8": document.UTF8, "UTF-16le": document.UTF16LE, "utf-16be": document.UTF16BE, "windows-1252": document.Windows1252,
		"latin1": document.Windows1252, "1252": document.Windows1252, "UTF8": document.UTF8,
	} {
		if got, err := document.ParseEncoding(give); err != nil || got != want {
			t.Errorf("ParseEncoding(%q) = %q, %v, want %q", give, got, err, want)
		}
	}
	for _, give := range []string{"", "ansi", "utf-7", "replacement", "x-user-defined", "hz-gb-2312"} {
		if got, err := document.ParseEncoding(give); err == nil {
			t.Errorf("ParseEncoding(%q) = %q", give, got)
		}
	}
}

// What DOS and other programs leave at both ends of a text is no part of it, however it is read.
func TestEndsOfText(t *testing.T) {
	long := strings.Repeat("a,b\n", 20_000)
	for give, want := range map[string]string{
		"a\n\x1a": "a\n", "a\x1a\x1a\r\n": "a", "a\n\x1a\n \x1a": "a\n", "\x1a": "", long + "\x1a": long,
		"\xef\xbb\xbf\xef\xbb\xbfa": "a", "ï»¿a": "a", "\xef\xbb\xbfï»¿\ufeffa": "a", "\xff\xfe" + wide("\ufeffa\x1a"): "a", "": "",
		"\v\f\ta\n": "\v\f\ta\n",
	} {
		for name, wrap := range blocks {
			got, _, err := read(t.Context(), wrapped(give, wrap), document.Auto)
			if err != nil || got != want {
				t.Errorf("%.20q, %s: read as %.20q, %v, want %.20q", give, name, got, err, want)
			}
		}
	}
}
