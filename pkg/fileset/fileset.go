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
type Set struct {
	places  []place
	folders folders
}

// Add adds a file. A path that is empty is no file, and neither is the address of a ledger, nor "-" unless it has its Stream. A ledger and an audit trail
// bring along the files that stand beside them.
func (s *Set) Add(f File) {
	if f.Path == "" || f.Path == "-" && f.Stream == nil || f.Role == Ledger && strings.Contains(f.Path, "://") {
		return
	}
	s.places = append(s.places, s.folders.placeOf(f))
	for _, suffix := range besides[f.Role] {
		beside := f
		beside.Path += suffix
		if names := f.Names; names != nil {
			beside.Names = func(name string) bool {
				stem, cut := strings.CutSuffix(name, suffix)
				return cut && names(stem)
			}
		}
		s.places = append(s.places, s.folders.placeOf(beside))
	}
}

// Collision returns two files of the set that are one although at least one of them is written, and whether there are
// such. The files that were added first are reported first.
func (s *Set) Collision() (Collision, bool) {
	var before index
	for i, later := range s.places {
		for _, j := range before.near(later) {
			earlier := s.places[j]
			if later.shares(earlier.File) || !later.same(earlier) {
				continue
			}
			if !later.Written() {
				return Collision{Output: earlier.File, Other: later.File}, true
			}
			return Collision{Output: later.File, Other: earlier.File}, true
		}
		before.add(i, later)
	}
	return Collision{}, false
}

// Same reports whether two paths lead to one file, or will once there is one.
func Same(one, other string) bool {
	var folders folders
	return folders.placeOf(File{Path: one}).same(folders.placeOf(File{Path: other}))
}
