package onboard

import (
	"context"
	"fmt"
	"iter"
	"time"

	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// verdict is what will become of one row.
type verdict struct {
	// record has the verdict for its outcome.
	record record.Record
	// plan is what follows from the organization, the zero value where the roster alone decides.
	plan plan.Verdict
	// findings are what is wrong with the row.
	findings []roster.Finding
	// gap says why the person may be there already, although no list shows it.
	gap string
	// settled says that a request of an earlier process has come to its end: it is no verdict any more.
	settled bool
	// news says that an invitation was found to have ended which no run has noted yet: once it could have expired, nobody
	// would know any more.
	news bool
}

// verdicts yields what will become of every row of the roster, or, where a run is resumed, of its rows that are left.
func (s *Session) verdicts(ctx context.Context) iter.Seq2[verdict, error] {
	if s.report.Resumed {
		return s.pendingVerdicts(ctx)
	}
	return func(yield func(verdict, error) bool) {
		for entry, err := range s.roster.Entries(ctx) {
			var v verdict
			if err == nil {
				v, err = s.judge(entry)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// judge returns the verdict on an entry of the roster.
func (s *Session) judge(e roster.Entry) (verdict, error) {
	rec := plan.NewRecord(e, s.now(), s.o.Render)
	if rec.Outcome != record.Unset {
		return verdict{record: rec, findings: e.Findings}, nil
	}
	step, err := s.resolve(rec)
	if err != nil {
		return verdict{}, err
	}
	v := s.verdictOf(step)
	if wrong := step.Verdict.Problem; wrong != nil { // it is wrong by what the organization has
		v.findings = []roster.Finding{e.At(wrong.Field, wrong.Reason, remedy.Words(wrong.Suggestion))}
	}
	return v, nil
}

// pendingVerdicts yields what will become of the rows that a run has left.
func (s *Session) pendingVerdicts(ctx context.Context) iter.Seq2[verdict, error] {
	return func(yield func(verdict, error) bool) {
		lag := s.policy.LagAtFirst(s.inputs)
		for pending, err := range s.memory.ledger.Pending(ctx, s.run.ID) {
			var v verdict
			if err == nil {
				v, err = s.judgePending(pending, lag)
			}
			if err != nil {
				err = fmt.Errorf("run %s: %w", s.run.ID, err)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// judgePending returns the verdict on a row of a run that was cut short, whose claim may stand.
func (s *Session) judgePending(pending ledger.Entry, lag time.Duration) (verdict, error) {
	desired, err := plan.DesiredOf(pending.Record)
	if err != nil {
		return verdict{}, err
	}
	w := journey.Load(pending.Record, pending.Claim, desired, s.policy, s.memory.held)
	seen := journey.See(s.inputs.Directory, w, s.inputs, lag)
	step := journey.Resolve(w, seen, s.inputs, s.policy)
	if step.Move == journey.Wait {
		// It is looked up on the way. What will be sent if the request turns out to have had no effect is what counts here.
		step = journey.Resolve(w, seen.AsIfLate(), s.inputs, s.policy)
	}
	v := s.verdictOf(step)
	if wrong := step.Verdict.Problem; wrong != nil {
		entry := roster.Entry{Row: pending.Row, Line: pending.Line, Teams: desired.Teams}
		v.findings = []roster.Finding{entry.At(wrong.Field, wrong.Reason, remedy.Words(wrong.Suggestion))}
	}
	return v, nil
}

// verdictOf returns what a reading means for a row.
func (s *Session) verdictOf(step journey.Step) verdict {
	v := verdict{record: step.Work.Record, plan: step.Verdict}
	rec := &v.record
	switch step.Move {
	case journey.Contradicted:
		v.gap = step.Gap
		rec.Outcome, rec.Error, rec.UpdatedAt = record.NotSent, step.Gap, s.now()
		rec.Hint = remedy.Use("trust-lists", "").Words(" sends it all the same").Render(s.o.Render)
	case journey.Send:
		*rec = v.plan.Apply(*rec, s.now(), s.o.Render)
		if s.doubtful.has(rec.Email) {
			rec.Hint = "a request of an earlier run is in doubt: what became of it is looked up first"
		}
	case journey.Settled:
		switch rec.Outcome {
		case record.Invited, record.Unknown, record.Failed, record.Rejected:
			v.settled = step.Work.Attempts > 0
		default:
		}
		if rec.UpdatedAt.IsZero() {
			rec.UpdatedAt = s.now()
		}
		ended := v.plan.Membership.Ended
		v.news = rec.Outcome == record.Skipped && ended != nil && !s.inputs.Histories.Of(rec.Email).FoundGone(ended.ID)
	default: // it is looked up on the way
		rec.Outcome, rec.UpdatedAt = record.WouldInvite, s.now()
	}
	return v
}
