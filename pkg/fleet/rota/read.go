package rota

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/address"
	"rollcall/pkg/fleet/store"
	"rollcall/pkg/jobs"
)

// Set is what a file of jobs has a fleet do.
type Set struct {
	Name string
	// Limits are the rates of its shared limits, in requests a second.
	Limits map[string]float64
	// Schedules are in the order of the file.
	Schedules []store.Schedule
}

// Keys of options that a fleet cares about.
const (
	keyOrganization = "organization-id"
	keyRoster       = "roster"
	keyProtect      = "protect"
)

// elsewhere are the options that mean nothing where any of many machines may run the job, and why.
var elsewhere = map[string]string{
	"pat-file":      "it is a file of one machine, and any worker may run the job: name a credential instead, which every worker has",
	"region":        service,
	"api-url":       service,
	"auth-endpoint": service,
	"sandbox":       "it is a service inside one process, and the job has many: name the service of the workers",
	"ledger":        "the ledger is the database of the fleet",
	"results":       "it is a file of one machine, and any worker may run the job: the fleet keeps the results",
	"report":        "it is a file of one machine, and any worker may run the job: the fleet keeps what it is made from",
	"summary":       "it is a file of one machine, and any worker may run the job: the fleet keeps the summary",
	"metrics-file":  "it is a file of one machine, and any worker may run the job: each worker has metrics of its own",
	"audit":         "it is a file of one machine, and its lines follow each other: no other worker could go on with it",
	"progress":      "nobody looks on",
	"notify":        "it is a secret, and the database keeps none: name a notify-file that every worker has",
}

// service is why no job says where the service is.
const service = "the service is the one that the workers call"

// Elsewhere returns why an option means nothing in a fleet, empty if it means something: any of its machines may run the job,
// and whoever may ask for one must not learn a secret by that.
func Elsewhere(option string) (why string) { return elsewhere[option] }

// onWorkers are the options that name files which every worker may have at the same place.
var onWorkers = []string{"header-file", "notify-file"}

// Read returns what a file has a fleet do, under the name of a set. Now is the time by the clock of the database: what was due
// before is past. Whatever is wrong is a [*jobs.Error], or several of them joined, in the order of the file.
//
// What the options of a job may be is not looked at, see [jobs.File.DecodeAll].
func Read(file *jobs.File, set string, now time.Time) (Set, error) {
	r := reader{file: file, known: map[string]bool{}}
	s := Set{Name: set, Limits: make(map[string]float64, len(file.SharedLimits))}
	for name, rate := range file.SharedLimits {
		s.Limits[name] = float64(rate)
	}
	for _, job := range file.Jobs {
		if one, ok := r.schedule(job, set, now); ok {
			s.Schedules = append(s.Schedules, one)
		}
	}
	r.distinct()
	if err := r.joined(); err != nil {
		return Set{}, err
	}
	return s, nil
}

// reader collects what is wrong.
type reader struct {
	file  *jobs.File
	errs  []*jobs.Error
	known map[string]bool
}

// fault notes a mistake, once: those of the defaults are found in every job.
func (r *reader) fault(line int, key, text string) {
	fault := &jobs.Error{Path: r.file.Path, Line: line, Key: key, Err: errors.New(text)}
	if !r.known[fault.Error()] {
		r.known[fault.Error()] = true
		r.errs = append(r.errs, fault)
	}
}

func (r *reader) joined() error {
	slices.SortStableFunc(r.errs, func(a, b *jobs.Error) int { return cmp.Compare(a.Line, b.Line) })
	errs := make([]error, len(r.errs))
	for i, one := range r.errs {
		errs[i] = one
	}
	return errors.Join(errs...)
}

