package document_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"rollcall/pkg/document"
)

// Whatever the bytes are: what comes out is text, or it is refused; and what is not UTF-8 has a place.
func FuzzText(f *testing.F) {
	files, err := filepath.Glob("../../testdata/rosters/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(content) < 4<<10 && filepath.Ext(file) != ".golden" {
			f.Add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		source := memory(string(content))
		for _, encoding := range []document.Encoding{document.Auto, document.UTF8, document.UTF16LE, document.UTF16BE, document.Windows1252, "Windows-1250", "Shift_JIS", "ISO-2022-JP", "IBM850"} {
			text, _, err := read(t.Context(), source, encoding)
			if err == nil && (!utf8.ValidString(text) || strings.ContainsRune(text, 0)) {
				t.Errorf("as %q: %q is no text", encoding, text)
			}
			refused, ok := errors.AsType[*document.Error](err)
			if err != nil && (!ok || refused.Reason == "" || len(refused.Suggestion) == 0 || refused.Line < 1 || refused.Column < 1) {
				t.Errorf("as %q: %#v", encoding, err)
			}
			if !errors.Is(err, document.ErrNotUTF8) {
				continue
			}
			if found, err := document.Identify(t.Context(), source); err == nil && found.Line != refused.Line {
				t.Errorf("not UTF-8 on line %d, and on line %d", refused.Line, found.Line)
			}
		}
	})
}
