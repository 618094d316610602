package desk

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/onboard"
	"rollcall/pkg/record"
)

// Run is a run as a list of them shows it.
type Run struct {
	ledger.Summary
	State RunState
	// Elsewhere says that it was about another organization than that of the place.
	Elsewhere bool
}

// RunState says whether a run needs somebody.
type RunState string

// The states.
const (
	// Complete: every row ended as its roster wishes.
	Complete RunState = "complete"
	// Needy: it has ended, and some rows need a person.
	Needy RunState = "needy"
	// Stopped: it goes on once the same roster is sent again.
	Stopped RunState = "stopped"
	// UnderWay: it is sending now.
	UnderWay RunState = "underway"
	// Overtaken: it was stopped, and a later one has taken its place.
	Overtaken RunState = "overtaken"
)

// RunStates returns all of them, in the order in which a person looks for them.
func RunStates() []RunState { return []RunState{UnderWay, Stopped, Needy, Complete, Overtaken} }

// stateOf returns the state of a run that is not under way.
func stateOf(s ledger.Summary) RunState {
	switch {
	case s.Overtaken:
		return Overtaken
	case s.EndedAt.IsZero():
		return Stopped
	case Run{Summary: s}.Needing() > 0:
		return Needy
	}
	return Complete
}

// Left counts the rows whose turn has not come.
func (r Run) Left() int { return r.Outcomes[record.Unset] + r.Outcomes[record.NotSent] }

// Needing counts the rows that have ended otherwise than their roster wishes.
func (r Run) Needing() (n int) {
	for outcome, rows := range r.Outcomes {
		if !outcome.Well() && outcome != record.Unset && outcome != record.NotSent {
			n += rows
		}
	}
	return n
}

// Invited counts those who were invited by it.
func (r Run) Invited() int { return r.Outcomes[record.Invited] }

// told remembers what ledgers have told, for as long as one of them must not be opened.
type told struct {
	mu  sync.Mutex
	all map[string][]ledger.Summary // by ledger
}

func (t *told) keep(path string, runs []ledger.Summary) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string][]ledger.Summary{}
	}
	t.all[path] = runs
}

func (t *told) of(path string) (runs []ledger.Summary, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	runs, known = t.all[path]
	return runs, known
}

// Runs returns the runs of the place, newest first. The ledger of the one that is under way is not opened: what it has told
// before stands, and the error is [ErrBusy] if that is nothing. With an error come all runs that are known nevertheless.
func (d *Desk) Runs(ctx context.Context) (runs []Run, err error) {
	ledgers, err := d.o.Ledgers(d.Place().Sandbox)
	if err != nil {
		return nil, err
	}
	var failed error
	here, busy := d.Standing().ID, false
	for _, path := range ledgers {
		told, err := d.runsOf(ctx, path)
		if busy = busy || IsBusy(err); !IsBusy(err) {
			failed = errors.Join(failed, err)
		}
		for _, summary := range told {
			runs = append(runs, Run{Summary: summary, State: stateOf(summary), Elsewhere: here != "" && summary.OrganizationID != here})
		}
	}
	slices.SortStableFunc(runs, func(x, y Run) int { return y.StartedAt.Compare(x.StartedAt) })
	if failed == nil && busy {
		failed = ErrBusy
	}
	return d.withSending(runs), failed
}

// runsOf returns the runs of a ledger.
func (d *Desk) runsOf(ctx context.Context, path string) ([]ledger.Summary, error) {
	done := d.gates.look(path)
	if done == nil {
		if told, known := d.told.of(path); known {
			return told, nil
		}
		return nil, ErrBusy
	}
	defer done()
	if _, err := os.Stat(path); !place.IsAddress(path) && errors.Is(err, os.ErrNotExist) { // it was there a moment ago
		return nil, nil
	}
	told, err := onboard.History{Ledgers: []string{path}}.Runs(ctx)
	if err == nil {
		d.told.keep(path, told)
	}
	return told, err
}

// withSending returns the runs with the one that is under way as it is now.
func (d *Desk) withSending(runs []Run) []Run {
	n := d.Sending()
	if n == nil {
		return runs
	}
	state := n.State()
	if state.Phase == Over || state.Run == "" || state.Rows == 0 {
		return runs
	}
	now := Run{Summary: ledger.Summary{Outcomes: state.Outcomes}, State: UnderWay}
	now.ID, now.Roster, now.Rows, now.StartedAt, now.Sync = state.Run, state.Roster, state.Rows, state.Began, state.Kind == Sync
	now.Outcomes[record.Unset] = state.Rows - state.Done
	at := slices.IndexFunc(runs, func(r Run) bool { return r.ID == now.ID })
	if at < 0 {
		return append([]Run{now}, runs...)
	}
	now.StartedAt = runs[at].StartedAt
	runs[at] = now
	return runs
}
