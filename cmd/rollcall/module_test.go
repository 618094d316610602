package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/sandbox"
)

// TestREADMELibrary makes a program outside the module of what the README shows, as the README says, and runs it. It
// needs no network: the sums, which `go mod tidy` would fetch, are ours.
func TestREADMELibrary(t *testing.T) {
	readme := readREADME(t)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	if err := os.Symlink(root, filepath.Join(parent, "rollcall")); err != nil {
		t.Skipf("there is no checkout beside the program: %v", err)
	}
	roster, err := os.ReadFile(filepath.Join(root, "samples", "team.csv"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "onboarding")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"main.go": program(root, block(t, readme, "go")), "team.csv": string(roster), "go.sum": string(sums),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	edits := strings.Split(strings.ReplaceAll(block(t, readme, "sh\ngo mod"), "&& go mod tidy", ""), "\n")
	if len(edits) != 2 {
		t.Fatalf("README.md shows %d ways to the module, want 2: %q", len(edits), edits)
	}
	var environment []string
	run := func(command string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), command, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		cmd.Env = append(cmd.Env, environment...)
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, output)
		}
		return string(output)
	}
	run("go", "mod", "init", "example.com/private")
	// A private repository cannot be asked here; its line must be one that Go understands.
	run("go", strings.Fields(edits[1])[1:]...)
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if want := "\nreplace rollcall => git.example.com/tools/rollcall.git main\n"; err != nil || !strings.Contains(string(mod), want) {
		t.Errorf("go.mod lacks %q: %v\n%s", want, err, mod)
	}
	if err := os.Remove(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	run("go", "mod", "init", "example.com/onboarding")
	run("go", strings.Fields(edits[0])[1:]...)
	service, err := sandbox.Start(t.Context(), "", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close() })
	environment = service.Environment(service.URL())
	environment = append(environment, "CYBEDEFEND_ACCESS_TOKEN="+service.AccessToken().Reveal())
	for _, want := range []string{"12 to invite\n0 map[invited:12] <nil>\n", "0 to invite\n0 map[already_invited:12] <nil>\n"} {
		if output := run("go", "run", "."); output != want {
			t.Errorf("the program of README.md prints %q, want %q", output, want)
		}
	}
}

// block returns the only fenced block of the README that begins so.
func block(t *testing.T, readme, begin string) string {
	t.Helper()
	parts := strings.Split(readme, "\n```"+begin)
	if len(parts) != 2 {
		t.Fatalf("README.md has %d blocks that begin with %q, want 1", len(parts)-1, begin)
	}
	content, _, _ := strings.Cut(parts[1], "\n```")
	if _, rest, found := strings.Cut(begin, "\n"); found {
		return rest + content
	}
	return content
}

// program makes a program of statements, importing what they use of ours. The statements may return an error.
func program(root, statements string) string {
	imports := []string{`"context"`, `"fmt"`, `"os"`}
	for _, used := range regexp.MustCompile(`\b([a-z]+)\.[A-Z]`).FindAllStringSubmatch(statements, -1) {
		_, err := os.Stat(filepath.Join(root, "pkg", used[1]))
		if path := `"rollcall/pkg/` + used[1] + `"`; err == nil && !slices.Contains(imports, path) {
			imports = append(imports, path)
		}
	}
	return fmt.Sprintf(`package main

import (
	%s
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
%s
	return nil
}
`, strings.Join(imports, "\n\t"), statements)
}

// device matches the names that Windows has given to devices, whatever follows a dot.
var device = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// portable reports whether every system can have a file of that name: Go downloads no module with another.
func portable(name string) bool {
	return !device.MatchString(name) && !strings.ContainsAny(name, "\"'*<>?`|/\\:") && !strings.HasSuffix(name, ".") && strings.TrimSpace(name) == name
}

// TestFileNames looks for files that keep the module from being downloaded, or checked out on Windows.
func TestFileNames(t *testing.T) {
	folded := make(map[string]string)
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() == ".." {
			return err
		}
		if entry.Name() == ".git" {
			return filepath.SkipDir
		}
		if !portable(entry.Name()) {
			t.Errorf("%s: rename it", path)
		}
		lower := strings.ToLower(path)
		if other, twice := folded[lower]; twice {
			t.Errorf("%s and %s are one file where letter case doesn't count", other, path)
		}
		folded[lower] = path
		return nil
	})
	if err != nil || len(folded) < 500 {
		t.Errorf("%d files: %v", len(folded), err)
	}
	for name, want := range map[string]bool{
		"nul.csv": false, "NUL": false, "com1.txt": false, "a:b": false, "it's": false, "end.": false, " a": false,
		"null.csv": true, "nul-byte.csv": true, "a b.csv": true, "é.yaml": true,
	} {
		if got := portable(name); got != want {
			t.Errorf("portable(%q) = %t", name, got)
		}
	}
}
