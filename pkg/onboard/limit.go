package onboard

import (
	"iter"

	"rollcall/pkg/budget"
	"rollcall/pkg/record"
	"rollcall/pkg/status"
)

// first marks the verdicts on those whom the limit leaves: whoever would be sent after the first ones. Guards and plans are
// about all of them, so that a limit lets nothing pass that is suspicious.
func (c Course) first(verdicts iter.Seq2[*verdict, error]) iter.Seq2[*verdict, error] {
	if c.Limit == nil {
		return verdicts
	}
	return func(yield func(*verdict, error) bool) {
		sent := 0
		for v, err := range verdicts {
			if err == nil && !v.done && !v.settled && (v.record.Outcome == record.WouldInvite || v.record.Outcome == record.WouldReinvite) {
				v.later = sent == *c.Limit
				sent = min(sent+1, *c.Limit)
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

// shown returns the record of the row as it will end: of whom the limit leaves, nothing is sent.
func (v *verdict) shown(c Course) record.Record {
	rec := v.record
	if v.later {
		rec.Outcome, rec.Error = v.outcome(), (&budget.SpentError{Option: budget.OptionFirst, Limit: *c.Limit}).Reason()
	}
	return rec
}

// outcome is that of the record that is shown.
func (v *verdict) outcome() record.Outcome {
	if v.later {
		return record.NotSent
	}
	return v.record.Outcome
}

// limits returns the limit as a budget that leaves so many people, none if there is no limit.
func (c Course) limits(left int) []Budget {
	if c.Limit == nil {
		return nil
	}
	return []Budget{{Option: budget.OptionFirst, Limit: *c.Limit, Left: left}}
}

// stopsEarly returns how a run will end that the limit keeps from its end, nil if all fit.
func (p *Preview) stopsEarly() error {
	if p.later == 0 {
		return nil
	}
	return refusal(status.Stopped, &budget.SpentError{Option: budget.OptionFirst, Limit: *p.session.o.Limit, Left: p.later}, nil)
}
