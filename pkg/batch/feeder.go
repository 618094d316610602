package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/email"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/record"
)

// settledGroup is how many entries that need no request are recorded at once.
const settledGroup = 512

// feeder turns the pending entries of the ledger into steps: entries to send and entries to look up. It records those that
// need neither.
type feeder struct {
	course
	// elsewhere says for whom a claim of another run is in doubt, by key.
	elsewhere map[string]string
	// replaces says that invitations may be replaced, or have been cancelled for that.
	replaces bool
	// lag is how late the reading at the beginning may be.
	lag     time.Duration
	fresh   chan<- journey.Step
	events  chan<- Event
	settled []record.Conclusion
}

func newFeeder(o course, fresh chan<- journey.Step, events chan<- Event) *feeder {
	f := &feeder{
		course: o, fresh: fresh, events: events, elsewhere: map[string]string{}, lag: o.Policy.LagAtFirst(o.inputs),
	}
	f.replaces = o.inputs.Policy.Reinvite.Replaces()
	for _, history := range o.inputs.Histories.All() {
		f.replaces = f.replaces || len(history.Cancelled) > 0
	}
	for _, doubt := range o.doubts {
		f.elsewhere[email.Fold(doubt.Email)] = fmt.Sprintf(
			"a request of run %s, row %d, for the same person could not be looked up", doubt.Run, doubt.Row)
	}
	return f
}

// feed returns when every pending entry was handed over, or with the cause when ctx ends first. Entries that were tried
// in an earlier part of the run come last: others are not to wait for them time and again. They are kept meanwhile, since
// the ledger is soon full of entries that this run is trying. Whoever has lost an invitation to a replacement that did not
// come goes first.
func (f *feeder) feed(ctx context.Context) error {
	fed, err := f.feedBereft(ctx)
	if err != nil {
		return err
	}
	var tried []ledger.Entry
	for pending, err := range f.Ledger.Pending(ctx, f.Run) {
		switch {
		case err != nil:
			return err
		case fed[pending.Row]:
			continue
		case pending.Attempts > 0 || pending.Claim != nil:
			tried = append(tried, pending)
			continue
		}
		if err := f.handOver(ctx, pending); err != nil {
			return err
		}
	}
	for _, pending := range tried {
		if err := f.handOver(ctx, pending); err != nil {
			return err
		}
	}
	return f.flush(ctx)
}

// feedBereft hands over the entries of people who have no invitation any more, since one was cancelled and no new one was
// sent, and of those for whom that is in doubt. It returns their rows. What they have lost is kept first, for the words about
// those who do not have their turn.
func (f *feeder) feedBereft(ctx context.Context) (fed map[int]bool, err error) {
	if !f.replaces {
		return nil, nil
	}
	fed = map[int]bool{}
	var bereft []ledger.Entry
	for pending, err := range f.Ledger.Pending(ctx, f.Run) {
		if err != nil {
			return nil, err
		}
		switch claim := pending.Claim; {
		case claim != nil && (claim.Replaces != "" || pending.Trail.Cancelled != ""):
		case claim != nil, len(f.inputs.Histories.Of(pending.Email).Cancelled) == 0:
			continue
		default:
			step, err := f.resolve(pending)
			if err != nil {
				return nil, err
			}
			if step.Move != journey.Send || step.Work.LeftWithout() == "" {
				continue
			}
			f.settled = append(f.settled, record.Conclusion{Record: step.Work.Record})
		}
		fed[pending.Row] = true
		bereft = append(bereft, pending)
	}
	if err := f.flush(ctx); err != nil {
		return nil, err
	}
	for _, pending := range bereft {
		if err := f.handOver(ctx, pending); err != nil {
			return nil, err
		}
	}
	return fed, nil
}

// handOver records an entry that needs no request, together with others, and hands over any other.
func (f *feeder) handOver(ctx context.Context, pending ledger.Entry) error {
	step, err := f.resolve(pending)
	if err != nil {
		return err
	}
	if step.Move == journey.Contradicted {
		if err := f.flush(ctx); err != nil {
			return err
		}
		return &breaker.StopError{Reason: breaker.Contradicted, Err: errors.New(step.Gap)}
	}
	settled := step.Move == journey.Settled
	if settled || pending.Claim != nil && step.Move == journey.Send {
		conclusion := record.Conclusion{Record: step.Work.Record, InDoubt: step.Work.InDoubt}
		if pending.Claim != nil {
			conclusion.Event = journey.Found(f.Run, pending.Claim.Change, step)
		}
		f.settled = append(f.settled, conclusion)
	}
	if settled && len(f.settled) < settledGroup {
		return nil
	}
	if err := f.flush(ctx); err != nil || settled {
		return err
	}
	select {
	case f.fresh <- step:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// resolve says what the reading at the beginning of the run means for an entry.
func (f *feeder) resolve(pending ledger.Entry) (journey.Step, error) {
	desired, err := f.inputs.DesiredOf(pending.Record)
	if err != nil {
		return journey.Step{}, fmt.Errorf("run %s: %w", f.Run, err)
	}
	w := journey.Load(pending.Record, pending.Claim, desired, f.Policy, f.Since)
	w.AskedOf, w.Elsewhere = f.Scope.OrganizationID, f.elsewhere[email.Fold(w.Email)]
	step := journey.Resolve(w, journey.See(f.inputs.Directory, w, f.inputs, f.lag), f.inputs, f.Policy)
	if step.Move == journey.Settled && step.Work.UpdatedAt.IsZero() {
		step.Work.UpdatedAt = f.Now()
	}
	return step, nil
}

// flush records and reports what is settled.
func (f *feeder) flush(ctx context.Context) error {
	if len(f.settled) == 0 {
		return nil
	}
	if err := f.Ledger.Conclude(ctx, f.Run, nil, f.settled...); err != nil {
		return err
	}
	for i := range f.settled {
		if r := f.settled[i].Record; r.Outcome != record.Unset {
			f.events <- Event{Settled: &r}
		}
	}
	f.settled = nil
	return nil
}
