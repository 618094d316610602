package batch

import (
	"context"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/budget"
	"rollcall/pkg/email"
	"rollcall/pkg/journey"
)

// affords reports whether the budgets let the entry leave, before a claim is made for it. Where they do not, it is left for
// another time, but not before everything in flight was answered: what was refused gives back what it has taken.
func (d *dispatcher) affords(ctx context.Context, w journey.Work) bool {
	switch p := d.counts(w); {
	case d.reserved[w.Row]:
		delete(d.reserved, w.Row)
		return true
	case d.Budget.Allows(p, d.Now()):
		d.Budget.Leaves(p)
		return true
	case d.inFlight > 0:
		d.queue.push(w, time.Now())
		d.claim(d.back)
		select {
		case a := <-d.back:
			d.take(a)
		case <-ctx.Done():
		}
	default:
		d.left++
	}
	return false
}

// account tells the budgets what came of an attempt, or of an entry without one. Whoever has lost an invitation by an attempt,
// or may have, keeps the share that it took, for the new one: nobody else is to use up what that needs.
func (d *dispatcher) account(step *journey.Step, attempted bool) {
	row, p, now := step.Work.Row, d.counts(step.Work), d.Now()
	switch {
	case attempted && step.Harmless && step.Move != journey.Settled && (step.Work.Trail.Cancelled != "" || step.Work.Unheard):
		d.reserved[row] = true
	case attempted:
		d.Budget.Answered(p, now, step.Harmless)
	case step.Move == journey.Settled && d.reserved[row]:
		delete(d.reserved, row)
		d.Budget.Answered(p, now, true)
	}
}

// counts returns an entry as budgets count it.
func (d *dispatcher) counts(w journey.Work) budget.Person {
	if d.Budget.Unlimited() {
		return budget.Person{}
	}
	return budget.Person{Key: email.Fold(w.Email), Counted: !d.inputs.Blind && d.inputs.Directory.Person(w.Email).Pending != nil}
}

// spent returns why a run that has come to its end has left somebody, nil if it has not. It tells the time by this machine's
// clock, since by that the next run begins.
func (d *dispatcher) spent() error {
	if d.left == 0 {
		return nil
	}
	now := d.Now()
	return &breaker.StopError{Reason: breaker.Budget, Err: d.Budget.Spent(d.left, now).Ahead(time.Since(now))}
}
