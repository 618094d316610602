package fix_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"rollcall/pkg/document"
	"rollcall/pkg/fix"
	"rollcall/pkg/roster"
)

// fixed returns what becomes of a document in an encoding.
func fixed(t *testing.T, name, content string, encoding document.Encoding) (string, error) {
	t.Helper()
	source := document.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
	f, err := fix.Read(t.Context(), source, roster.Options{Encoding: encoding})
	if err != nil {
		return "", err
	}
	after, err := f.Content(t.Context(), name)
	return string(after), err
}

// A roster is fixed in the encoding that it is in, whether that was named or found out.
func TestFixKeepsTheEncoding(t *testing.T) {
	const head, row = "email,role,name\n", "ann@x.test, Member ,"
	for _, tt := range []struct{ name, encoding string }{
		{"\xa3ukasz W\xf3jcik", "Windows-1250"},
		{"\xa3ukasz W\xf3jcik \x8cwi\xb9tek", ""},
		{"\xc8\xe2\xe0\xed", "Windows-1251"},
		{"K\x8athe", "Macintosh"},
		{"\x8eR\x93c", "Shift_JIS"},
		{"\x1b$B;3\x1b(B", "ISO-2022-JP"},
		{"J\x81rgen", "IBM850"},
		{"\xcd\xf5", "GB18030"},
		{"J\xf6rg", ""},
	} {
		got, err := fixed(t, "x.csv", head+row+tt.name+"\n", document.Encoding(tt.encoding))
		if want := head + "ann@x.test,member," + tt.name + "\n"; err != nil || got != want {
			t.Errorf("%q in %q becomes %q, %v, want %q", tt.name, tt.encoding, got, err, want)
		}
	}
}

// What would be written otherwise than it was is not fixed: here, signs that Shift_JIS and ISO-2022-JP have twice.
func TestFixRefusesWhatDoesNotComeBack(t *testing.T) {
	for encoding, name := range map[document.Encoding]string{"Shift_JIS": "\x87\x9b", "ISO-2022-JP": "\x1b(J\x1b(Bann"} {
		got, err := fixed(t, "x.csv", "email,role,name\nann@x.test, Member ,"+name+"\n", encoding)
		if !errors.Is(err, fix.ErrEncoding) {
			t.Errorf("%q in %s becomes %q, %v", name, encoding, got, err)
		}
	}
}

// An address over several lines stays for a person, and so does a remark; the rest is fixed.
func TestTextLeavesWhatNeedsAPerson(t *testing.T) {
	for name, tt := range map[string]struct{ give, want string }{
		"x.yaml": {
			"- email: >-\n    Ann <ann@x.test>\n  role: Member\n- {email: bob@x.test (left), role: Manager}\n",
			"- email: >-\n    Ann <ann@x.test>\n  role: member\n- {email: bob@x.test (left), role: manager}\n",
		},
		"x.json": {`[{"email": "bob@x.test (left)", "role": "Manager"}]`, `[{"email": "bob@x.test (left)", "role": "manager"}]`},
		"x.csv":  {"email,role\nbob@x.test (left), Manager\n", "email,role\nbob@x.test (left),manager\n"},
	} {
		if got, err := fixed(t, name, tt.give, ""); err != nil || got != tt.want {
			t.Errorf("%s becomes %q, %v", name, got, err)
		}
	}
}
