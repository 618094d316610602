package version

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOf(t *testing.T) {
	built := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{GoVersion: "go1.26.1", Main: debug.Module{Version: version}, Settings: settings}
	}
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "3c5e6de0d1f2a3b4c5d6e7f8091a2b3c4d5e6f70"}
	date := debug.BuildSetting{Key: "vcs.time", Value: "2026-11-28T18:59:01Z"}
	modified := func(value string) debug.BuildSetting { return debug.BuildSetting{Key: "vcs.modified", Value: value} }
	for _, test := range []struct {
		name string
		give *debug.BuildInfo
		told Info
		want Info
		line string
	}{
		{
			"a release", built("v0.0.0-2026", commit, date, modified("false")),
			Info{Version: "1.2.3"},
			Info{Version: "1.2.3", Commit: commit.Value, Date: date.Value, Go: "go1.26.1"},
			"1.2.3 (commit 3c5e6de0d1f2, 2026-11-28T18:59:01Z) go1.26.1",
		},
		{
			"changed files", built("v0.0.0-2026", commit, date, modified("true")),
			Info{},
			Info{Version: "v0.0.0-2026", Commit: commit.Value, Date: date.Value, Modified: true, Go: "go1.26.1"},
			"v0.0.0-2026 (commit 3c5e6de0d1f2, 2026-11-28T18:59:01Z, modified) go1.26.1",
		},
		{
			"a release from an archive", built("(devel)"),
			Info{Version: "1.2.3", Commit: commit.Value, Date: date.Value},
			Info{Version: "1.2.3", Commit: commit.Value, Date: date.Value, Go: "go1.26.1"},
			"1.2.3 (commit 3c5e6de0d1f2, 2026-11-28T18:59:01Z) go1.26.1",
		},
		{"no repository", built("(devel)"), Info{}, Info{Version: "(devel)", Go: "go1.26.1"}, "(devel) go1.26.1"},
		{"nothing", &debug.BuildInfo{}, Info{}, Info{Version: "unknown", Go: runtime.Version()}, "unknown " + runtime.Version()},
		{"a short hash", built("(devel)", debug.BuildSetting{Key: "vcs.revision", Value: "3c5e"}), Info{}, Info{Version: "(devel)", Commit: "3c5e", Go: "go1.26.1"}, "(devel) (commit 3c5e) go1.26.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := of(test.give, test.told)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.String() != test.line {
				t.Errorf("got %q, want %q", got, test.line)
			}
		})
	}
}

// TestARelease builds the program with the flag that a release is built with.
func TestARelease(t *testing.T) {
	program := filepath.Join(t.TempDir(), "rollcall")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "-ldflags", "-X rollcall/pkg/version.release=1.2.3", "rollcall/cmd/rollcall")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	output, err := exec.CommandContext(t.Context(), program, "version").Output()
	if err != nil || !strings.HasPrefix(string(output), "rollcall 1.2.3 ") {
		t.Errorf("%v: %s", err, output)
	}
}
