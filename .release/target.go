package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Target is a system that the program is built for, in the words of Go.
type Target struct{ OS, Arch string }

// targets are all of them.
var targets = []Target{
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"windows", "amd64"},
	{"windows", "arm64"},
}

// host is the one that this program runs on; it need not be among targets.
var host = Target{runtime.GOOS, runtime.GOARCH}

// parseTargets reads a list such as linux/amd64,windows/arm64; an empty one is all.
func parseTargets(list string) ([]Target, error) {
	if list == "" {
		return targets, nil
	}
	var some []Target
	for word := range strings.SplitSeq(list, ",") {
		i := slices.IndexFunc(targets, func(t Target) bool { return t.String() == word })
		if i < 0 {
			return nil, fmt.Errorf("%q is none of %v", word, targets)
		}
		some = append(some, targets[i])
	}
	return some, nil
}

// String is the usual way to write it, linux/amd64.
func (t Target) String() string { return t.OS + "/" + t.Arch }

// Program is what the built program is called there.
func (t Target) Program() string {
	if t.OS == "windows" {
		return "rollcall.exe"
	}
	return "rollcall"
}

// compile writes the program to file. Everything that Go would take from the machine is fixed, but for its own version,
// which the provenance tells. Go does not ask git, since an archive has none: version, commit and time are what the release
// says.
func (t Target) compile(ctx context.Context, s *Source, version, file string) error {
	const set = " -X rollcall/pkg/version."
	stamp := set + "release=" + version + set + "date=" + s.Time.Format(time.RFC3339)
	if s.Commit != "" {
		stamp += set + "commit=" + s.Commit
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly",
		"-ldflags=-s -w"+stamp, "-o", file, "./cmd/rollcall")
	cmd.Dir = s.Root
	cmd.Env = append(cmd.Environ(), "GOOS="+t.OS, "GOARCH="+t.Arch, "GOAMD64=v1", "GOARM64=v8.0",
		"CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-trimpath", "GOFIPS140=off")
	if _, err := output(cmd); err != nil {
		return err
	}
	return os.Chmod(file, 0o755) //nolint:gosec // a program, whatever the umask
}
