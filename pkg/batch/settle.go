package batch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/record"
	"rollcall/pkg/retry"
)

// probeCap bounds the waits between two tries to read the directory.
const probeCap = 30 * time.Second

// settling is how long the present doubts have been waiting for a reading that tells.
type settling struct {
	// since is when they were first looked up, zero before; from is when the next reading may begin.
	since, from time.Time
	// began is when the last reading began, and took how long it lasted; zero before one has told anything.
	began time.Time
	took  time.Duration
}

// witness keeps an invitation whose request left at an instant, by which later readings show how late they are.
func (d *dispatcher) witness(r record.Record, left time.Time) {
	if r.Outcome != record.Invited {
		return
	}
	d.witnesses = append(d.witnesses, journey.Witness{Email: r.Email, InvitationID: r.InvitationID, At: left})
	if len(d.witnesses) > 2*journey.MostWitnesses {
		d.witnesses = slices.Clone(d.witnesses[len(d.witnesses)-journey.MostWitnesses:])
	}
}

// settle reads the directory once and finds out what became of every doubtful attempt. Nothing is in flight meanwhile, and
// the reading begins only when no request can be at work inside the service any more. What this reading does not tell is
// left for a later one. Where the directory could not be read for as long as the run may wait, the run ends: what is in doubt
// stays so, and is looked up when the run is resumed.
func (d *dispatcher) settle(ctx context.Context) {
	d.wait(fmt.Sprintf("looking up what became of the invitations without a certain answer: %d", len(d.doubts)))
	defer d.wait("")
	from := d.certainFrom()
	d.Pace.Hold(from, "requests may still be at work inside the service")
	if pause(ctx, time.Until(from)) != nil { // a reading counts from its beginning, which is not to be before that
		return // the claims stand, and the next run looks
	}
	reading, err := d.read(ctx)
	switch {
	case ctx.Err() != nil:
		return
	case errors.Is(err, cybedefend.ErrCredentials):
		d.halt(&breaker.StopError{Reason: breaker.Credentials, Err: err})
		return
	case breaker.ReasonOf(err) != 0: // it was waited for as long as may be
		d.gaveUp = err
		d.halt(err)
	}
	d.breaker = d.breaker.Looked()
	if err == nil {
		d.settling.began, d.settling.took = reading.Began, reading.Ended.Sub(reading.Began)
	}
	if d.settling.since.IsZero() {
		d.settling.since = time.Now()
	}
	steps := d.resolve(reading, err)
	if err := d.conclude(ctx, steps); err != nil {
		d.fail(err)
		return
	}
	d.doubts = nil
	for i := range steps {
		d.settled(&steps[i])
	}
	if len(d.doubts) == 0 {
		d.settling = settling{}
	} else if d.settling.from.After(d.settling.since.Add(d.Limits.MaxWait)) {
		d.halt(&breaker.StopError{Reason: breaker.Unsettled, Err: errors.New("the lists lag too far behind")})
	}
}

// resolve says what the reading, or the error that prevented one, means for each doubt. What it has shown to be the
// invitation of one explains it to all others, so it is held against them twice.
func (d *dispatcher) resolve(reading *directory.Directory, unread error) []journey.Step {
	in, lag := d.inputs, time.Duration(0)
	in.Blind, in.At, in.Made = false, d.Now(), d.made.isFor
	if unread == nil {
		lag = d.Policy.LagOf(reading, d.witnesses)
	}
	steps := make([]journey.Step, len(d.doubts))
	for range 2 {
		for i, doubt := range d.doubts {
			sighting := journey.Sighting{Err: unread}
			if unread == nil {
				sighting = journey.See(reading, doubt.Work, in, lag)
			}
			steps[i] = journey.Resolve(doubt.Work, sighting, in, d.Policy)
			steps[i].Err = doubt.Err
			if steps[i].Move == journey.Settled {
				steps[i].Work.UpdatedAt = d.Now()
			}
			d.made.note(steps[i].Work.Record)
		}
	}
	return steps
}

