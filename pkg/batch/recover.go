package batch

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"rollcall/pkg/audit"
	"rollcall/pkg/breaker"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// Recovery finds out what became of the requests that processes before this one left in doubt. Ledger and Read are
// required.
type Recovery struct {
	Ledger Ledger
	// Scope is what is recovered.
	Scope record.Scope
	// Read reads the organization as it is now, with what verdicts rest on; it is told who is in doubt.
	Read func(ctx context.Context, doubts []record.Doubt) (plan.Inputs, error)
	// Hold, if set, keeps reads from beginning before an instant.
	Hold func(until time.Time, why string)
	// Remember, if set, takes in anew what the ledger knows, since doubts that were settled may be invitations.
	Remember func(ctx context.Context) (plan.Histories, error)
	// Policy decides about single entries.
	Policy journey.Policy
	// Resumed is the run that is resumed, empty if there is none: its own doubts are left to it.
	Resumed string
	// Since is when this process took hold of the ledger: no request of an earlier one left later. Zero stands for now.
	Since time.Time
	// Lapsed is until when requests may have left that the ledger has forgotten; nobody is invited by a reading that does not
	// tell of them. Zero: it has forgotten nothing.
	Lapsed time.Time
	// MaxWait is how long to wait for a reading that tells of a doubt. Zero stands for [breaker.DefaultMaxWait].
	MaxWait time.Duration
	// Now tells the service's time. Nil: this machine's.
	Now func() time.Time
}

// Recovered is what a run rests on once the past is known. [Recovery.Recover] makes it, and nothing else does. It is good
// for one run: what that has sent is not known to it.
type Recovered struct {
	recovery Recovery
	inputs   plan.Inputs
	doubts   []record.Doubt
	used     atomic.Bool
}

// Inputs returns what verdicts rest on: the organization as it was read after all earlier attempts had ended, what is
// remembered, the policy.
func (r *Recovered) Inputs() plan.Inputs { return r.inputs }

// Withhold has the run invite none of these people, see [plan.Inputs]. It is to be called before the run.
func (r *Recovered) Withhold(people plan.Withheld) { r.inputs.Withheld = people }

// Doubts returns the claims of other runs that could not be settled: nobody with one is invited.
func (r *Recovered) Doubts() []record.Doubt { return r.doubts }

// withDefaults returns the recovery with its defaults filled in, or an error that names what is missing.
func (r Recovery) withDefaults() (Recovery, error) {
	if r.Ledger == nil || r.Read == nil {
		return r, errors.New("batch: ledger and reading are required")
	}
	var err error
	if r.Policy, err = r.Policy.WithDefaults(); err != nil {
		return r, err
	}
	if r.MaxWait == 0 {
		r.MaxWait = breaker.DefaultMaxWait
	}
	if r.Since.IsZero() {
		r.Since = time.Now()
	}
	if r.Hold == nil {
		r.Hold = func(time.Time, string) {}
	}
	if r.Now == nil {
		r.Now = time.Now
	}
	return r, nil
}

// Recover waits until no request of an earlier process can be at work any more, reads the organization and settles the
// doubts of other runs.
func (r Recovery) Recover(ctx context.Context) (*Recovered, error) {
	r, err := r.withDefaults()
	if err != nil {
		return nil, err
	}
	doubts, err := r.Ledger.Doubts(ctx, r.Scope)
	if err != nil {
		return nil, err
	}
	in, left, err := r.recover(ctx, doubts)
	if err != nil {
		return nil, err
	}
	if r.Remember != nil && slices.ContainsFunc(doubts, r.settles) {
		if in.Histories, err = r.Remember(ctx); err != nil {
			return nil, err
		}
	}
	return &Recovered{recovery: r, inputs: in, doubts: left}, nil
}

// recover returns what verdicts rest on, and the doubts that no reading could settle in time.
func (r Recovery) recover(ctx context.Context, doubts []record.Doubt) (in plan.Inputs, left []record.Doubt, err error) {
	began := time.Now()
	var from time.Time
	why := "requests of an earlier run may still be at work inside the service"
	if !r.Lapsed.IsZero() {
		from = r.Policy.TellsAfter(r.Lapsed)
		why = "the ledger may have forgotten requests that the service's lists do not show yet"
	}
	for _, doubt := range doubts {
		if at := journey.CertainFrom(doubt, r.Policy, r.Since); at.After(from) {
			from = at
		}
	}
	for {
		r.Hold(from, why)
		if err = pause(ctx, time.Until(from)); err != nil { // a reading counts from its beginning
			return in, nil, err
		}
		if in, err = r.Read(ctx, doubts); err != nil {
			return in, nil, err
		}
		var again time.Time
		if left, again, err = r.settle(ctx, doubts, in); err != nil || again.IsZero() {
			return in, left, err
		}
		if again.Sub(began) > r.MaxWait {
			return in, left, nil // nobody of them is invited, and their rows say why
		}
		doubts, from = left, again
	}
}

// settles reports whether a doubt is one to be settled here: those about rows of the run that is resumed are left to that.
func (r Recovery) settles(doubt record.Doubt) bool { return doubt.Run != r.Resumed || doubt.Row == 0 }

// settle settles the doubts of other runs by one reading. It returns those that are left, and from when on another reading
// would tell more, zero if none would.
func (r Recovery) settle(ctx context.Context, doubts []record.Doubt, in plan.Inputs) (left []record.Doubt, again time.Time, err error) {
	if !slices.ContainsFunc(doubts, r.settles) {
		return nil, time.Time{}, nil
	}
	lag := r.Policy.LagAtFirst(in)
	for _, doubt := range doubts {
		if !r.settles(doubt) {
			continue
		}
		if doubt.Row == 0 && doubt.Change != record.ChangeInvite { // it can be made again, and is decided anew
			given := audit.Event{Kind: audit.Kind(doubt.Change.String()), Run: doubt.Run, Email: doubt.Email, Outcome: audit.Unclear}
			if err := r.Ledger.Conclude(ctx, doubt.Run, nil, record.Conclusion{Record: record.Record{Email: doubt.Email}, Event: &given}); err != nil {
				return nil, time.Time{}, err
			}
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
		found := record.Conclusion{Record: step.Work.Record, Event: journey.Found(doubt.Run, doubt.Change, step)}
		if err := r.Ledger.Conclude(ctx, doubt.Run, nil, found); err != nil {
			return nil, time.Time{}, err
		}
	}
	return left, again, nil
}
