package onboard

import (
	"context"

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

// overtake reports whether one of them has taken the place of a run that was cut short, so that the same work, done again,
// does not go on with it: it was about the same work, or about another version of the roster. The other version is the one
// that counts since then.
func (l *laterRuns) overtake(run ledger.Run) bool {
	return l.works[work{run.Scope(), string(run.Digest[:])}] || run.Roster != unnamed && l.rosters[work{run.Scope(), run.Roster}]
}

// isOvertaken reports whether a later run in memory has taken the place of one that was cut short.
func (m memory) isOvertaken(ctx context.Context, cut ledger.Run) (bool, error) {
	var later laterRuns
	for run, err := range m.ledger.Runs(ctx) {
		switch {
		case err != nil:
			return false, err
		case run.ID == cut.ID:
			return later.overtake(cut), nil
		}
		later.add(run.Run)
	}
	return false, nil
}