// conclude keeps what was found out.
func (d *dispatcher) conclude(ctx context.Context, steps []journey.Step) error {
	var conclusions []record.Conclusion
	for _, step := range steps {
		if step.Move != journey.Wait {
			conclusions = append(conclusions, record.Conclusion{
				Record: step.Work.Record, InDoubt: step.Work.InDoubt, Event: journey.Found(d.Run, record.ChangeInvite, step),
			})
		}
	}
	if len(conclusions) == 0 {
		return nil
	}
	return d.Ledger.Conclude(context.WithoutCancel(ctx), d.Run, nil, conclusions...)
}

// settled takes in what a reading has found out about one entry.
func (d *dispatcher) settled(step *journey.Step) {
	d.breaker = d.breaker.Next(*step, d.Limits)
	d.replacing = d.replacing.Next(*step)
	d.account(step, false)
	switch step.Move {
	case journey.Settled:
		d.show(&step.Work.Record)
	case journey.Wait:
		d.doubts = append(d.doubts, *step)
		if step.At.After(d.settling.from) {
			d.settling.from = step.At
		}
	case journey.Send:
		wait := d.Policy.Retry.Wait(step.Work.Trail.Tries, 0, d.Random())
		step.Work.Trail.DueAt = time.Now().Add(wait)
		step.At, step.Work.Trail.EndedAt = step.Work.Trail.DueAt, time.Now()
		d.repeat(step)
	default:
	}
}

// certainFrom returns when no doubtful request can be at work inside the service any more, and when a reading tells.
func (d *dispatcher) certainFrom() time.Time {
	silent := time.Time{}
	for _, doubt := range d.doubts {
		if at := doubt.Work.Trail.EndedAt.Add(doubt.Work.Trail.SilentFor); at.After(silent) {
			silent = at
		}
	}
	from := d.settling.from
	if early := silent.Add(d.settling.took); early.Before(from) && d.freshWitness() {
		from = early
	}
	if silent.After(from) {
		from = silent
	}
	return from
}

// freshWitness reports whether somebody was invited since the last reading began. The next one may show by that how little
// it lags behind, as the last one could not: then it need not be waited for as long. If it does not, one more is made.
func (d *dispatcher) freshWitness() bool {
	return !d.settling.began.IsZero() && len(d.witnesses) > 0 && d.witnesses[len(d.witnesses)-1].At.After(d.settling.began)
}

// read reads what the directory says about the doubtful people, for as long as the run may wait for the service.
func (d *dispatcher) read(ctx context.Context) (*directory.Directory, error) {
	var people, ids []string
	for _, doubt := range d.doubts {
		people = append(people, doubt.Work.Email)
		ids = append(ids, doubt.Work.InvitationID, doubt.Work.Replaces, d.inputs.Histories.Of(doubt.Work.Email).Invitation.ID)
	}
	var pending []string
	for _, witness := range d.witnesses {
		people, ids = append(people, witness.Email), append(ids, witness.InvitationID)
		if time.Since(witness.At) >= d.Policy.Lag { // a late list may lack the others
			pending = append(pending, witness.Email)
		}
	}
	retrier := ReadRetrier{
		Pace: d.Pace, Retry: retry.Policy{Attempts: math.MaxInt, Cap: probeCap}, MaxWait: d.Limits.MaxWait, Patience: &Patience{},
		Observe: func(err error, wait time.Duration) {
			d.wait(fmt.Sprintf("the directory cannot be read (%s), next try in %s", cause(err), wait.Round(time.Second)))
		},
	}
	return directory.Read(ctx, directory.Options{
		Service: d.Service, OrganizationID: d.Scope.OrganizationID, Caller: d.inputs.Directory.Caller, People: people,
		Invitations: ids, Pending: pending,
		Call: retrier.Call, Parallel: d.Workers, Now: d.Now,
	})
}
