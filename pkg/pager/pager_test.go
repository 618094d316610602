package pager_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rollcall/pkg/pager"
)

func TestChoose(t *testing.T) {
	for give, want := range map[string]string{
		"":                              "less",
		"PAGER=more":                    "more",
		"PAGER=":                        "",
		"PAGER=cat":                     "",
		"PAGER=more ROLLCALL_PAGER=":    "",
		"PAGER=more ROLLCALL_PAGER=cat": "",
		"PAGER= ROLLCALL_PAGER=most":    "most",
		"TERM=dumb PAGER=more":          "",
		"TERM=xterm PAGER=more":         "more",
	} {
		lookup := func(name string) (string, bool) {
			for field := range strings.FieldsSeq(give) {
				if key, value, _ := strings.Cut(field, "="); key == name {
					return value, true
				}
			}
			return "", false
		}
		if got := pager.Choose(lookup); got != want {
			t.Errorf("%q: %q, want %q", give, got, want)
		}
	}
}

// run shows text in a pager and returns what came of it.
func run(t *testing.T, command string, env []string, text io.Reader) (shown string, err error) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no shell: the pagers of this test are scripts")
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "terminal"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // it is read by its name
	p, err := pager.Start(pager.Options{Command: command, Out: file, Err: file, Env: env})
	if err != nil {
		return "", err
	}
	_, err = io.Copy(p, text)
	if closeErr := p.Close(); closeErr != nil {
		t.Errorf("Close: %v", closeErr)
	}
	content, readErr := os.ReadFile(file.Name())
	if readErr != nil {
		t.Fatal(readErr)
	}
	return string(content), err
}

func TestPager(t *testing.T) {
	plain := []string{"PATH=" + os.Getenv("PATH")}
	for _, tt := range []struct{ command, want string }{
		{"cat", "text\n"},
		{`sed 's/^/| /'`, "| text\n"},
		{"head -c 2", "te"},
		{"cat; echo $LESS; exit 3", "text\nFRX\n"},
	} {
		got, err := run(t, tt.command, plain, strings.NewReader("text\n"))
		if got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", tt.command, got, err, tt.want)
		}
	}
	if got, err := run(t, "cat >/dev/null; echo $LESS", append(plain, "LESS=S"), strings.NewReader("text")); got != "S\n" || err != nil {
		t.Errorf("flags of one's own: %q, %v", got, err)
	}
}

// TestQuitEarly writes more than any pipe holds to a pager that is left at once.
func TestQuitEarly(t *testing.T) {
	got, err := run(t, "head -n 1", nil, io.LimitReader(endless{}, 1<<30))
	if got != "line\n" || !errors.Is(err, pager.ErrQuit) {
		t.Errorf("%q, %v", got, err)
	}
}

// endless is text without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("line\n"), 100)), nil }

func TestNoPager(t *testing.T) {
	for _, command := range []string{"", "no-such-pager-here", "no-such-pager-here -x"} {
		if _, err := run(t, command, nil, strings.NewReader("")); !errors.Is(err, exec.ErrNotFound) {
			t.Errorf("%q: %v", command, err)
		}
	}
}

// TestOpen has a pager that an environment names, one that it turns off, and one that is not there.
func TestOpen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell: the pager of this test is a script")
	}
	for _, tt := range []struct{ pager, want string }{{"sed 's/^/| /'", "| text\n"}, {"cat", "text\n"}, {"no-such-pager-here", "text\n"}} {
		file, err := os.Create(filepath.Join(t.TempDir(), "terminal"))
		if err != nil {
			t.Fatal(err)
		}
		out, end, paged := pager.Open(file, []string{"PATH=" + os.Getenv("PATH"), "PAGER=more", "PAGER=" + tt.pager})
		_, err = io.WriteString(out, "text\n")
		err = errors.Join(err, end(), file.Close())
		if content, readErr := os.ReadFile(file.Name()); string(content) != tt.want || err != nil || readErr != nil || paged != (tt.want == "| text\n") {
			t.Errorf("%s: %q, paged %t, %v, %v", tt.pager, content, paged, err, readErr)
		}
	}
}
