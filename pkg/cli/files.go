package cli

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rollcall/pkg/config"
	"rollcall/pkg/fileset"
	"rollcall/pkg/remedy"
)

// fileNames are the files that a command reads and writes, by what its flags and arguments name.
type fileNames = []fileset.File

// fileOrder is that in which two files that are one are named: it is the later one that is to be changed.
var fileOrder = []fileset.Role{
	fileset.Roster, fileset.Settings, fileset.Approved, fileset.Protected, fileset.Jobs, fileset.Token, fileset.Header, fileset.Webhook, fileset.Ledger, fileset.Audit,
	fileset.Log, fileset.Fixed, fileset.Plan, fileset.Summary, fileset.Metrics, fileset.Report, fileset.Results, fileset.Drift, fileset.Corrections,
}

// refuseCollisions returns an error if a command would write over a file of its own: before any is opened.
func (a *app) refuseCollisions(cmd *cobra.Command, args []string) error {
	if jobs := cmd.Flag("jobs"); jobs != nil && jobs.Value.String() != "" {
		return a.refuseJobCollisions(cmd, jobs.Value.String())
	}
	var files fileset.Set
	names := fileNames{{Path: a.common.logFile, Role: fileset.Log, Option: "log-file"}}
	if of := a.files[cmd]; of != nil {
		names = append(names, of(args)...)
	}
	if !slices.ContainsFunc(names, func(f fileset.File) bool { return f.Path != "" }) {
		return nil // nobody has named any
	}
	a.addFiles(&files, names, 0)
	if collision, found := files.Collision(); found {
		return &remedy.OptionError{
			Option: collision.Output.Option, What: remedy.Words(collisionText(collision)), Remedy: remedy.Words("name another file"),
		}
	}
	return nil
}

// addFiles adds the files of a command and those that any of its jobs may come upon, or the files of a job, which has a number.
func (a *app) addFiles(files *fileset.Set, names fileNames, job int) {
	if job == 0 {
		names = append(names, a.comeUpon()...)
	}
	slices.SortStableFunc(names, func(x, y fileset.File) int {
		return slices.Index(fileOrder, x.Role) - slices.Index(fileOrder, y.Role)
	})
	for _, f := range names {
		if f.Run = job; f.Path == "-" && !f.Written() {
			f.Stream = a.standardInput()
		}
		files.Add(f)
	}
}

// comeUpon returns the files that nobody has named.
func (a *app) comeUpon() (names fileNames) {
	if home, err := a.home(); err == nil {
		for _, path := range append(config.Files(home), config.Login(home)) {
			if path != "" {
				names = append(names, fileset.File{Path: path, Role: fileset.Settings})
			}
		}
	}
	// Which of the default ledgers is opened is known once the organization is, so none may be written over.
	for _, of := range []func(string) (string, error){a.defaultLedger, a.sandboxLedger} {
		path, err := of("ORGANIZATION")
		if err != nil {
			continue
		}
		names = append(names, fileset.File{Path: path, Role: fileset.Ledger, Names: func(name string) bool {
			return strings.EqualFold(filepath.Ext(name), filepath.Ext(path))
		}})
	}
	return names
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
	if out.Role == fileset.Log || out.Role == fileset.Ledger || out.Role == fileset.Audit {
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
