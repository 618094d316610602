package onboard

import (
	"context"
	"iter"
	"time"

	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/readahead"
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
	// desired is what the row wants, the zero value where the roster alone decides.
	desired plan.Desired
	// findings are what is wrong with the row.
	findings []roster.Finding
	// gap says why the person may be there already, although no list shows it.
	gap string
	// done says that the run which is to be resumed is done with the row: the record has its outcome.
	done bool
	// settled says that a request of an earlier process has come to its end: it is no verdict any more.
	settled bool
	// ending says that an invitation was found to have ended which no run has noted yet: once it could have expired, nobody
	// would know any more.
	ending bool
	// gone says that the run was done with the person, who is in the organization no more.
	gone bool
	// later says that others come first, and fill the limit.
	later bool
}

// verdicts yields what will become of every row of a roster. Each verdict is good until the next one.
func (p *past) verdicts(ctx context.Context, r *roster.Roster) iter.Seq2[*verdict, error] {
	return func(yield func(*verdict, error) bool) {
		var v verdict
		at := p.now()
		for judged, err := range readahead.Map(r.Entries(ctx), func(e roster.Entry) verdict { return p.judge(e, at) }) {
			v = judged
			if !yield(&v, err) || err != nil {
				return
			}
		}
	}
}

// judge returns the verdict on an entry of the roster, as of the given time.
func (p *past) judge(e roster.Entry, at time.Time) verdict {
	rec := plan.NewRecord(e, at, p.inputs.Render)
	if rec.Outcome != record.Unset {
		return verdict{record: rec, findings: e.Findings}
	}
	step := p.resolve(rec, p.inputs.DesiredBy(e))
	v := p.verdictOf(&step, at)
	if wrong := step.Verdict.Problem; wrong != nil { // it is wrong by what the organization has
		v.findings = []roster.Finding{e.At(wrong.Field, wrong.Reason, wrong.Hint()).Coded(wrong.Code, wrong.Args...)}
	}
	return v
}

// judgeResumed returns the verdict on a row of a run that was cut short, with the claim that stands for it, nil if none does.
func (p *past) judgeResumed(rec record.Record, claim *record.Claim, lag time.Duration) (verdict, error) {
	if !p.continues {
		rec = ledger.Resumed(rec)
	}
	gone := false
	if rec.Outcome != record.Unset {
		var err error
		if gone, err = p.isGone(rec); err != nil {
			return verdict{}, err
		}
		if !gone {
			differs, err := p.differs(rec)
			return verdict{record: rec, done: true, plan: differs}, err
		}
		rec = ledger.Reopened(rec)
	}
	desired, err := p.inputs.DesiredOf(rec)
	if err != nil {
		return verdict{}, err
	}
	w := journey.Load(rec, claim, desired, p.policy, p.held)
	seen := journey.See(p.inputs.Directory, w, p.inputs, lag)
	step := journey.Resolve(w, seen, p.inputs, p.policy)
	if step.Move == journey.Wait {
		// It is looked up on the way. What will be sent if the request turns out to have had no effect is what counts here.
		step = journey.Resolve(w, seen.AsIfLate(), p.inputs, p.policy)
	}
	v := p.verdictOf(&step, p.now())
	v.gone = gone
	if wrong := step.Verdict.Problem; wrong != nil {
		entry := roster.Entry{Row: rec.Row, Line: rec.Line, Teams: desired.Teams}
		v.findings = []roster.Finding{entry.At(wrong.Field, wrong.Reason, wrong.Hint()).Coded(wrong.Code, wrong.Args...)}
	}
	return v, nil
}

// verdictOf returns what a reading means for a row, as of the given time.
func (p *past) verdictOf(step *journey.Step, at time.Time) verdict {
	v := verdict{record: step.Work.Record, plan: step.Verdict, desired: step.Work.Desired}
	rec := &v.record
	switch step.Move {
	case journey.Contradicted:
		v.gap = step.Gap
		rec.Outcome, rec.Error, rec.UpdatedAt = record.NotSent, step.Gap, at
		rec.Hint = remedy.Use("trust-lists", "").Words(" sends it all the same").Render(p.inputs.Render)
	case journey.Send:
		*rec = v.plan.Apply(*rec, at, p.inputs.Render)
		if p.inDoubt(rec.Email) {
			rec.Hint = "a request of an earlier run is in doubt: what became of it is looked up first"
		}
	case journey.Settled:
		switch rec.Outcome {
		case record.Invited, record.Unknown, record.Failed, record.Rejected:
			v.settled = step.Work.Attempts > 0
		default:
		}
		if rec.UpdatedAt.IsZero() {
			rec.UpdatedAt = at
		}
		ended := v.plan.Membership.Ended
		v.ending = rec.Outcome == record.Skipped && ended != nil && !p.inputs.Histories.Of(rec.Email).FoundGone(ended.ID)
	default: // it is looked up on the way
		rec.Outcome, rec.UpdatedAt = record.WouldInvite, at
	}
	return v
}
