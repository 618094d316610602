package main_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestMemoryIsBounded checks rosters that cost the most that a roster of their size can, and looks at what the process
// took: never more than 400 MiB for 64 MiB. The ordinary test makes smaller ones under limits that are smaller by as
// much; MIB=64 makes them as large as that.
func TestMemoryIsBounded(t *testing.T) {
	mib := envInt(t, "MIB", 8)
	const base = 48 // what the process takes for nothing, and for a record of the largest size
	most := base + mib*(400-base)/64
	bin := build(t)
	tests := map[string]struct {
		header string
		row    func(i int) string
	}{
		"one column":      {"email\n", func(i int) string { return "person." + strconv.Itoa(i) + "@example.com\n" }},
		"tiny rows":       {"email\n", func(i int) string { return strconv.FormatInt(int64(i), 36) + "@b.c\n" }},
		"huge cells":      {"email,note\n", func(i int) string { return fmt.Sprintf("p%d@b.c,\"%s\"\n", i, strings.Repeat("a\n", 500_000)) }},
		"many duplicates": {"email\n", func(int) string { return "a@b.c\n" }},
		"pairs":           {"email\n", func(i int) string { return strconv.FormatInt(int64(i/2), 36) + "@b.c\n" }},
		"conflicts": {"email,role\n", func(i int) string {
			return strconv.FormatInt(int64(i/2), 36) + "@b.c," + []string{"member", "manager"}[i%2] + "\n"
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			roster := filepath.Join(t.TempDir(), "people.csv")
			fill(t, roster, mib<<20, tt.header, tt.row)
			command := exec.CommandContext(t.Context(), bin, "check", roster, "--role", "member", "--quiet")
			if mib < 64 {
				command.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%dMiB", mib*4)) // it sets 256 by itself
			}
			// Conflicts make it end with an exit code of its own; only what it took matters.
			err := command.Run()
			usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
			if code := command.ProcessState.ExitCode(); !ok || code != 0 && code != 5 {
				t.Fatalf("check: %v", err)
			}
			took := int(usage.Maxrss >> 10)
			t.Logf("%d MiB for %d MiB", took, mib)
			if took > most {
				t.Errorf("check took %d MiB for a roster of %d MiB, want %d at most", took, mib, most)
			}
		})
	}
}

// fill writes a file of rows that is at most that long.
func fill(t *testing.T, path string, size int, header string, row func(i int) string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	written, text := 0, header
	for i := 0; written+len(text) <= size; i++ {
		n, err := io.WriteString(w, text)
		if err != nil {
			t.Fatal(err)
		}
		written, text = written+n, row(i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
