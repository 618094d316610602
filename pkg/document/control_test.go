package document

import (
	"bytes"
	"slices"
	"testing"
)

// Every byte is found, or not, wherever it stands among others and whatever these are.
func TestIndexControl(t *testing.T) {
	for _, filling := range []byte{' ', 'a', '\n', '\r', 0x7f, 0x80, 0xa0, 0xff} {
		for value := range 256 {
			for at := range 20 {
				text := bytes.Repeat([]byte{filling}, 20)
				text[at] = byte(value)
				if got, want := indexControl(text), slices.IndexFunc(text, isControl); got != want {
					t.Fatalf("indexControl(%q) = %d, want %d", text, got, want)
				}
			}
		}
	}
	for value, want := range map[byte]bool{0: true, 8: true, '\t': false, '\n': false, '\v': false, '\f': false, '\r': false, 14: true, 31: true, ' ': false} {
		if isControl(value) != want {
			t.Errorf("isControl(%#x) = %t", value, !want)
		}
	}
}
