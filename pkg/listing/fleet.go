package listing

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/fleet/store"
	"rollcall/pkg/record"
)

// FleetJob is a job of a fleet as programs read it.
type FleetJob struct {
	ID           int64           `json:"id"`
	Organization string          `json:"organization"`
	Command      string          `json:"command"`
	Roster       string          `json:"roster"`
	State        string          `json:"state"`
	Run          string          `json:"run,omitempty"`
	ExitCode     *int            `json:"exit_code"`
	Error        string          `json:"error,omitempty"`
	Summary      json.RawMessage `json:"summary,omitempty"`
	Options      json.RawMessage `json:"options,omitempty"`
	Credential   string          `json:"credential,omitempty"`
	SharedLimit  string          `json:"shared_limit,omitempty"`
	Set          string          `json:"set,omitempty"`
	Schedule     string          `json:"schedule,omitempty"`
	Slot         *time.Time      `json:"slot,omitempty"`
	Missed       int             `json:"missed,omitempty"`
	SubmittedBy  string          `json:"submitted_by,omitempty"`
	SubmittedAt  time.Time       `json:"submitted_at"`
	DueAt        time.Time       `json:"due_at"`
	EndedAt      *time.Time      `json:"ended_at"`
	CancelledBy  string          `json:"cancelled_by,omitempty"`
	Worker       string          `json:"worker,omitempty"`
	Slices       int             `json:"slices"`
}

// JobOf returns a job as programs read it.
func JobOf(j store.Job) FleetJob {
	f := FleetJob{
		ID: j.ID, Organization: j.Organization, Command: string(j.Command), Roster: j.Source, State: jobState(j), Run: j.Run, Error: j.Error,
		Summary: j.Summary, Credential: j.Credential, SharedLimit: j.Limit, Set: j.Set, Schedule: j.Schedule, Missed: j.Missed,
		SubmittedBy: j.SubmittedBy, SubmittedAt: j.SubmittedAt, DueAt: j.DueAt, CancelledBy: j.CancelledBy, Worker: j.Worker, Slices: j.Slices,
	}
	if json.Valid([]byte(j.Options)) {
		f.Options = json.RawMessage(j.Options)
	}
	if !j.Slot.IsZero() {
		f.Slot = &j.Slot
	}
	if !j.Open() {
		f.ExitCode, f.EndedAt = &j.Exit, &j.EndedAt
	}
	return f
}

// jobState says in a word how far a job is.
func jobState(j store.Job) string {
	switch {
	case !j.Open():
		return "exit " + strconv.Itoa(j.Exit)
	case j.CancelledBy != "":
		return "ending"
	case j.Working:
		return "running"
	case j.Slices > 0:
		return "between turns"
	}
	return "waiting"
}

// Jobs lists the jobs of a fleet as they come.
func Jobs(jobs []store.Job) List {
	l := List{None: "there is no such job", Columns: []string{"job", "organization", "roster", "submitted", state, "run", "from"}, name: "Jobs"}
	objects := make([]FleetJob, len(jobs))
	for i, j := range jobs {
		from := j.SubmittedBy
		if j.Schedule != "" {
			from = j.Set + "/" + j.Schedule
		}
		objects[i] = JobOf(j)
		l.Rows = append(l.Rows, []string{
			strconv.FormatInt(j.ID, 10), j.Organization, j.Source, j.SubmittedAt.Local().Format(time.DateTime), jobState(j), j.Run, from,
		})
	}
	l.Object = objects
	return l
}

// Job lists all that is known of a job of a fleet.
func Job(j store.Job) List {
	l := List{Columns: []string{"job", strconv.FormatInt(j.ID, 10)}, Object: JobOf(j), name: "Job"}
	rows := [][2]string{
		{"organization", j.Organization}, {"command", string(j.Command)}, {"roster", j.Source}, {state, jobState(j)}, {"error", j.Error},
	}
	rows = append(rows, ended(j.Summary)...)
	rows = append(rows, [2]string{"run", j.Run})
	for line := range strings.SplitSeq(j.Options, "\n") {
		rows = append(rows, [2]string{"options", line})
	}
	for _, row := range append(rows, [][2]string{
		{"credential", j.Credential},
		{"shared limit", j.Limit},
		{"submitted", instant(j.SubmittedAt)},
		{"by", j.SubmittedBy},
		{"set", j.Set},
		{"schedule", j.Schedule},
		{"scheduled for", instant(j.Slot)},
		{"times missed", number(j.Missed)},
		{"due", instant(j.DueAt)},
		{"ended", instant(j.EndedAt)},
		{"cancelled by", j.CancelledBy},
		{"worker", j.Worker},
		{"turns", number(j.Slices)},
	}...) {
		if row[1] != "" {
			l.Rows = append(l.Rows, row[:])
		}
	}
	return l
}

// ended returns what the summary of a job says that people ask for first: how many rows have which outcome, what was kept back by
// guards, and the digest by which that can be approved.
func ended(summary json.RawMessage) (rows [][2]string) {
	var s struct {
		Outcomes map[string]int `json:"outcomes"`
		Tripped  struct {
			Digest string `json:"digest"`
			Guards []struct {
				Option string `json:"option"`
				Reason string `json:"reason"`
			} `json:"guards"`
		} `json:"tripped"`
	}
	if json.Unmarshal(summary, &s) != nil { // of a newer version: the object has it
		return nil
	}
	counts := map[record.Outcome]int{}
	for _, outcome := range record.Outcomes() {
		counts[outcome] = s.Outcomes[outcome.String()]
	}
	rows = append(rows, [2]string{"rows", outcomesOf(counts)})
	for _, guard := range s.Tripped.Guards {
		rows = append(rows, [2]string{"guard", guard.Option + ": " + guard.Reason})
	}
	return append(rows, [2]string{"digest", s.Tripped.Digest})
}

