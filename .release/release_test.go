package main

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// A release is made twice: in a clone, and of what git archive wrote, in another folder, by somebody with another home,
// name, language, time zone and umask. It is for this machine's own system, since that already shows whatever this
// module does; all six would take minutes. Both builds share the cache of the compiler, so that its own work is done
// once: that Go compiles the same to the same is Go's promise and Go's test, and -trimpath makes the cache the same for
// any folder anyway. What the linker and everything after it makes is made twice.
func TestRelease(t *testing.T) {
	needs(t, "git", "tar", "sh")
	builder := filepath.Join(t.TempDir(), "release")
	do(t, exec.CommandContext(t.Context(), "go", "build", "-o", builder, "."))
	clone := filepath.Join(t.TempDir(), "clone")
	snapshot(t, clone)
	other := filepath.Join(t.TempDir(), "quite", "another", "folder")
	do(t, exec.CommandContext(t.Context(), "sh", "-c", `umask 077; mkdir -p "$1" && git -C "$2" archive HEAD | tar -xf - -C "$1"`, "sh", other, clone))

	build := func(root, umask string, env ...string) map[string]string {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", `umask $1; exec "$2" -root "$3" -only "$4"`, "sh", umask, builder, root, host.String())
		cmd.Env = append(os.Environ(), "GOCACHE="+goEnv(t, "GOCACHE"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"), "SOURCE_DATE_EPOCH=", "VERSION=")
		cmd.Env = append(cmd.Env, env...)
		do(t, cmd)
		files, err := readTree(filepath.Join(root, "dist"))
		if err != nil {
			t.Fatal(err)
		}
		bodies := map[string]string{}
		for _, f := range files {
			bodies[f.Path] = string(f.Body)
		}
		return bodies
	}
	first := build(clone, "022", "TZ=Asia/Kolkata", "LC_ALL=C")
	second := build(other, "077", "TZ=America/New_York", "LC_ALL=de_DE.UTF-8", "HOME="+t.TempDir(), "USER=somebody", "LOGNAME=somebody")

	if diff := cmp.Diff(slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(second))); diff != "" {
		t.Fatalf("other files (-clone +archive):\n%s", diff)
	}
	for name, body := range first {
		if second[name] != body {
			t.Errorf("%s differs between the clone and the archive", name)
		}
	}
	dist := filepath.Join(clone, "dist")
	t.Run("sums", func(t *testing.T) { checkSums(t, dist, first) })
	t.Run("archive", func(t *testing.T) { checkArchive(t, dist) })
	t.Run("image", func(t *testing.T) { checkImage(t, dist) })
	t.Run("deb", func(t *testing.T) { checkDeb(t, dist) })
}

func checkSums(t *testing.T, dist string, files map[string]string) {
	t.Helper()
	needs(t, "sha256sum")
	check := exec.CommandContext(t.Context(), "sha256sum", "--strict", "-c", SumsFile)
	check.Dir = dist
	out := do(t, check)
	if want := len(files) - 1; strings.Count(out, ": OK\n") != want {
		t.Errorf("sha256sum is content with other than %d files:\n%s", want, out)
	}
	lines := strings.Split(strings.TrimSpace(files[SumsFile]), "\n")
	if !slices.IsSortedFunc(lines, func(a, b string) int { return strings.Compare(a[66:], b[66:]) }) {
		t.Errorf("not in the order of names:\n%s", files[SumsFile])
	}
}

func checkArchive(t *testing.T, dist string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the archive of Windows is a zip, which has a test of its own")
	}
	folder := "rollcall_1.2.3_" + host.OS + "_" + host.Arch
	at := t.TempDir()
	do(t, exec.CommandContext(t.Context(), "tar", "-xzf", filepath.Join(dist, folder+".tar.gz"), "-C", at))
	for _, name := range []string{
		"README.md", "LICENSES.txt", "man/man1/rollcall.1", "samples/schedule/rollcall.timer", "completions/rollcall.bash",
		"completions/_rollcall", "completions/rollcall.fish", "completions/rollcall.ps1",
	} {
		if body, err := os.ReadFile(filepath.Join(at, folder, name)); err != nil || len(body) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(body), err)
		}
	}
	licenses, err := os.ReadFile(filepath.Join(at, folder, "LICENSES.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"\nGo 1.", "\nmodernc.org/sqlite v", "\ngolang.org/x/crypto/x509roots/fallback v", "Mozilla Public License"} {
		if !strings.Contains(string(licenses), part) {
			t.Errorf("the license of %q is missing", part)
		}
	}
	runs(t, func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "./rollcall", args...)
		cmd.Dir = filepath.Join(at, folder)
		cmd.Env = []string{"HOME=" + t.TempDir()}
		return cmd
	}, "samples/team.csv")
}

// runs has an installed program say its version and invite a sample against a service inside itself.
func runs(t *testing.T, command func(args ...string) *exec.Cmd, roster string) {
	t.Helper()
	stamp := regexp.MustCompile(`^rollcall 1\.2\.3 \(commit [0-9a-f]{12}, 20\S+Z\) go1`)
	if out := do(t, command("version")); !stamp.MatchString(out) {
		t.Errorf("rollcall version prints %q", out)
	}
	if out := do(t, command("invite", roster, "--sandbox", "--yes", "--results", "-")); strings.Count(out, ",invited,") != 12 {
		t.Errorf("not everybody of the sample is invited:\n%s", out)
	}
}

func checkImage(t *testing.T, dist string) {
	t.Helper()
	if host.OS != "linux" {
		t.Skip("only Linux has an image")
	}
	at := t.TempDir()
	do(t, exec.CommandContext(t.Context(), "tar", "-xf", filepath.Join(dist, "rollcall_1.2.3_oci.tar"), "-C", at))
	index, err := layout.ImageIndexFromPath(at)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Error(err)
	}
}

// snapshot makes a repository of the files here as they are now, with one commit that is version 1.2.3.
func snapshot(t *testing.T, at string) {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(at, sources{os.DirFS(root)}); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "-A"},
		{"-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "release"},
		{"-c", "tag.gpgsign=false", "tag", "v1.2.3"},
	} {
		git := exec.CommandContext(t.Context(), "git", append([]string{"-C", at}, args...)...)
		git.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
		do(t, git)
	}
}

// sources is a checkout without what was made in it.
type sources struct{ fs.FS }

func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return name == "." && slices.Contains([]string{".git", "bin", "dist"}, e.Name())
	}), err
}

// do runs a command that must succeed and returns what it printed.
func do(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := output(cmd)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	return strings.TrimSpace(do(t, exec.CommandContext(t.Context(), "go", "env", name)))
}

// needs skips a test where a command is missing, in one line; on a machine that is there to run all tests it fails.
func needs(t *testing.T, commands ...string) {
	t.Helper()
	for _, name := range commands {
		if _, err := exec.LookPath(name); err != nil {
			missing(t, "no "+name+" here: install the package that has it")
		}
	}
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}
