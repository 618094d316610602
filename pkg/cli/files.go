package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/config"
	"rollcall/pkg/fetch"
	"rollcall/pkg/fileset"
	"rollcall/pkg/results"
)

// fileOptions are the flags that name one file each, and what that is to a run. The first ones come first where two of
// them name one file: it is the later one that is to be changed.
var fileOptions = []struct {
	flag string
	role fileset.Role
}{
	{"from-plan", fileset.Approved},
	{"jobs", fileset.Jobs},
	{"pat-file", fileset.Token},
	{"header-file", fileset.Header},
	{"notify-file", fileset.Webhook},
	{"ledger", fileset.Ledger},
	{"log-file", fileset.Log},
	{"fix", fileset.Fixed},
	{"plan", fileset.Plan},
	{"summary", fileset.Summary},
	{"metrics-file", fileset.Metrics},
}

// onboards reports whether the command is one that works through a roster and leaves results.
func onboards(cmd *cobra.Command) bool { return cmd.Name() == "invite" || cmd.Name() == "sync" }

// refuseCollisions returns an error if the command would write over a file of its own: before any is opened.
func (a *app) refuseCollisions(cmd *cobra.Command, args []string) error {
	if jobs := cmd.Flag("jobs"); jobs != nil && jobs.Value.String() != "" {
		return a.refuseJobCollisions(cmd, jobs.Value.String())
	}
	var files fileset.Set
	if onboards(cmd) || cmd.Name() == "check" {
		a.addFiles(&files, cmd, args, 0)
	} else {
		a.addFiles(&files, cmd, nil, 0)
	}
	collision, found := files.Collision()
	if !found {
		return nil
	}
	return usageError("name another file", "%s", collisionText(collision))
}

// addFiles adds all that a command reads or writes, with rosters as its arguments.
func (a *app) addFiles(files *fileset.Set, cmd *cobra.Command, rosters []string, run int) {
	add := func(f fileset.File) {
		if f.Run = run; f.Path == "-" && !f.Written() {
			f.Stream = a.standardInput()
		}
		files.Add(f)
	}
	value := func(flag string) string {
		if found := cmd.Flag(flag); found != nil {
			return found.Value.String()
		}
		return ""
	}
	if from := value("from-plan"); from != "" {
		// One that cannot be read is refused when it is to be carried out.
		if saved, err := readPlan(from); err == nil {
			rosters = append(slices.Clone(rosters), saved.Roster)
		}
	}
	for _, path := range rosters {
		if !fetch.Is(path) {
			add(fileset.File{Path: path, Role: fileset.Roster})
		}
	}
	if home, err := a.home(); err == nil {
		for _, path := range config.Files(home) {
			add(fileset.File{Path: path, Role: fileset.Settings})
		}
	}
	// Which of the default ledgers is opened is known once the organization is, so none may be written over.
	if path, err := a.defaultLedger("ORGANIZATION"); err == nil {
		add(fileset.File{Path: path, Role: fileset.Ledger, Names: func(name string) bool {
			return strings.EqualFold(filepath.Ext(name), filepath.Ext(path))
		}})
	}
	for _, option := range fileOptions {
		add(fileset.File{Path: value(option.flag), Role: option.role, Option: option.flag})
	}
	if !onboards(cmd) || len(rosters) == 0 {
		add(fileset.File{Path: value("results"), Role: fileset.Results, Option: "results"})
		return
	}
	path := rosters[len(rosters)-1]
	if fixed := value("fix"); fixed != "" {
		path = fixed
	}
	target := value("results")
	if dry := value("dry-run") == "true"; target == "" && dry {
		return
	}
	if target = resultsFor(target, path); target == "-" {
		return
	}
	add(fileset.File{Path: target, Role: fileset.Results, Option: "results"})
	if cmd.Name() == "sync" {
		add(fileset.File{Path: results.DriftPath(target), Role: fileset.Drift, Option: "results"})
	}
	todo := results.CorrectionsPath(localName(path), target)
	add(fileset.File{Path: todo, Role: fileset.Corrections, Option: "results", Names: results.CorrectionsNames(todo)})
}

// standardInput returns what is known of the file behind standard input, nil if there is none.
func (a *app) standardInput() fs.FileInfo {
	file, ok := a.In.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return nil
	}
	info, err := file.Stat()
	if err != nil {
		return nil
	}
	return info
}

// collisionText says which two files are one, and by which options.
func collisionText(c fileset.Collision) string {
	out, other := c.Output, c.Other
	subject := out.Path
	if !isNamedBy(out) {
		subject += ", the " + string(out.Role) + ","
	}
	if out.Option != "" {
		subject = "--" + out.Option + ": " + subject
	}
	verb := "would overwrite"
	if out.Role == fileset.Log || out.Role == fileset.Ledger {
		verb = "would write into"
	}
	object := other.Path
	if other.Option != "" && isNamedBy(other) {
		object = "--" + other.Option + " " + other.Path
	}
	return fmt.Sprintf("%s %s the %s (%s)", subject, verb, other.Role, object)
}

// isNamedBy reports whether the path of a file is what its option says, or could.
func isNamedBy(f fileset.File) bool {
	return f.Option != "" && f.Role != fileset.Drift && f.Role != fileset.Corrections
}

// refuseToReplace returns an error if something is at the path that is not to be replaced without --force.
func refuseToReplace(option, path string, force bool) error {
	_, err := os.Lstat(path)
	if force || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if option != "" {
		option += ": "
	}
	return usageError("name another file, or say --force", "%s%s is there already", option, path)
}
