package main

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkDeb installs the package into a root of its own, which has nothing but two lists of users, runs it there, and
// removes it again. Nothing but those lists, and a user more in them where systemd is there to make one, is left.
func checkDeb(t *testing.T, dist string) {
	t.Helper()
	if host.OS != "linux" {
		t.Skip("only Linux has packages")
	}
	needs(t, "dpkg", "chroot")
	if os.Geteuid() != 0 {
		missing(t, "dpkg --root needs to be root: run this test by sudo")
	}
	debs, err := filepath.Glob(filepath.Join(dist, "*.deb"))
	if err != nil || len(debs) != 1 {
		t.Fatalf("%v, %v: want one package", debs, err)
	}
	root := t.TempDir()
	prepare(t, root)
	before := modes(t, root)

	dpkg := func(args ...string) {
		t.Helper()
		// A container leaves out documentation by its own settings; this root has none.
		cmd := exec.CommandContext(t.Context(), "dpkg", append([]string{
			"--root=" + root, "--force-script-chrootless", "--path-include=/*",
			"--log=" + filepath.Join(t.TempDir(), "log"),
		}, args...)...)
		do(t, cmd)
	}
	dpkg("--install", debs[0])
	after := modes(t, root)
	for name, want := range map[string]fs.FileMode{
		"usr/bin/rollcall":                                  0o755,
		"usr/lib/systemd/system/rollcall.service":           0o644,
		"usr/lib/systemd/system/rollcall.timer":             0o644,
		"usr/lib/sysusers.d/rollcall.conf":                  0o644,
		"etc/rollcall/rollcall.env":                         0o644,
		"etc/rollcall":                                      fs.ModeDir | 0o700,
		"usr/share/man/man1/rollcall.1.gz":                  0o644,
		"usr/share/bash-completion/completions/rollcall":    0o644,
		"usr/share/zsh/vendor-completions/_rollcall":        0o644,
		"usr/share/fish/vendor_completions.d/rollcall.fish": 0o644,
		"usr/share/doc/rollcall/copyright":                  0o644,
		"usr/share/doc/rollcall/LICENSES.txt.gz":            0o644,
		"usr/share/doc/rollcall/examples/schedule/crontab":  0o644,
	} {
		if after[name] != want {
			t.Errorf("%s: %v, want %v", name, after[name], want)
		}
	}
	runs(t, func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "chroot", append([]string{root, "/usr/bin/rollcall"}, args...)...)
		cmd.Env = []string{"HOME=/tmp"}
		return cmd
	}, "/usr/share/doc/rollcall/examples/team.csv")
	if err := os.RemoveAll(filepath.Join(root, "tmp", ".local")); err != nil { // the ledger of that run
		t.Fatal(err)
	}

	own := filepath.Join(root, "etc", "rollcall", "rollcall.env")
	if err := os.WriteFile(own, []byte("ROSTER=/srv/hr/ours.csv\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dpkg("--remove", "rollcall")
	if body, err := os.ReadFile(own); err != nil || !strings.Contains(string(body), "ours.csv") {
		t.Errorf("removing took settings away: %q, %v", body, err)
	}
	if err := os.WriteFile(filepath.Join(root, "etc", "rollcall", "pat"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(root, "var", "lib", "rollcall")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	dpkg("--purge", "rollcall")
	if err := os.Remove(state); err != nil {
		t.Errorf("the ledger must stay, since it knows who was invited: %v", err)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(modes(t, root)))); diff != "" {
		t.Errorf("what is left (-before +after):\n%s", diff)
	}
}

// prepare makes what dpkg and the user's list need.
func prepare(t *testing.T, root string) {
	t.Helper()
	for _, dir := range []string{"tmp", "dev", "etc", "var/lib/dpkg/info", "var/lib/dpkg/updates"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range map[string]string{
		"var/lib/dpkg/status": "", "var/lib/dpkg/available": "",
		"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// modes are the modes of all that is in a root, but for dpkg's own notes and the second copies of the lists of users.
func modes(t *testing.T, root string) map[string]fs.FileMode {
	t.Helper()
	found := map[string]fs.FileMode{}
	if err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		switch base := filepath.Base(path); {
		case path == "var/lib/dpkg":
			return fs.SkipDir
		case strings.HasSuffix(base, "-"), base == ".pwd.lock", base == "shadow", base == "gshadow":
			return nil
		}
		info, err := entry.Info()
		if err == nil {
			found[path] = info.Mode()
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return found
}
