package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/pkg/breaker"
	"rollcall/pkg/console"
	"rollcall/pkg/drift"
	"rollcall/pkg/guard"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// forecast is what will become of the rows, before anything is sent.
type forecast struct {
	outcomes map[record.Outcome]int
	// before counts the rows that an earlier part of the run has settled.
	before int
	// replaced counts the rows whose pending invitation is cancelled first.
	replaced int
	// news counts the rows that are kept back since their invitation was found to have ended, which no run has noted yet:
	// once it could have expired, nobody would know any more.
	news int
	// problems are the first rows that keep themselves from being sent, as a person wants to see them.
	problems []string

	// contradicted says why somebody who would be sent may be there already, empty if nobody can be.
	contradicted string

	guards     *guard.Check
	comparison *comparison // with the saved plan that is applied, nil if there is none
	keep       bool        // the steps, for a plan to be saved
	steps      []plan.Step
}

// newForecast starts a forecast by what the flags ask to look at.
func (r *onboarding) newForecast() forecast {
	population := 0
	if r.directory != nil {
		population = r.directory.Members() + r.directory.Pending()
	}
	limits := r.flags.guards.limits(population)
	if r.sync != nil {
		limits.MaxLeavers = new(r.sync.leaversOf(r.accepted.Rows))
	}
	f := forecast{
		outcomes: map[record.Outcome]int{}, guards: guard.New(limits), keep: r.flags.plan.save != "",
	}
	for _, c := range r.changes {
		switch {
		case c.action != due:
		case c.Kind == drift.Role:
			f.guards.Raise(guard.Person{Email: c.Email, Role: c.Wanted})
		case c.Kind == drift.LeaverInvited:
			f.guards.Leave(c.Email)
		}
	}
	if approved := r.flags.plan.approved; approved != nil {
		f.comparison = newComparison(approved, r.summary.Resumed)
	}
	return f
}

// add counts an entry, the verdict on it, and the record with that verdict.
func (f *forecast) add(e roster.Entry, rec record.Record, v plan.Verdict) {
	f.outcomes[rec.Outcome]++
	if v.Replaces != "" {
		f.replaced++
	}
	if v.Send() {
		f.guards.Add(guard.Person{Line: rec.Line, Email: rec.Email, Role: rec.Role})
	}
	step := plan.StepOf(rec, v)
	f.comparison.add(step)
	if f.keep {
		f.steps = append(f.steps, step)
	}
	if rec.Outcome != record.Invalid && rec.Outcome != record.Rejected || len(f.problems) >= screenful {
		return
	}
	if p := v.Problem; p != nil { // it is wrong by what the organization has
		e.Findings = []roster.Finding{e.At(p.Field, p.Reason, p.Suggestion)}
	}
	for _, finding := range e.Findings {
		f.problems = append(f.problems, finding.String())
	}
}

// toSend counts the rows that will be sent.
func (f *forecast) toSend() int {
	return f.outcomes[record.WouldInvite] + f.outcomes[record.WouldReinvite]
}

// takes returns how long so many requests take at so many a second.
func takes(requests int, perSecond float64) time.Duration {
	return time.Duration(float64(requests) / perSecond * float64(time.Second))
}

// unsent returns how many of the requests will not have left when the time is over.
func unsent(requests int, perSecond float64, left time.Duration) int {
	return max(0, requests-int(perSecond*max(left, 0).Seconds()))
}

// print shows the first problems.
func (f *forecast) print(c *console.Console) {
	for _, problem := range f.problems {
		c.Printf("%s", problem)
	}
}

// verdict adds the verdict on an entry to the forecast, and returns the record with it.
func (r *onboarding) verdict(e roster.Entry, rec record.Record) (record.Record, error) {
	if rec.Outcome != record.Unset {
		r.forecast.add(e, rec, plan.Verdict{})
		return rec, nil
	}
	step, err := r.resolve(rec)
	if err != nil {
		return rec, err
	}
	return r.foreseen(e, step), nil
}

// foreseen adds what a reading means for an entry to the forecast, and returns the record with it.
func (r *onboarding) foreseen(e roster.Entry, step journey.Step) record.Record {
	rec := step.Work.Record
	switch step.Move {
	case journey.Contradicted:
		r.forecast.contradicted = step.Gap
		rec.Outcome, rec.Error, rec.Hint, rec.UpdatedAt = record.NotSent, step.Gap, "--trust-lists sends it all the same", r.now()
	case journey.Send:
		rec = step.Verdict.Apply(rec, r.now())
		if r.inDoubt(rec.Email) {
			rec.Hint = "a request of an earlier run is in doubt: what became of it is looked up first"
		}
	case journey.Settled:
		if rec.Outcome == record.Invited { // by the request that is in doubt
			r.forecast.outcomes[record.Invited]++
			return rec
		}
		if rec.UpdatedAt.IsZero() {
			rec.UpdatedAt = r.now()
		}
		ended := step.Verdict.Membership.Ended
		if rec.Outcome == record.Skipped && ended != nil && !r.inputs.Histories.Of(rec.Email).FoundGone(ended.ID) {
			r.forecast.news++
		}
	default: // it is looked up on the way
		rec.Outcome, rec.UpdatedAt = record.WouldInvite, r.now()
	}
	r.forecast.add(e, rec, step.Verdict)
	return rec
}

