package bounded_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"rollcall/pkg/bounded"
)

func TestRead(t *testing.T) {
	tests := []struct {
		give string
		want string
		err  error
	}{
		{"", "", nil},
		{"123", "123", nil},
		{"1234", "1234", nil},
		{"12345", "", bounded.ErrTooLong},
		{strings.Repeat("x", 1<<20), "", bounded.ErrTooLong},
	}
	for _, tt := range tests {
		if got, err := bounded.Read(strings.NewReader(tt.give), 4); string(got) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%.10q: %q, %v", tt.give, got, err)
		}
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(tt.give), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := bounded.File(path, 4)
		if string(got) != tt.want || !errors.Is(err, tt.err) || err != nil && !strings.Contains(err.Error(), path) {
			t.Errorf("file of %.10q: %q, %v", tt.give, got, err)
		}
	}
	if _, err := bounded.Read(iotest.ErrReader(fs.ErrPermission), 4); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("what cannot be read: %v", err)
	}
	if _, err := bounded.File(filepath.Join(t.TempDir(), "none"), 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
