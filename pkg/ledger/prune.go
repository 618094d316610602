package ledger

import (
	"time"

	"rollcall/pkg/record"
)

// Pruning says what a ledger is to forget.
type Pruning struct {
	// Before is when a run has to have ended for it to be forgotten.
	Before time.Time
	// Scope is the one whose runs are meant. Nil: those of all scopes.
	Scope *record.Scope
	// DryRun only counts.
	DryRun bool
}

// Pruned counts what was forgotten.
type Pruned struct {
	// Rows are those of all runs. Runs counts the runs of which nothing is left, Parts the others that have lost something.
	Rows, Runs, Parts int
}

// Past is a run of a scope, as far as that decides what may be forgotten of it.
type Past struct {
	Run
	// Claimed says that a claim of the run stands.
	Claimed bool
}

// Keeping says what is kept of a run that is pruned. The zero value is nothing but the rows that [Lasts] says last.
type Keeping struct {
	// Whole keeps the run as it is.
	Whole bool
	// Head keeps the run, whatever becomes of its rows.
	Head bool
}

// Keep says what is to be kept of each run of a scope, which come oldest first. Accepted are the rosters that were let
// through, as [Following.AcceptedRosters] yields them, and whole is the last whole run whose roster was. It does not know
// what else speaks of a run, which keeps its head as well.
func (p Pruning) Keep(runs []Past, accepted []Accepted, whole string) []Keeping {
	current := currentRuns(accepted)
	lastWhole := -1
	for i, run := range runs {
		if run.Whole {
			lastWhole = i
		}
	}
	heads := overtakers(runs)
	told := map[string]bool{}
	for _, a := range accepted {
		told[a.Run] = true
	}
	before := p.Before.Truncate(time.Microsecond) // as times are kept
	kept := make([]Keeping, len(runs))
	for i, run := range runs {
		kept[i].Head = heads[i] || told[run.ID]
		kept[i].Whole = run.EndedAt.IsZero() || !run.EndedAt.Before(before) || run.Claimed || len(runs)-i <= SightedRuns ||
			i == lastWhole || run.ID == whole || current[run.ID]
	}
	return kept
}

// currentRuns returns the runs of the rosters that are the last of their series: whom they name is asked for as long as a
// roster is followed, and that may be another one of the organization.
func currentRuns(accepted []Accepted) map[string]bool {
	runs, seen := map[string]bool{}, map[string]bool{}
	for _, a := range accepted {
		if series := Series(a.Roster); !seen[series] {
			seen[series] = true
			runs[a.Run] = true
		}
	}
	return runs
}

// overtakers says which runs are the last of their work, or of the roster of their name, where an earlier one has not ended:
// without them that would seem to go on.
func overtakers(runs []Past) []bool {
	type about struct{ digest, roster string }
	of := func(run Past) []about {
		return []about{{digest: string(run.Digest[:])}, {roster: run.Roster}}
	}
	open, last := map[about]bool{}, map[about]int{}
	for i, run := range runs {
		for _, what := range of(run) {
			open[what] = open[what] || run.EndedAt.IsZero()
			last[what] = i
		}
	}
	found := make([]bool, len(runs))
	for what, i := range last {
		if open[what] {
			found[i] = true
		}
	}
	return found
}

// PartialRuns returns, for each series of rosters that were let through, the runs of those that were not whole, the last one
// first. A row of such a run lasts until a later one of the series names the same mailbox: that its person was not missing
// then is known by nothing else.
func PartialRuns(accepted []Accepted) map[string][]string {
	runs := map[string][]string{}
	for _, a := range accepted {
		if series := Series(a.Roster); !a.Whole && a.Run != "" {
			runs[series] = append(runs[series], a.Run)
		}
	}
	return runs
}

// Lasts reports whether a row is never forgotten, since what comes next is decided by it: something may have been changed in
// the service for its person, or the person was about to be invited and was found to be there. Mailed says that it has
// mailings, see [Ledger.Mailings].
func Lasts(r *record.Record, mailed bool) bool {
	switch {
	case mailed, r.Outcome == record.Invited, r.Trail.Confirmed, r.Trail.Cancelled != "":
		return true
	case r.Outcome == record.AlreadyInvited, r.Outcome == record.AlreadyMember:
		return r.Trail.Verdict == record.WouldInvite || r.Trail.Verdict == record.WouldReinvite
	}
	return false
}