// rehearse is the dry run: it finds the verdict on each row, and writes them where the flags ask for it.
func (r *onboarding) rehearse(ctx context.Context) error {
	if err := r.writeVerdicts(ctx); err != nil {
		return err
	}
	r.summary.DryRun, r.told = true, true
	if r.sync != nil {
		if err := r.writeDrift(); err != nil {
			return err
		}
	}
	r.forecast.print(r.console)
	if r.directory != nil {
		r.summary.Seats = r.seats()
	}
	if r.inputs.Blind && !r.common.quiet {
		r.console.Printf("members and invitations were not looked up: %s", unknown)
	}
	if err := r.refuseForecast(); err != nil {
		return err
	}
	return r.savePlan()
}

// writeVerdicts finds the verdict on each row, and writes them where results are asked for.
func (r *onboarding) writeVerdicts(ctx context.Context) error {
	write := func(record.Record) error { return nil }
	commit := func() error { return nil }
	if r.flags.results != "" {
		out, err := r.createResults(r.flags.results, r.people.Extra)
		if err != nil {
			return err
		}
		defer out.discard()
		write, commit = out.Write, out.commit
	}
	r.forecast = r.newForecast()
	for entry, err := range r.people.Entries(ctx) {
		if err != nil {
			return err
		}
		rec, err := r.verdict(entry, plan.NewRecord(entry, r.now()))
		if err == nil {
			err = write(rec)
		}
		if err != nil {
			return err
		}
	}
	r.summary.Outcomes, r.summary.Results = r.forecast.outcomes, r.flags.results
	return commit()
}

// foresee counts what will become of the rows, and refuses to go on where some are invalid and not to be skipped.
func (r *onboarding) foresee(ctx context.Context) error {
	r.forecast = r.newForecast()
	if r.summary.Resumed {
		return r.foreseeRest(ctx)
	}
	for entry, err := range r.people.Entries(ctx) {
		if err != nil {
			return err
		}
		if _, err := r.verdict(entry, plan.NewRecord(entry, r.now())); err != nil {
			return err
		}
	}
	return r.refuseForecast()
}

// foreseeRest counts what is left of a run that was cut short.
func (r *onboarding) foreseeRest(ctx context.Context) error {
	outcomes, err := r.ledger.Outcomes(ctx, r.run.ID)
	if err != nil {
		return err
	}
	delete(outcomes, record.Unset)
	r.forecast.outcomes, r.forecast.before = outcomes, sum(outcomes)
	for pending, err := range r.ledger.Pending(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		step, err := r.resolvePending(pending)
		if err != nil {
			return fmt.Errorf("run %s: %w", r.run.ID, err)
		}
		r.foreseen(roster.Entry{Row: pending.Row, Line: pending.Line, Teams: step.Work.Desired.Teams}, step)
	}
	return r.refuseForecast()
}

// refuseForecast refuses to go on where rows are invalid and not to be skipped, where the saved plan that is applied does
// not hold any more, and where a guard trips.
func (r *onboarding) refuseForecast() error {
	if invalid := r.forecast.outcomes[record.Invalid]; invalid > 0 && r.flags.invalid == refuseInvalid {
		if !r.flags.dryRun { // which has shown them
			r.forecast.print(r.console)
		}
		return r.refuseInvalid(invalid)
	}
	if err := r.refuseDifferent(); err != nil {
		return err
	}
	if gap := r.forecast.contradicted; gap != "" {
		return &codedError{
			ExitStopped, &breaker.StopError{Reason: breaker.Contradicted, Err: errors.New(gap)},
			"run the same command again; --trust-lists goes on all the same, and may mail somebody who is there already",
		}
	}
	trips := r.forecast.guards.Trips(r.people.Rows)
	if r.shrunk != nil {
		trips = append(trips, *r.shrunk)
	}
	return r.refuseTrips(trips)
}

// sum counts all rows.
func sum(outcomes map[record.Outcome]int) int {
	total := 0
	for _, n := range outcomes {
		total += n
	}
	return total
}
