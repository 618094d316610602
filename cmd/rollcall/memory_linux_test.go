package main_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
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
				command.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%dMiB", mib*360/64)) // it sets 360 by itself
			}
			took, err := peak(command)
			// Conflicts make it end with an exit code of its own; only what it took matters.
			if code := command.ProcessState.ExitCode(); code != 0 && code != 5 {
				t.Fatalf("check: %v", err)
			}
			t.Logf("%d MiB for %d MiB", took, mib)
			if took > most {
				t.Errorf("check took %d MiB for a roster of %d MiB, want %d at most", took, mib, most)
			}
		})
	}
}

// peak runs the command and returns the most memory, in MiB, that it was seen to take. What the system tells at its end
// would count this process, too, from which it was forked.
func peak(command *exec.Cmd) (mib int, err error) {
	if err := command.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	status := filepath.Join("/proc", strconv.Itoa(command.Process.Pid), "status")
	for look := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case err := <-ended:
			look.Stop()
			return mib, err
		case <-look.C:
			text, err := os.ReadFile(status)
			if found := highWater.FindSubmatch(text); err == nil && found != nil {
				kib, _ := strconv.Atoi(string(found[1])) // it is digits
				mib = max(mib, kib>>10)
			}
		}
	}
}

// highWater matches the most memory that a process has taken so far, in KiB.
var highWater = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

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
