// Package version says which build of the program this is: in its help, in its logs, to the service, and in bug reports.
//
// A build in a clone knows by itself what commit it was made of, and whether something was changed beside it. A release has
// a number besides, and may be built where there is no clone. So its build sets release, commit and date:
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

// What the build of a release sets: its number, and the hash and the time of its commit.
var release, commit, date string

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
	return of(build, Info{Version: release, Commit: commit, Date: date})
})

// of returns what a build says of itself, if it is no release, which has been told.
func of(build *debug.BuildInfo, told Info) Info {
	i := told
	i.Version, i.Go = cmp.Or(told.Version, build.Main.Version, "unknown"), cmp.Or(build.GoVersion, runtime.Version())
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			i.Commit = cmp.Or(told.Commit, setting.Value)
		case "vcs.time":
			i.Date = cmp.Or(told.Date, setting.Value)
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
