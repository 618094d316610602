package onboard

import (
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// laterRuns are the runs of a ledger that began after the one that is looked at. The zero value is none.
type laterRuns struct{ works, rosters map[work]bool }

// work is what a run of a scope was about: the digest, or the name of the roster.
type work struct {
	scope record.Scope
	about string
}

// unnamed is what a roster is called that came on standard input: two of them have nothing in common.
const unnamed = "stdin"

// add notes a run. They come newest first.
func (l *laterRuns) add(run ledger.Run) {
	if l.works == nil {
		l.works, l.rosters = map[work]bool{}, map[work]bool{}
	}
	l.works[work{run.Scope(), string(run.Digest[:])}] = true
	l.rosters[work{run.Scope(), run.Roster}] = true
}

// overtake reports whether one of them has probably taken the place of a run that was cut short: it was about the same work,
// or about a roster of that name which has changed since or was read otherwise. In the latter case the old roster, read in the
// old way, would still go on with the run; but hardly anybody has it any more, so the run is not called resumable.
func (l *laterRuns) overtake(run ledger.Run) bool {
	return l.works[work{run.Scope(), string(run.Digest[:])}] || run.Roster != unnamed && l.rosters[work{run.Scope(), run.Roster}]
}
