// Package version says which build of the program this is: in its help, in its logs, to the service, and in bug reports.
//
// A build knows by itself what commit it was made of, and whether something was changed beside it. A release has a number
// besides, which its build sets:
//
//	go build -ldflags '-X rollcall/pkg/version.release=1.2.3' ./cmd/rollcall
package version

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// release is the number of a release, set by its build.
var release string

// Info is what a build knows of itself. What it does not know is empty.
type Info struct {
	// Version is the number of a release, else that of the module, "(devel)" if there is none.
	Version string `json:"version"`
	// Commit is the hash of the commit, and Date its time as RFC 3339 has it, in UTC.
	Commit string `json:"commit"`
	Date   string `json:"date"`
	// Modified says that files were not as the commit has them.
	Modified bool `json:"modified"`
	// Go is the version of Go that has built it.
	Go string `json:"go"`
}

// Get returns what is known of this build.
func Get() Info { return known() }

var known = sync.OnceValue(func() Info {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return of(build, release)
})

// of returns what a build says of itself, given the number of its release, if it is one.
func of(build *debug.BuildInfo, release string) Info {
	i := Info{Version: cmp.Or(release, build.Main.Version, "unknown"), Go: cmp.Or(build.GoVersion, runtime.Version())}
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			i.Commit = setting.Value
		case "vcs.time":
			i.Date = setting.Value
		case "vcs.modified":
			i.Modified = setting.Value == "true"
		}
	}
	return i
}

// String returns all of it on one line, the commit by the beginning of its hash.
func (i Info) String() string {
	const short = 12 // characters, as Go has them in versions
	var source []string
	if i.Commit != "" {
		source = append(source, "commit "+i.Commit[:min(short, len(i.Commit))])
	}
	if i.Date != "" {
		source = append(source, i.Date)
	}
	if i.Modified {
		source = append(source, "modified")
	}
	text := i.Version
	if len(source) > 0 {
		text += " (" + strings.Join(source, ", ") + ")"
	}
	return text + " " + i.Go
}
