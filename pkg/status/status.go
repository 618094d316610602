// Package status says how a use of the program ended, in one word that every face, summary and ledger shares.
//
// The numbers are a contract: they are the exit codes of the command, and what summaries and metrics show.
package status

import (
	"slices"

	"rollcall/pkg/remedy"
)

// Status is how a run, or a command without one, ended. The zero value is the best one.
type Status int

// The statuses.
const (
	Well        Status = 0
	Unexpected  Status = 1
	Settings    Status = 2
	Rows        Status = 3
	Refused     Status = 4
	Roster      Status = 5
	Locked      Status = 6
	Stopped     Status = 7
	Guarded     Status = 8
	Interrupted Status = 130
)

// meanings is the one table of what the statuses mean, in the order of their numbers: help prints it, and a test holds
// the README to it.
var meanings = []struct {
	status  Status
	meaning remedy.Hint
}{
	{Well, remedy.Words("every row ended well (invited, already_invited, already_member, skipped, duplicate of such)")},
	{Unexpected, remedy.Words("stopped by an unexpected error")},
	{Settings, remedy.Words("wrong command line or settings; nothing sent")},
	{Rows, remedy.Words("finished; some rows are rejected, failed, unknown or (with ").Use("invalid", "skip").Words(") invalid")},
	{Refused, remedy.Words("the service refused the credentials or the caller's right to invite")},
	{Roster, remedy.Words("the roster was refused: unreadable, empty or invalid; nothing sent")},
	{Locked, remedy.Words("another run holds this ledger")},
	{Stopped, remedy.Words("stopped on purpose before the end (deadline, wait budget, too many failures, ").Use("limit", "").Words(` reached, "n", lists that contradict themselves); the same command resumes`)},
	{Guarded, remedy.Words("a guard tripped; nothing sent")},
	{Interrupted, remedy.Words("interrupted; the same command resumes")},
}

// All returns every status, in the order of their numbers.
func All() []Status {
	all := make([]Status, len(meanings))
	for i, m := range meanings {
		all[i] = m.status
	}
	return all
}

// Meaning says the status in words, with options as the renderer shows them.
func (s Status) Meaning(render remedy.Renderer) string {
	for _, m := range meanings {
		if m.status == s {
			return m.meaning.Render(render)
		}
	}
	return "unknown"
}

// severity orders the statuses, the worst last.
var severity = []Status{Well, Rows, Locked, Stopped, Guarded, Roster, Settings, Refused, Unexpected, Interrupted}

// Worse returns the worse of two statuses, for what ends in more than one way.
func (s Status) Worse(other Status) Status {
	if slices.Index(severity, s) >= slices.Index(severity, other) {
		return s
	}
	return other
}