// instant returns a time by the local clock, empty for none.
func instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format(time.DateTime)
}

// number returns a number, empty for none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Applied lists what a set of jobs has changed, or would.
func Applied(set string, a store.Applied, dry bool) List {
	l := List{None: "nothing has changed", Head: []string{"set " + set}, Columns: []string{"change", "name", ""}, name: "Changes"}
	if dry {
		l.None, l.Head = "nothing would change", []string{"set " + set + ", if it were applied"}
	}
	for _, change := range []struct {
		what  string
		names []string
	}{{"new", a.Added}, {"changed", a.Changed}, {"gone", a.Gone}, {"limit", a.Limits}} {
		for _, name := range change.names {
			l.Rows = append(l.Rows, []string{change.what, name, a.Words[name]})
		}
	}
	l.Object = map[string]any{"set": set, "dry_run": dry, "added": some(a.Added), "changed": some(a.Changed), "gone": some(a.Gone), "limits": some(a.Limits)}
	return l
}

// some returns a list that is never null for programs.
func some(names []string) []string { return append([]string{}, names...) }

// FleetSchedule is a schedule as programs read it.
type FleetSchedule struct {
	Set          string          `json:"set"`
	Name         string          `json:"name"`
	Organization string          `json:"organization"`
	Roster       string          `json:"roster"`
	Timing       json.RawMessage `json:"timing"`
	Next         time.Time       `json:"next"`
	Paused       string          `json:"paused,omitempty"`
	SharedLimit  string          `json:"shared_limit,omitempty"`
	Credential   string          `json:"credential,omitempty"`
}

// FleetLimit is a shared limit as programs read it.
type FleetLimit struct {
	Name      string  `json:"name"`
	PerSecond float64 `json:"per_second"`
	Learned   float64 `json:"learned,omitempty"`
	Held      string  `json:"held,omitempty"`
	Paused    string  `json:"paused,omitempty"`
}

// Schedules lists schedules, and above them the limits that are shared, and the organizations that are paused, with who wants
// that. Words say when a schedule is due.
func Schedules(schedules []store.Schedule, limits []store.Limit, paused map[string]string, words func(store.Schedule) string) List {
	l := List{None: "there is no schedule: rollcall jobs apply makes them", Columns: []string{"schedule", "organization", "when", "next", state}, name: "Schedules"}
	object := struct {
		Schedules []FleetSchedule   `json:"schedules"`
		Limits    []FleetLimit      `json:"limits"`
		Paused    map[string]string `json:"paused_organizations"`
	}{[]FleetSchedule{}, []FleetLimit{}, paused}
	for _, limit := range limits {
		shown := FleetLimit{Name: limit.Name, PerSecond: limit.Rate, Learned: limit.Learned, Paused: limit.PausedBy}
		line := fmt.Sprintf("limit %s: %s/s", limit.Name, strconv.FormatFloat(limit.Rate, 'f', -1, 64))
		if time.Until(limit.HoldUntil) > 0 {
			shown.Held = limit.HoldWhy
			line += ", held until " + limit.HoldUntil.Local().Format(time.TimeOnly) + ": " + limit.HoldWhy
		}
		if limit.PausedBy != "" {
			line += ", paused by " + limit.PausedBy
		}
		l.Head, object.Limits = append(l.Head, line), append(object.Limits, shown)
	}
	for _, organization := range slices.Sorted(maps.Keys(paused)) {
		l.Head = append(l.Head, "organization "+organization+": paused by "+paused[organization])
	}
	stopped := map[string]bool{}
	for _, limit := range limits {
		stopped[limit.Name] = limit.PausedBy != ""
	}
	for _, s := range schedules {
		how := "waiting"
		switch {
		case s.Paused != "":
			how = "paused: " + s.Paused
		case paused[s.Organization] != "":
			how = "paused with its organization"
		case stopped[s.Limit]:
			how = "paused with its shared limit"
		}
		l.Rows = append(l.Rows, []string{s.Set + "/" + s.Name, s.Organization, words(s), instant(s.DueAt), how})
		object.Schedules = append(object.Schedules, FleetSchedule{
			Set: s.Set, Name: s.Name, Organization: s.Organization, Roster: s.Source, Timing: s.Timing, Next: s.DueAt, Paused: s.Paused,
			SharedLimit: s.Limit, Credential: s.Credential,
		})
	}
	l.Object = object
	return l
}

// Workers lists the workers of a fleet.
func Workers(workers []store.Worker) List {
	l := List{None: "no worker was seen of late", Columns: []string{"worker", "version", "jobs", "since", state}, name: "Workers"}
	type object struct {
		Name      string    `json:"name"`
		Version   string    `json:"version"`
		Slots     int       `json:"slots"`
		Running   int       `json:"running"`
		Draining  bool      `json:"draining"`
		StartedAt time.Time `json:"started_at"`
		SeenAt    time.Time `json:"seen_at"`
	}
	objects := []object{}
	for _, w := range workers {
		how := "working"
		switch {
		case w.Draining:
			how = "ending"
		case w.Running == 0:
			how = "waiting"
		}
		l.Rows = append(l.Rows, []string{w.Name, w.Version, fmt.Sprintf("%d of %d", w.Running, w.Slots), instant(w.StartedAt), how})
		objects = append(objects, object{w.Name, w.Version, w.Slots, w.Running, w.Draining, w.StartedAt, w.SeenAt})
	}
	l.Object = objects
	return l
}
