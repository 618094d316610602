// Package fileset knows every file that a run reads or writes, and says which two of them are one file: before anything
// is opened, so that no output destroys another output or an input.
//
//	var files fileset.Set
//	files.Add(fileset.File{Path: "people.csv", Role: fileset.Roster})
//	files.Add(fileset.File{Path: "out.csv", Role: fileset.Results, Option: "results"})
//	if collision, found := files.Collision(); found { … }
//
// It writes nothing, and decides nothing about the content of files.
package fileset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Role says what a file is to a run. Its text is for people. The zero value is no role.
type Role string

// The roles that a run reads.
const (
	Roster   Role = "roster"
	Jobs     Role = "file of jobs"
	Approved Role = "plan to carry out"
	Token    Role = "personal access token"
	Header   Role = "header fields"
	Webhook  Role = "address of the webhook"
	Settings Role = "vendor's settings"

	Protected Role = "list of those who are protected"
)

// The roles that a run writes.
const (
	Ledger      Role = "ledger"
	Audit       Role = "audit trail"
	Log         Role = "log"
	Fixed       Role = "fixed roster"
	Results     Role = "results"
	Corrections Role = "rows to correct"
	Drift       Role = "list of differences"
	Plan        Role = "plan"
	Summary     Role = "summary"
	Metrics     Role = "metrics"
	Report      Role = "report"
)

// outputs are the roles that are written.
var outputs = []Role{Ledger, Audit, Log, Fixed, Results, Corrections, Drift, Plan, Summary, Metrics, Report}

// besides are what the names of the files end in that stand beside one from time to time.
var besides = map[Role][]string{
	Ledger: {"-wal", "-shm", "-journal", ".lock", ".holder"},
	Audit:  {".lock"},
}

// File is one file of a run.
type File struct {
	// Path is as the user has named the file, or as it follows from another name.
	Path string
	Role Role
	// Option is the name of the option that led to the path, without dashes; empty if none did.
	Option string
	// Names reports which names in the folder of Path the run may choose instead of that of Path. Nil: none. What is there
	// already under such a name counts, and so does what is not there yet.
	Names func(name string) bool
	// Stream is the open file behind the path "-", as a shell redirects one; nil if it is unknown.
	Stream os.FileInfo
	// Run tells runs apart that share a set, as the jobs of one file do.
	Run int
}

// Written reports whether a run writes the file.
func (f File) Written() bool { return slices.Contains(outputs, f.Role) }

// shares reports whether two files may be one. Files that are only read may. So may ledgers, audit trails, the logs of
// different runs, and lists of rows to correct, which never take the place of a file.
func (f File) shares(other File) bool {
	switch {
	case !f.Written() && !other.Written():
		return true
	case f.Role == Corrections && !other.Written(), other.Role == Corrections && !f.Written():
		return true
	case f.Role != other.Role:
		return false
	}
	return f.Role == Ledger || f.Role == Audit || f.Run != other.Run && (f.Role == Log || f.Role == Corrections)
}

// Collision is two files of a run that are one.
type Collision struct {
	// Output is written; Other is read, or written as well.
	Output, Other File
}

// Set is the files of a run, or of several. The zero value is empty. It is not safe for concurrent use.
type Set struct{ places []place }

// place is a file, and where it is.
type place struct {
	File
	// path is absolute and without symbolic links; empty for a stream.
	path string
	// found are what is there already, under any of the names; empty if nothing is.
	found []os.FileInfo
	// folder is the one that it is in, nil if that isn't there.
	folder os.FileInfo
	// folded says that letter case does not tell names apart in the folder.
	folded bool
}

// Add adds a file. A path that is empty is no file, and neither is the address of a ledger, nor "-" unless it has its Stream. A ledger and an audit trail
// bring along the files that stand beside them.
func (s *Set) Add(f File) {
	if f.Path == "" || f.Path == "-" && f.Stream == nil || f.Role == Ledger && strings.Contains(f.Path, "://") {
		return
	}
	s.places = append(s.places, placeOf(f))
	for _, suffix := range besides[f.Role] {
		beside := f
		beside.Path += suffix
		if names := f.Names; names != nil {
			beside.Names = func(name string) bool {
				stem, cut := strings.CutSuffix(name, suffix)
				return cut && names(stem)
			}
		}
		s.places = append(s.places, placeOf(beside))
	}
}

// Collision returns two files of the set that are one although at least one of them is written, and whether there are
// such. The files that were added first are reported first.
func (s *Set) Collision() (Collision, bool) {
	for i, later := range s.places {
		for _, earlier := range s.places[:i] {
			if later.shares(earlier.File) || !later.same(earlier) {
				continue
			}
			if !later.Written() {
				return Collision{Output: earlier.File, Other: later.File}, true
			}
			return Collision{Output: later.File, Other: earlier.File}, true
		}
	}
	return Collision{}, false
}

// placeOf finds out where a file is, and what is there.
func placeOf(f File) place {
	if f.Stream != nil {
		p := place{File: f}
		if f.Stream.Mode().IsRegular() {
			p.found = append(p.found, f.Stream)
		}
		return p
	}
	p := place{File: f, path: resolve(f.Path)}
	folder := filepath.Dir(p.path)
	p.folded = foldsCase(folder)
	if info, err := os.Stat(folder); err == nil {
		p.folder = info
	}
	paths := []string{p.path}
	if f.Names != nil {
		// A folder that cannot be listed has nothing to be found, and nothing can be written to it.
		entries, _ := os.ReadDir(folder)
		for _, entry := range entries {
			if f.Names(entry.Name()) {
				paths = append(paths, filepath.Join(folder, entry.Name()))
			}
		}
	}
	for _, path := range paths {
		// What is no plain file, such as /dev/null, is not replaced.
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			p.found = append(p.found, info)
		}
	}
	return p
}

// Same reports whether two paths lead to one file, or will once there is one.
func Same(one, other string) bool { return placeOf(File{Path: one}).same(placeOf(File{Path: other})) }

// same reports whether two places are, or can become, one file.
func (p place) same(other place) bool {
	for _, mine := range p.found {
		if slices.ContainsFunc(other.found, func(its os.FileInfo) bool { return os.SameFile(mine, its) }) {
			return true
		}
	}
	folder, name := filepath.Split(p.path)
	otherFolder, otherName := filepath.Split(other.path)
	if !sameName(folder, otherFolder, p.folded) && !p.sameFolder(other) {
		return false
	}
	if sameName(name, otherName, p.folded) {
		return !device(p.path)
	}
	return p.Names != nil && p.Names(otherName) || other.Names != nil && other.Names(name)
}

// sameFolder reports whether two files are in one folder that is there.
func (p place) sameFolder(other place) bool {
	return p.folder != nil && other.folder != nil && os.SameFile(p.folder, other.folder)
}

// sameName compares names, where letter case may not count.
func sameName(one, other string, folded bool) bool {
	return one == other || folded && strings.EqualFold(one, other)
}

// device reports whether something is at the path that is no plain file.
func device(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular()
}
