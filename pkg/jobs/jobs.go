package jobs

import (
	"errors"
	"io"
	"path/filepath"
	"strings"

	"rollcall/pkg/pace"
	"rollcall/pkg/schedule"
)

// Keys that are no options.
const (
	keyDefaults     = "defaults"
	keyJobs         = "jobs"
	keyRoster       = "roster"
	keySharedLimits = "shared-limits"
)

// File is a file of jobs.
type File struct {
	// Path is where it is, for messages. Paths in it are relative to its folder.
	Path string
	// Jobs has at least one.
	Jobs []Job
	// SharedLimits are the rates that jobs with the same [Job.SharedLimit] have together, by its name.
	SharedLimits map[string]pace.Rate
}

// Job is one roster and the options for it.
type Job struct {
	// Line is where it begins.
	Line int
	// Roster is its roster: [Job.Path] of what the job says.
	Roster string
	// Name tells it from the other jobs in the file, and from one version of the file to the next. "" is none.
	Name string
	// Schedule says when it is due, for whoever runs it again and again. Nil stands for no schedule.
	Schedule *schedule.Schedule
	// Credential is the name of a credential, never one itself: whoever runs the job knows what it stands for. "" is none.
	Credential string
	// SharedLimit is the name of a limit that it shares with other jobs, "" if it shares none.
	SharedLimit string

	file          string
	written       string // the roster
	rosterLine    int
	defaults, own options
}

// Read reads the jobs in a file. The path is for messages, and for the folder that paths in the file are relative to; r is
// what is read. Whatever is wrong is an [*Error], or several of them joined.
func Read(r io.Reader, path string) (*File, error) {
	reader := reader{faults: faults{path: path}}
	return reader.read(r)
}

// Names reports whether the job or the defaults set the option. What [Terms] returns are no options.
func (j Job) Names(key string) bool { return j.own.has(key) || j.defaults.has(key) }

// Path returns a path in the job as the process needs it: relative to the folder of the file, unless it is absolute. "",
// "-" and an address stay as they are.
func (j Job) Path(value string) string {
	folder := filepath.Dir(j.file)
	if value == "" || value == "-" || folder == "." || strings.Contains(value, "://") || filepath.IsAbs(value) {
		return value
	}
	return filepath.Join(folder, value)
}

// Decode puts the options of the defaults and then those of the job into a struct, which target points to. Fields are named
// as the YAML library names them, by a tag such as `yaml:"max-new"`; fields of a struct with `yaml:",inline"` count as its
// own. A field that no option names keeps what it has.
//
// A scalar stands for a list of one where a field is a slice. A field with an UnmarshalText gets the text of any scalar, and
// so does a string. A [time.Duration] is written as in "24h". Of an option that has no field, or that does not fit into it,
// there is an [*Error], of several the errors joined; the other options are decoded all the same.
func (j Job) Decode(target any) error {
	fields, err := fieldsOf(target)
	if err != nil {
		return &Error{Path: j.file, Line: j.Line, Err: err}
	}
	d := decoder{faults: faults{path: j.file}, fields: fields}
	d.decode(j.defaults)
	d.decode(j.own)
	return d.joined()
}

// DecodeAll decodes every job into what target returns for it, see [Job.Decode]. A mistake in the defaults, which every job
// has, is among the errors once.
func (f *File) DecodeAll(target func(Job) any) error {
	var errs []error
	known := make(map[string]bool)
	for _, job := range f.Jobs {
		err := job.Decode(target(job))
		for _, one := range parts(err) {
			if text := one.Error(); !known[text] {
				known[text] = true
				errs = append(errs, one)
			}
		}
	}
	return errors.Join(errs...)
}

// parts returns the errors that were joined.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}
