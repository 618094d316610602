package onboard

import (
	"rollcall/pkg/fetch"
	"rollcall/pkg/fileset"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
)

// File is a file that the work writes.
type File struct {
	// What says what it is to the work.
	What string `json:"what"`
	Path string `json:"path"`
}

// Files returns all files that the work reads or writes by its options, for a [fileset.Set] to find out whether two of them
// are one, before anything is opened. A face adds what it reads and writes itself.
func (o Options) Files() []fileset.File {
	files := []fileset.File{
		{Path: o.PlanFile, Role: fileset.Approved, Option: "from-plan"},
		{Path: o.Ledger, Role: fileset.Ledger, Option: "ledger"},
		{Path: o.Plan, Role: fileset.Plan, Option: "plan"},
		{Path: o.Audit, Role: fileset.Audit, Option: "audit"},
		{Path: o.Report, Role: fileset.Report, Option: optionReport},
	}
	if o.Source.Open == nil && !fetch.Is(o.Roster) {
		files = append(files, fileset.File{Path: o.Roster, Role: fileset.Roster})
	}
	for _, path := range o.protectFiles() {
		files = append(files, fileset.File{Path: path, Role: fileset.Protected, Option: optionProtect})
	}
	if o.Results == "" || o.Results == "-" {
		return files
	}
	files = append(files, fileset.File{Path: o.Results, Role: fileset.Results, Option: "results"})
	if o.listsChanges() {
		files = append(files, fileset.File{Path: results.DriftPath(o.Results), Role: fileset.Drift, Option: "results"})
	}
	todo := o.todoPath()
	return append(files, fileset.File{Path: todo, Role: fileset.Corrections, Option: "results", Names: results.CorrectionsNames(todo)})
}

// todoPath returns where the rows to correct go.
func (o Options) todoPath() string {
	path := results.CorrectionsPath(o.localName(), o.Results)
	if o.Sandbox {
		return results.SandboxPath(path)
	}
	return path
}

// DefaultResults is [Document.DefaultResults], which a sandbox has a file of its own for.
func (o Options) DefaultResults() string {
	path := o.Document.DefaultResults()
	if o.Sandbox && path != "" {
		return results.SandboxPath(path)
	}
	return path
}

// listsChanges reports whether it is written down beside the results where the organization differs from the roster: whenever
// something of that may be changed.
func (o Options) listsChanges() bool {
	return (o.Sync != nil || o.ApplyTeams || o.PruneTeams) && o.Results != "" && o.Results != "-"
}

// refuseCollisions returns an error if two of the files are one, and one of them is written.
func (o Options) refuseCollisions() error {
	var files fileset.Set
	for _, f := range o.Files() {
		files.Add(f)
	}
	c, found := files.Collision()
	if !found {
		return nil
	}
	return remedy.Aboutf(c.Output.Option, "%s would overwrite the %s (%s)", c.Output.Path, c.Other.Role, c.Other.Path).
		With(remedy.Words("name another file"))
}

// written returns what is written, for people.
func (o Options) written() []File {
	var files []File
	for _, f := range o.Files() {
		if f.Path != "" && f.Written() && f.Role != fileset.Corrections {
			files = append(files, File{What: string(f.Role), Path: f.Path})
		}
	}
	return files
}
