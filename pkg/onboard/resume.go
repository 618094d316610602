package onboard

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/readahead"
	"rollcall/pkg/record"
)

// A run that was cut short is found when a session is opened, and stays as it is until it is decided that it goes on: the
// verdicts are on its rows as they will be then.

// resume finds out whether an earlier run over this roster was cut short, which is the one that goes on.
func (s *Session) resume(ctx context.Context) error {
	if s.o.Fresh {
		return nil
	}
	earlier, found, err := s.memory.ledger.Unfinished(ctx, s.memory.scope, s.digest())
	if err != nil || !found {
		return err
	}
	s.report.Resumed = true
	if s.approval != nil {
		s.approval.resumed = true
	}
	s.run = earlier
	s.o.Observer.named(s.run.ID)
	return nil
}

// cutShort names the run that goes on, in a dry run the one that would, which the preview then shows; empty if there is none.
func (s *Session) cutShort(ctx context.Context, p *Preview) (run string, err error) {
	switch {
	case s.report.Resumed:
		return s.run.ID, nil
	case !s.o.DryRun || s.o.Fresh:
		return "", nil
	}
	earlier, found, err := s.memory.ledger.Unfinished(ctx, s.memory.scope, s.digest())
	if err != nil || !found {
		return "", err
	}
	outcomes, err := s.memory.ledger.Outcomes(ctx, earlier.ID)
	if err != nil {
		return "", err
	}
	p.Resumed = &earlier
	for outcome, n := range outcomes {
		if ledger.Resumed(record.Record{Outcome: outcome}).Outcome != record.Unset {
			p.DoneBefore += n
		}
	}
	return earlier.ID, nil
}

// continues reports whether the run that was cut short goes on where it stands.
func (s *Session) continues() bool { return s.report.Resumed && s.o.Continues == s.run.ID }

// findGone finds out what the run that is to be resumed has noted about people who are in the organization no more, for a plan
// that is to know it before there are verdicts.
func (s *Session) findGone(ctx context.Context) error {
	if s.past.continues = s.continues(); s.past.continues || !s.report.Resumed || s.approval == nil {
		return nil
	}
	for rec, err := range s.memory.ledger.Records(ctx, s.run.ID, 0) {
		if err != nil {
			return err
		}
		if rec = ledger.Resumed(rec); rec.Outcome == record.Unset {
			continue
		}
		gone, err := s.past.isGone(rec)
		if err != nil {
			return err
		}
		if gone {
			s.past.gone[rec.Row] = true
		}
	}
	return nil
}

// isGone reports whether somebody with whom the run was done is in the organization no more.
func (p *past) isGone(rec record.Record) (bool, error) {
	if p.continues || journey.Stands(rec, p.inputs) {
		return false, nil // what is wrong with a row may keep it from being understood
	}
	desired, err := p.inputs.DesiredOf(rec)
	return err == nil && p.resolve(rec, desired).Move == journey.Send, err
}

// reopen has the run that was cut short go on: what may be tried again is, and so is what it has noted about people who are
// in the organization no more, unless the run goes on where it stands. In the hands of a sync it becomes whole.
func (s *Session) reopen(ctx context.Context) (err error) {
	s.o.Observer.working("writing the ledger")
	if s.continues() {
		s.run, err = s.memory.ledger.Continue(ctx, s.run)
		return err
	}
	s.run.Whole = s.run.Whole || s.isWhole()
	if s.run, err = s.memory.ledger.Resume(ctx, s.run); err != nil {
		return err
	}
	return s.memory.ledger.Reopen(ctx, s.run.ID, slices.Sorted(maps.Keys(s.past.gone))...)
}

// isWhole reports whether the roster names everybody that the organization is to have. An invalid row may mean anybody.
func (s *Session) isWhole() bool { return s.o.Sync != nil && s.roster.Invalid == 0 }

// resumedVerdicts yields what will become of every row of a run that was cut short: of those that are done, that they are.
// Each verdict is good until the next one.
func (p *past) resumedVerdicts(ctx context.Context, m memory, run string) iter.Seq2[*verdict, error] {
	type judged struct {
		verdict
		err error
	}
	return func(yield func(*verdict, error) bool) {
		lag := p.policy.LagAtFirst(p.inputs)
		claims, err := m.claims(ctx, run)
		if err != nil {
			yield(&verdict{}, err)
			return
		}
		var v verdict
		for j, err := range readahead.Map(m.ledger.Records(ctx, run, 0), func(rec record.Record) (j judged) {
			j.verdict, j.err = p.judgeResumed(rec, claims[rec.Row], lag)
			return j
		}) {
			if err = cmp.Or(err, j.err); err != nil {
				err = fmt.Errorf("run %s: %w", run, err)
			}
			if j.gone {
				p.gone[j.record.Row] = true
			}
			if v = j.verdict; !yield(&v, err) || err != nil {
				return
			}
		}
	}
}
