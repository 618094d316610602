package onboard

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
)

// History is what ledgers remember. The ledgers are looked at one after the other, and held by nobody: a process that has
// a session open is not to look at the session's own ledger, which would give up its lock.
type History struct {
	// Ledgers are their places; those that are not there are left out.
	Ledgers []string
	// Untouched leaves out what can be looked at only after something was written to it: a ledger of an earlier version, or one
	// whose process died in the middle of a commit.
	Untouched bool
	// Warn tells what a person should know of a run; nil tells nobody.
	Warn func(Warning)
	// Render shows options in the page about a run. Nil shows them in words.
	Render remedy.Renderer
}

// each calls look with each ledger, one open at a time. There must be at least one. A ledger that cannot be read does not
// hide the others; its error comes when all were looked at.
func (h History) each(ctx context.Context, look func(ledger.Ledger) error) error {
	return h.eachPlace(ctx, func(_ string, l ledger.Ledger) error { return look(l) })
}

// eachPlace is each that tells where a ledger is, in the words with which it can be opened again.
func (h History) eachPlace(ctx context.Context, look func(string, ledger.Ledger) error) error {
	found := false
	var failed error
	for _, path := range h.Ledgers {
		view := place.View
		if h.Untouched {
			view = place.Peek
		}
		l, err := view(ctx, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		found = true
		if err == nil {
			err = errors.Join(look(path, l), l.Close())
		}
		failed = errors.Join(failed, err)
	}
	if failed != nil {
		return failed
	}
	if !found {
		return noLedger()
	}
	return nil
}

func noLedger() error {
	return settings(remedy.Words("runs are remembered once ").Run("invite", "").Words(" has begun one"), errors.New("there is no ledger yet"))
}

// Runs returns every run, newest first, and says which of them were overtaken; with an error come those of the ledgers that
// could be read.
func (h History) Runs(ctx context.Context) (runs []ledger.Summary, err error) {
	err = h.each(ctx, func(l ledger.Ledger) error {
		for run, err := range runsOf(ctx, l) {
			if err != nil {
				return err
			}
			runs = append(runs, run)
		}
		return nil
	})
	slices.SortStableFunc(runs, func(x, y ledger.Summary) int { return y.StartedAt.Compare(x.StartedAt) })
	return runs, err
}

// Look hands a run to a function, with its records as results show them, and says whether it was found. The records are there
// until the function returns.
func (h History) Look(ctx context.Context, name string, look func(ledger.Summary, iter.Seq2[record.Record, error]) error) (found bool, err error) {
	err = h.each(ctx, func(l ledger.Ledger) error {
		for run, err := range runsOf(ctx, l) {
			if err != nil {
				return err
			}
			if run.ID == name {
				found = true
				return look(run, results.Records(ctx, l, run.Run, 0, run.EndedAt))
			}
		}
		return nil
	})
	return found, err
}

// runsOf yields the runs of a ledger, newest first, and says which of them were overtaken.
func runsOf(ctx context.Context, l ledger.Ledger) iter.Seq2[ledger.Summary, error] {
	return func(yield func(ledger.Summary, error) bool) {
		var later laterRuns
		for run, err := range l.Runs(ctx) {
			if err == nil {
				run.Overtaken = run.EndedAt.IsZero() && later.overtake(run.Run)
				later.add(run.Run)
			}
			if !yield(run, err) {
				return
			}
		}
	}
}

// Holder returns who seems to hold the ledger in a file, nil if nobody does. It does not touch the lock. Of a ledger in a
// database, in which organizations are held, it says nothing.
func Holder(path string) *ledger.LockedError {
	return place.HolderOf(path)
}

// Results writes the results of a run again, and the page about it, as far as they are asked for: of the one named, or of the
// latest if the name is empty.
func (h History) Results(ctx context.Context, name string, o Output) error {
	if err := errors.Join(o.checkReport(), o.tryReport()); err != nil {
		return err
	}
	path, run, err := h.find(ctx, name)
	if err != nil {
		return err
	}
	h.warnPruned(run)
	return History{Ledgers: []string{path}}.each(ctx, func(l ledger.Ledger) error {
		if o.Report != "" {
			if err := h.reportPast(ctx, l, run, o); err != nil {
				return err
			}
		}
		w, err := startWriting(l, run, o, results.Dialect{})
		if err != nil {
			return err
		}
		return w.end(ctx, run.EndedAt, "")
	})
}

// find returns the run that is named, or the latest, and the ledger that has it.
func (h History) find(ctx context.Context, name string) (path string, found ledger.Run, err error) {
	err = h.eachPlace(ctx, func(at string, l ledger.Ledger) error {
		for run, err := range l.Runs(ctx) {
			if err != nil {
				return err
			}
			if name != "" && run.ID != name || !run.StartedAt.After(found.StartedAt) {
				continue
			}
			path, found = at, run.Run
		}
		return nil
	})
	switch {
	case err != nil:
		return "", found, err
	case found.ID == "" && name != "":
		return "", found, settings(remedy.Hint{}.Run("runs", "").Words(" lists them"), fmt.Errorf("there is no run %q", name))
	case found.ID == "":
		return "", found, settings(remedy.Words("runs are remembered once ").Run("invite", "").Words(" has begun one"), errors.New("there is no run yet"))
	}
	return path, found, nil
}