// schedule returns the schedule of a job, unless something is wrong with it.
func (r *reader) schedule(job jobs.Job, set string, now time.Time) (one store.Schedule, ok bool) {
	before := len(r.errs)
	r.options(job)
	organization := r.organization(job)
	source := r.source(job)
	if job.Schedule == nil {
		r.fault(job.Line, "", `it has no schedule, and a fleet runs it by that alone, as in {name: emea, schedule: "30 2 * * *"}; what is to run once is submitted`)
	}
	if len(r.errs) > before || job.Schedule == nil {
		return one, false
	}
	options, err := job.Options()
	if err == nil {
		one.Timing, err = timingOf(job.Schedule.Options())
	}
	if err != nil {
		var fault *jobs.Error
		if !errors.As(err, &fault) {
			fault = &jobs.Error{Path: r.file.Path, Line: job.Line, Err: err}
		}
		r.errs = append(r.errs, fault)
		return one, false
	}
	one.Set, one.Name, one.PauseOnFailure = set, job.Name, job.Schedule.Options().PauseOnFailure
	one.Order = store.Order{
		Organization: organization, Command: store.Sync, Options: options, Source: source, Credential: job.Credential, Limit: job.SharedLimit,
	}
	one.Slot, one.DueAt = slots{job.Schedule}.next(now)
	return one, true
}

// options refuses those that mean nothing to a fleet, and files that are not at a place of their own.
func (r *reader) options(job jobs.Job) {
	for key, why := range elsewhere {
		if job.Names(key) {
			_, line := job.Texts(key)
			r.fault(line, key, why)
		}
	}
	for _, key := range append(slices.Clone(onWorkers), keyProtect) {
		texts, line := job.Texts(key)
		for _, text := range texts {
			if mailbox := key == keyProtect && strings.Contains(text, "@"); text != "" && !mailbox && !absolute(text) {
				r.fault(line, key, fmt.Sprintf("%q is read by the workers: write its whole path there, as in /etc/rollcall/NAME", text))
			}
		}
	}
}

// absolute reports whether a path is whole, here or on workers of another system.
func absolute(path string) bool { return strings.HasPrefix(path, "/") || filepath.IsAbs(path) }

// organization returns the organization of a job.
func (r *reader) organization(job jobs.Job) string {
	texts, line := job.Texts(keyOrganization)
	if len(texts) != 1 || strings.TrimSpace(texts[0]) == "" {
		r.fault(line, keyOrganization, "it is missing: the workers have many, and ask nobody which one is meant")
		return ""
	}
	return texts[0]
}

// source returns the roster of a job, which any worker can read.
func (r *reader) source(job jobs.Job) string {
	texts, line := job.Texts(keyRoster)
	roster := texts[0]
	switch {
	case strings.Contains(roster, "://"):
		if _, err := address.Parse(roster); err != nil {
			r.fault(line, keyRoster, err.Error())
		}
	case roster == "-":
		r.fault(line, keyRoster, "the workers have no standard input: name an address, or a path on the workers")
	case !absolute(roster):
		r.fault(line, keyRoster, fmt.Sprintf("%q is read by the workers: name an address, or the whole path there, as in /srv/rosters/%s", roster, filepath.Base(roster)))
	}
	return roster
}

// distinct refuses jobs of which each would take the other's people for leavers. Two jobs with one roster are none: they wait
// for each other.
func (r *reader) distinct() {
	type use struct {
		roster string
		line   int
	}
	first := map[string]use{}
	for _, job := range r.file.Jobs {
		texts, line := job.Texts(keyOrganization)
		if len(texts) != 1 || texts[0] == "" {
			continue
		}
		organization := strings.ToLower(texts[0])
		other, twice := first[organization]
		if !twice {
			first[organization] = use{job.Roster, job.Line}
			continue
		}
		if other.roster != job.Roster {
			line = max(line, job.Line) // that of the job, where the defaults name the organization
			r.fault(line, keyOrganization, fmt.Sprintf("the job on line %d has the same organization and another roster, and would take these people for leavers: put them into one roster", other.line))
		}
	}
}
