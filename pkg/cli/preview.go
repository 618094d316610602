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
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// preview is what will become of the rows, before anything is sent.
type preview struct {
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

// newPreview starts a preview by what the flags ask to look at.
func (r *onboarding) newPreview() preview {
	population := 0
	if r.directory != nil {
		population = r.directory.Members() + r.directory.Pending()
	}
	limits := r.flags.guards.limits(population)
	if r.sync != nil {
		limits.MaxLeavers = new(r.sync.leaversOf(r.accepted.Rows))
	}
	p := preview{
		outcomes: map[record.Outcome]int{}, guards: guard.New(limits), keep: r.flags.plan.save != "",
	}
	for _, c := range r.changes {
		switch {
		case c.action != due:
		case c.Kind == drift.Role:
			p.guards.Raise(guard.Person{Email: c.Email, Role: c.Wanted})
		case c.Kind == drift.LeaverInvited:
			p.guards.Leave(c.Email)
		}
	}
	if approved := r.flags.plan.approved; approved != nil {
		p.comparison = newComparison(approved, r.progress)
	}
	return p
}

// add counts an entry, the verdict on it, and the record with that verdict.
func (p *preview) add(e roster.Entry, rec record.Record, v plan.Verdict) {
	p.outcomes[rec.Outcome]++
	if v.Replaces != "" {
		p.replaced++
	}
	if v.Send() {
		p.guards.Add(guard.Person{Line: rec.Line, Email: rec.Email, Role: rec.Role})
	}
	step := plan.StepOf(rec, v)
	p.comparison.add(step)
	if p.keep {
		p.steps = append(p.steps, step)
	}
	if rec.Outcome != record.Invalid && rec.Outcome != record.Rejected || len(p.problems) >= screenful {
		return
	}
	if wrong := v.Problem; wrong != nil { // it is wrong by what the organization has
		e.Findings = []roster.Finding{e.At(wrong.Field, wrong.Reason, remedy.Words(wrong.Suggestion))}
	}
	for _, finding := range e.Findings {
		p.problems = append(p.problems, finding.In(asFlag).String())
	}
}

// toSend counts the rows that will be sent.
func (p *preview) toSend() int {
	return p.outcomes[record.WouldInvite] + p.outcomes[record.WouldReinvite]
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
func (p *preview) print(c *console.Console) {
	for _, problem := range p.problems {
		c.Printf("%s", problem)
	}
}

// verdict adds the verdict on an entry to the preview, and returns the record with it.
func (r *onboarding) verdict(e roster.Entry, rec record.Record) (record.Record, error) {
	if rec.Outcome != record.Unset {
		r.preview.add(e, rec, plan.Verdict{})
		return rec, nil
	}
	step, err := r.resolve(rec)
	if err != nil {
		return rec, err
	}
	return r.previewStep(e, step), nil
}

// previewStep adds what a reading means for an entry to the preview, and returns the record with it.
func (r *onboarding) previewStep(e roster.Entry, step journey.Step) record.Record {
	rec := step.Work.Record
	switch step.Move {
	case journey.Contradicted:
		r.preview.contradicted = step.Gap
		rec.Outcome, rec.Error, rec.Hint, rec.UpdatedAt = record.NotSent, step.Gap, "--trust-lists sends it all the same", r.now()
	case journey.Send:
		rec = step.Verdict.Apply(rec, r.now(), asFlag)
		if r.inDoubt(rec.Email) {
			rec.Hint = "a request of an earlier run is in doubt: what became of it is looked up first"
		}
	case journey.Settled:
		if rec.Outcome == record.Invited { // by the request that is in doubt
			r.preview.outcomes[record.Invited]++
			return rec
		}
		if rec.UpdatedAt.IsZero() {
			rec.UpdatedAt = r.now()
		}
		ended := step.Verdict.Membership.Ended
		if rec.Outcome == record.Skipped && ended != nil && !r.inputs.Histories.Of(rec.Email).FoundGone(ended.ID) {
			r.preview.news++
		}
	default: // it is looked up on the way
		rec.Outcome, rec.UpdatedAt = record.WouldInvite, r.now()
	}
	r.preview.add(e, rec, step.Verdict)
	return rec
}

// previewOnly is the dry run: it finds the verdict on each row, and writes them where the flags ask for it.
func (r *onboarding) previewOnly(ctx context.Context) error {
	if err := r.writeVerdicts(ctx); err != nil {
		return err
	}
	r.summary.DryRun, r.hasSummary = true, true
	if r.sync != nil {
		if err := r.writeDrift(); err != nil {
			return err
		}
	}
	r.preview.print(r.console)
	if r.directory != nil {
		r.summary.Seats = r.seats()
	}
	if r.inputs.Blind && !r.common.quiet {
		r.console.Printf("members and invitations were not looked up: %s", unknown)
	}
	if err := r.refusePreview(); err != nil {
		return err
	}
	return r.savePlan()
}

// writeVerdicts finds the verdict on each row, and writes them where results are asked for.
func (r *onboarding) writeVerdicts(ctx context.Context) error {
	write := func(record.Record) error { return nil }
	commit := func() error { return nil }
	if r.flags.results != "" {
		out, err := r.createResults(r.flags.results, r.roster.Extra)
		if err != nil {
			return err
		}
		defer out.discard()
		write, commit = out.Write, out.commit
	}
	r.preview = r.newPreview()
	for entry, err := range r.roster.Entries(ctx) {
		if err != nil {
			return err
		}
		rec, err := r.verdict(entry, plan.NewRecord(entry, r.now(), asFlag))
		if err == nil {
			err = write(rec)
		}
		if err != nil {
			return err
		}
	}
	r.summary.Outcomes, r.summary.Results = r.preview.outcomes, r.flags.results
	return commit()
}

// previewRows counts what will become of the rows, and refuses to go on where some are invalid and not to be skipped.
func (r *onboarding) previewRows(ctx context.Context) error {
	r.preview = r.newPreview()
	if r.summary.Resumed {
		return r.previewPending(ctx)
	}
	for entry, err := range r.roster.Entries(ctx) {
		if err != nil {
			return err
		}
		if _, err := r.verdict(entry, plan.NewRecord(entry, r.now(), asFlag)); err != nil {
			return err
		}
	}
	return r.refusePreview()
}

// previewPending counts what is left of a run that was cut short.
func (r *onboarding) previewPending(ctx context.Context) error {
	outcomes, err := r.ledger.Outcomes(ctx, r.run.ID)
	if err != nil {
		return err
	}
	delete(outcomes, record.Unset)
	r.preview.outcomes, r.preview.before = outcomes, sum(outcomes)
	policy, err := r.policy()
	if err != nil {
		return err
	}
	lag := policy.LagAtFirst(r.inputs)
	for pending, err := range r.ledger.Pending(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		step, err := r.resolvePending(pending, policy, lag)
		if err != nil {
			return fmt.Errorf("run %s: %w", r.run.ID, err)
		}
		r.previewStep(roster.Entry{Row: pending.Row, Line: pending.Line, Teams: step.Work.Desired.Teams}, step)
	}
	return r.refusePreview()
}

// refusePreview refuses to go on where rows are invalid and not to be skipped, where the saved plan that is applied does
// not hold any more, and where a guard trips.
func (r *onboarding) refusePreview() error {
	if invalid := r.preview.outcomes[record.Invalid]; invalid > 0 && r.flags.invalid == refuseInvalid {
		if !r.flags.dryRun { // which has shown them
			r.preview.print(r.console)
		}
		return r.refuseInvalid(invalid)
	}
	if err := r.refuseDifferent(); err != nil {
		return err
	}
	if gap := r.preview.contradicted; gap != "" {
		return &codedError{
			status.Stopped, &breaker.StopError{Reason: breaker.Contradicted, Err: errors.New(gap)},
			"run the same command again; --trust-lists goes on all the same, and may mail somebody who is there already",
		}
	}
	trips := r.preview.guards.Trips(r.roster.Rows)
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
