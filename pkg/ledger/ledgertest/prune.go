package ledgertest

import (
	"context"
	"maps"
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// Prune implements [ledger.Ledger].
func (m *Memory) Prune(ctx context.Context, p ledger.Pruning) (counted ledger.Pruned, err error) {
	if p.DryRun {
		err = m.read(ctx, func(s *state) error {
			counted = m.prune(s, p)
			return nil
		})
		return counted, err
	}
	err = m.write(ctx, "prune", func(s *state) error {
		counted = m.prune(s, p)
		return nil
	})
	return counted, err
}

func (m *Memory) prune(s *state, p ledger.Pruning) (counted ledger.Pruned) {
	for scope := range s.scopes {
		if p.Scope != nil && scope != *p.Scope {
			continue
		}
		n := m.pruneScope(s, scope, p)
		counted.Rows, counted.Runs, counted.Parts = counted.Rows+n.Rows, counted.Runs+n.Runs, counted.Parts+n.Parts
	}
	return counted
}

func (m *Memory) pruneScope(s *state, scope record.Scope, p ledger.Pruning) (counted ledger.Pruned) {
	var runs []*runState
	var pasts []ledger.Past
	for _, run := range s.runs {
		if run.Scope() != scope {
			continue
		}
		past := ledger.Past{Run: run.Run}
		for _, stands := range s.claims {
			past.Claimed = past.Claimed || stands.claim.Run == run.ID
		}
		runs, pasts = append(runs, run), append(pasts, past)
	}
	f := &s.scope(scope).followed
	accepted := slices.Clone(f.accepted)
	slices.Reverse(accepted)
	mailed, heads := s.speaking(scope)
	lasting := s.partial(accepted)
	for i, kept := range p.Keep(pasts, accepted, f.whole) {
		if kept.Whole {
			continue
		}
		run := runs[i]
		pruned, stays, gone := maps.Clone(run.pruned), []record.Record(nil), 0
		if pruned == nil {
			pruned = map[record.Outcome]int{}
		}
		for _, r := range run.records {
			if !ledger.Lasts(&r, mailed[rowOf{run.ID, r.Row}]) && !lasting[rowOf{run.ID, r.Row}] {
				pruned[r.Outcome]++
				gone++
				continue
			}
			r.Extra = nil
			stays = append(stays, r)
		}
		lost := gone > 0 || len(run.Extra) > 0
		counted.Rows += gone
		head := kept.Head || heads[run.ID] || len(run.reopened) > 0 || len(run.changes) > 0 || run.approval != nil
		if len(stays) == 0 && !head {
			counted.Runs++
			if !p.DryRun {
				s.runs = slices.DeleteFunc(s.runs, func(r *runState) bool { return r == run })
			}
			continue
		}
		if lost {
			counted.Parts++
		}
		if p.DryRun {
			continue
		}
		if run.PrunedAt.IsZero() || gone > 0 {
			run.PrunedAt = micros(m.now())
		}
		run.records, run.pruned, run.Extra = stays, pruned, nil
		run.Pruned += gone
	}
	return counted
}

// rowOf is a row of a run.
type rowOf struct {
	run string
	row int
}

// speaking returns which rows of a scope have mailings, and of which runs something else speaks.
func (s *state) speaking(scope record.Scope) (mailed map[rowOf]bool, heads map[string]bool) {
	mailed, heads = map[rowOf]bool{}, map[string]bool{}
	for _, m := range s.mailings {
		mailed[rowOf{m.run, m.row}] = true
		heads[m.run] = heads[m.run] || m.row == 0
	}
	for _, who := range s.scope(scope).names {
		heads[who.run] = true
	}
	return mailed, heads
}

// partial returns the rows that last since they are the last to name a mailbox, of the rosters that were not whole.
func (s *state) partial(accepted []ledger.Accepted) map[rowOf]bool {
	lasting := map[rowOf]bool{}
	for _, ids := range ledger.PartialRuns(accepted) {
		named := map[string]bool{}
		for _, id := range ids {
			run, err := s.run(id)
			if err != nil {
				continue
			}
			var here []string
			for _, r := range run.records {
				if mailbox := email.Mailbox(r.Email); mailbox != "" && !named[mailbox] {
					lasting[rowOf{id, r.Row}] = true
					here = append(here, mailbox)
				}
			}
			for _, mailbox := range here {
				named[mailbox] = true
			}
		}
	}
	return lasting
}
