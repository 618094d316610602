package sqlite_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestSQLiteHasItsOwnLibc holds the version of modernc.org/libc against the one that modernc.org/sqlite was made and
// tested with: any other may crash, see the driver's documentation under "Fragile modernc.org/libc dependency".
func TestSQLiteHasItsOwnLibc(t *testing.T) {
	module := func(format, path string) string {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", format, path).Output()
		if err != nil {
			t.Fatalf("go list -m %s: %v", path, err)
		}
		return strings.TrimSpace(string(out))
	}
	requirements, err := os.ReadFile(module("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?m)^\s*modernc\.org/libc (v\S+)`).FindSubmatch(requirements)
	if want == nil {
		t.Fatalf("no libc among:\n%s", requirements)
	}
	same(t, "version of modernc.org/libc", module("{{.Version}}", "modernc.org/libc"), string(want[1]))
}
