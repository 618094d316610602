package batch

import (
	"context"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// Recovery finds out what became of the requests that processes before this one left in doubt.
type Recovery struct {
	Store  journey.Store
	Policy journey.Policy
	// Run is the run that is resumed, empty if there is none: its own doubts are left to [Run].
	Run string
	// Since is when this process took hold of the ledger: no request of an earlier one left later. Zero stands for now.
	Since time.Time
	// Hold keeps reads from beginning before an instant.
	Hold func(until time.Time, why string)
	// Read reads the organization as it is now, with what verdicts rest on.
	Read func(ctx context.Context) (plan.Inputs, error)
	// MaxWait is how long to wait for a reading that tells. Zero stands for [breaker.DefaultMaxWait].
	MaxWait time.Duration
	// Now tells the service's time.
	Now func() time.Time
}

// Recover waits until no request of an earlier process can be at work any more, reads the organization and settles the
// doubts of other runs. It returns what verdicts rest on, and the doubts that the reading could not settle.
func (r Recovery) Recover(ctx context.Context, doubts []record.Doubt) (in plan.Inputs, left []record.Doubt, err error) {
	maxWait := r.MaxWait
	if maxWait == 0 {
		maxWait = breaker.DefaultMaxWait
	}
	if r.Since.IsZero() {
		r.Since = time.Now()
	}
	began := time.Now()
	var from time.Time
	for _, doubt := range doubts {
		if at := journey.CertainFrom(doubt, r.Policy, r.Since); at.After(from) {
			from = at
		}
	}
	for {
		r.Hold(from, "requests of an earlier run may still be at work inside the service")
		if err = pause(ctx, time.Until(from)); err != nil { // a reading counts from its beginning
			return in, nil, err
		}
		if in, err = r.Read(ctx); err != nil {
			return in, nil, err
		}
		var again time.Time
		if left, again, err = r.settle(ctx, doubts, in); err != nil || again.IsZero() {
			return in, left, err
		}
		if again.Sub(began) > maxWait {
			return in, left, nil // nobody of them is invited, and their rows say why
		}
		doubts, from = left, again
	}
}

// settle settles the doubts of other runs by one reading. It returns those that are left, and from when on another reading
// would tell more, zero if none would.
func (r Recovery) settle(ctx context.Context, doubts []record.Doubt, in plan.Inputs) (left []record.Doubt, again time.Time, err error) {
	if len(doubts) == 0 {
		return nil, time.Time{}, nil
	}
	lag := r.Policy.LagAtFirst(in)
	for _, doubt := range doubts {
		if doubt.Run == r.Run {
			continue
		}
		desired, err := plan.DesiredOf(doubt.Record)
		if err != nil {
			return nil, time.Time{}, err
		}
		w := journey.Load(doubt.Record, &doubt.Claim, desired, r.Policy, r.Since)
		step := journey.Resolve(w, journey.See(in.Directory, w, in, lag), in, r.Policy)
		switch step.Move {
		case journey.Wait:
			if left = append(left, doubt); step.At.After(again) {
				again = step.At
			}
			continue
		case journey.Settled:
			if step.Work.InDoubt {
				left = append(left, doubt)
				continue
			}
			step.Work.UpdatedAt = r.Now()
		default: // it had no effect, and its run may send it again when it is resumed
		}
		if err := r.Store.Conclude(ctx, doubt.Run, nil, record.Conclusion{Record: step.Work.Record}); err != nil {
			return nil, time.Time{}, err
		}
	}
	return left, again, nil
}
