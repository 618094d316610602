package onboard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/place"
	"rollcall/pkg/plural"
	"rollcall/pkg/quantity"
	"rollcall/pkg/remedy"
)

// OptionKeep names the option that says how old runs grow before they are forgotten.
const OptionKeep = "keep"

// MinKeep is the least for which runs are kept: what a night has done is looked at the next morning, and a limit of
// invitations a day looks back by one.
const MinKeep = 48 * time.Hour

// CheckKeep returns the mistake in an age.
func CheckKeep(keep quantity.Age) error {
	if keep == 0 || keep.Duration() >= MinKeep {
		return nil
	}
	return remedy.Aboutf(OptionKeep, "%s is too short: what the last nights have done is looked at", keep.String()).
		With(remedy.Words("two days are the least, as in ").Use(OptionKeep, "2d"))
}

// prune has the ledger forget old runs of the organization, if that is wished for and the work is over. What hinders it hinders nothing else: the
// next run tries again.
func (s *Session) prune(ctx context.Context, over bool) {
	if s.o.Keep == 0 || s.o.DryRun || !over || s.memory.ledger == nil {
		return
	}
	s.o.Observer.working("forgetting old runs")
	defer s.o.Observer.working("")
	if _, err := s.memory.ledger.Prune(ctx, ledger.Pruning{Before: time.Now().Add(-s.o.Keep.Duration()), Scope: &s.memory.scope}); err != nil {
		s.o.Observer.warnOf(err, "old runs could not be forgotten", nil)
	}
}

// warnPruned says that something of a run is not there any more.
func (h History) warnPruned(run ledger.Run) {
	if run.Pruned > 0 {
		Observer{Warn: h.Warn}.warn("old rows of the run were forgotten", map[string]any{
			"run": run.ID, "forgotten": run.Pruned, "left": run.Rows - run.Pruned, "at": run.PrunedAt.Local().Format(time.DateTime),
		})
	}
}

// Pruning says which runs are forgotten: the ones that ended longer ago than Keep, which is required.
type Pruning struct {
	Keep quantity.Age
	// DryRun only finds out what would be.
	DryRun bool
	// Agree, if set, is told what would be forgotten before anything is. Its error keeps everything.
	Agree func(Pruned) error
}

// Check returns the mistake in what is told, as [History.Prune] would.
func (p Pruning) Check() error {
	if p.Keep == 0 {
		return remedy.Aboutf(OptionKeep, "nothing says how old runs may grow").With(remedy.Words("name an age, as in ").Use(OptionKeep, "90d"))
	}
	return CheckKeep(p.Keep)
}

// Pruned is what was forgotten, or would be.
type Pruned struct {
	// Before is when the runs had ended, and Ledgers the places of those that have had some of them, which may
	// have passwords.
	Before  time.Time
	Ledgers []string
	ledger.Pruned
	DryRun bool
}

// Prune forgets old runs in all of the ledgers, each of which it holds for that time: one that is held by somebody else is
// left alone, and its error comes when the others are done. What later decisions need stays, see [ledger.Ledger.Prune].
func (h History) Prune(ctx context.Context, p Pruning) (done Pruned, err error) {
	if err := p.Check(); err != nil {
		return done, err
	}
	before := time.Now().Add(-p.Keep.Duration())
	would, failed := h.pruneAll(ctx, ledger.Pruning{Before: before, DryRun: true})
	would.DryRun = true
	switch {
	case failed != nil && len(would.Ledgers) == 0:
		return done, failed
	case p.DryRun:
		return would, failed
	case len(would.Ledgers) == 0:
		would.DryRun = false
		return would, failed
	}
	if p.Agree != nil {
		if err := p.Agree(would); err != nil {
			return done, err
		}
	}
	done, err = History{Ledgers: would.Ledgers}.pruneAll(ctx, ledger.Pruning{Before: before})
	return done, errors.Join(failed, err)
}

func (h History) pruneAll(ctx context.Context, p ledger.Pruning) (all Pruned, err error) {
	all.Before = p.Before
	found := false
	for _, path := range h.Ledgers {
		n, pruneErr := pruneOne(ctx, path, p)
		if errors.Is(pruneErr, fs.ErrNotExist) {
			continue
		}
		found = true
		err = errors.Join(err, pruneErr)
		if n != (ledger.Pruned{}) {
			all.Ledgers = append(all.Ledgers, path)
		}
		all.Rows, all.Runs, all.Parts = all.Rows+n.Rows, all.Runs+n.Runs, all.Parts+n.Parts
	}
	if !found {
		return all, noLedger()
	}
	return all, err
}

// pruneOne prunes the ledger at a path, which it holds meanwhile. It makes none.
func pruneOne(ctx context.Context, path string, p ledger.Pruning) (n ledger.Pruned, err error) {
	view, err := place.View(ctx, path)
	if err != nil {
		return n, err
	}
	if err := view.Close(); err != nil {
		return n, err
	}
	l, err := place.Open(ctx, path)
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	return l.Prune(ctx, p)
}

// String says in a line what was forgotten, or would be.
func (p Pruned) String() string {
	ended := p.Before.Local().Format(time.DateTime)
	if len(p.Ledgers) == 0 {
		return "there is nothing to forget of runs that ended before " + ended
	}
	said := "were forgotten"
	if p.DryRun {
		said = "would be forgotten"
	}
	text := fmt.Sprintf("%s of %s that ended before %s %s", plural.Of(p.Rows, "row"), plural.Of(p.Runs+p.Parts, "run"), ended, said)
	if p.Runs > 0 {
		text += fmt.Sprintf(", and %d of the runs altogether", p.Runs)
	}
	return text
}

// Write writes what was forgotten for people, or for programs in JSON.
func (p Pruned) Write(w io.Writer, asJSON bool) error {
	if !asJSON {
		_, err := fmt.Fprintln(w, p)
		return err
	}
	ledgers := make([]string, len(p.Ledgers))
	for i, l := range p.Ledgers {
		ledgers[i] = place.Public(l)
	}
	object := struct {
		Before  time.Time `json:"before"`
		Rows    int       `json:"rows"`
		Runs    int       `json:"runs"`
		Parts   int       `json:"parts"`
		Ledgers []string  `json:"ledgers"`
		DryRun  bool      `json:"dry_run"`
	}{p.Before.UTC().Truncate(time.Second), p.Rows, p.Runs, p.Parts, ledgers, p.DryRun}
	return json.NewEncoder(w).Encode(object)
}
