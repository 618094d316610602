package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/atomicfile"
)

// place is what stands in a directory: content by name.
func place(t *testing.T, directory string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(text)
	}
	return files
}

func TestWriteReplacesWithTheModeAskedFor(t *testing.T) {
	for _, mode := range []os.FileMode{0o600, 0o644} {
		directory := t.TempDir()
		path := filepath.Join(directory, "last.json")
		if err := os.WriteFile(path, []byte("a longer old one"), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(path, mode, []byte("new")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"last.json": "new"}, place(t, directory)); diff != "" {
			t.Error(diff)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != mode {
			t.Errorf("mode %v, want %v", info.Mode(), mode)
		}
	}
}

func TestNothingIsSeenBeforeCommit(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "last.json")
	if err := atomicfile.Write(path, 0o644, []byte("old")); err != nil {
		t.Fatal(err)
	}
	f, err := atomicfile.Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := place(t, directory)["last.json"]; got != "old" {
		t.Errorf("before Commit the file holds %q", got)
	}
	if err := f.Discard(); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil {
		t.Error("Commit after Discard went through")
	}
	if diff := cmp.Diff(map[string]string{"last.json": "old"}, place(t, directory)); diff != "" {
		t.Error(diff)
	}
}

// What a killed writer left is removed by the next one for the same target. What a living one writes stays, and so does
// what only looks like it.
func TestLeftoversAreRemoved(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "last")
	stay := map[string]string{".last.csv.42.tmp": "of another target", ".last.4x2.tmp": "of nobody", ".last.tmp": "of nobody", "last.42.tmp": "of nobody"}
	for name, text := range stay {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".last.42.tmp", ".last.123456789.tmp"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	alive, err := atomicfile.Create(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alive.Write([]byte("alive")); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(path, 0o600, []byte("second")); err != nil {
		t.Fatal(err)
	}
	if got := len(place(t, directory)); got != len(stay)+2 {
		t.Errorf("%d files, want the target, that of the living writer and those of nobody", got)
	}
	if err := alive.Commit(); err != nil {
		t.Fatal(err)
	}
	stay["last"] = "alive"
	if diff := cmp.Diff(stay, place(t, directory)); diff != "" {
		t.Error(diff)
	}
}

func TestWriteLeavesNothingBehindWhereItFails(t *testing.T) {
	directory := t.TempDir()
	link := filepath.Join(directory, "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, filepath.Join(directory, "missing", "file")} {
		if err := atomicfile.Write(path, 0o600, []byte("text")); err == nil {
			t.Errorf("Write(%s) went through", path)
		}
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d entries are left, want the link alone", len(entries))
	}
}

func TestCheckChangesNothing(t *testing.T) {
	directory := t.TempDir()
	old := filepath.Join(directory, "last.json")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path string
		ok   bool
	}{
		{old, true},
		{filepath.Join(directory, "new.json"), true},
		{directory, false},
		{filepath.Join(directory, "missing", "last.json"), false},
		{filepath.Join(old, "last.json"), false},
	}
	for _, tt := range tests {
		if err := atomicfile.Check(tt.path); (err == nil) != tt.ok {
			t.Errorf("Check(%s) = %v", tt.path, err)
		}
	}
	if diff := cmp.Diff(map[string]string{"last.json": "old"}, place(t, directory)); diff != "" {
		t.Error(diff)
	}
}
