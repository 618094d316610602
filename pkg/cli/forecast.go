package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/console"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
)

// forecast is what will become of the rows, before anything is sent.
type forecast struct {
	outcomes map[record.Outcome]int
	// before counts the rows that an earlier part of the run has settled.
	before int
	// problems are the first invalid rows, as a person wants to see them.
	problems []string
}

// add counts an entry and the record of its verdict.
func (f *forecast) add(e roster.Entry, rec record.Record) {
	if f.outcomes == nil {
		f.outcomes = map[record.Outcome]int{}
	}
	f.outcomes[rec.Outcome]++
	if rec.Outcome != record.Invalid || len(f.problems) >= screenful {
		return
	}
	if len(e.Findings) == 0 { // it is invalid by what the organization has
		e.Findings = []roster.Finding{e.At(roster.FieldTeams, strings.TrimPrefix(rec.Error, "teams: "), rec.Hint)}
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

// verdict returns the record of an entry with what will become of it.
func (r *onboarding) verdict(rec record.Record, teams []roster.Team) record.Record {
	if rec.Outcome != record.Unset {
		return rec
	}
	return plan.Decide(plan.Wish{Email: rec.Email, Role: rec.Role, Teams: teams}, r.directory).Apply(rec, r.now())
}

// rehearse is the dry run: it finds the verdict on each row, and writes them where the flags ask for it.
func (r *onboarding) rehearse(ctx context.Context) error {
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
	for entry, err := range r.people.Entries(ctx) {
		if err != nil {
			return err
		}
		rec := r.verdict(plan.NewRecord(entry, r.now()), entry.Teams)
		r.forecast.add(entry, rec)
		if err := write(rec); err != nil {
			return err
		}
	}
	if err := commit(); err != nil {
		return err
	}
	r.summary.DryRun, r.summary.Outcomes, r.told = true, r.forecast.outcomes, true
	r.summary.Results = r.flags.results
	r.forecast.print(r.console)
	if invalid := r.forecast.outcomes[record.Invalid]; invalid > 0 && r.flags.invalid == refuseInvalid {
		return r.refuseInvalid(invalid)
	}
	return nil
}

// foresee counts what will become of the rows, and refuses to go on where some are invalid and not to be skipped.
func (r *onboarding) foresee(ctx context.Context) error {
	if r.summary.Resumed {
		return r.foreseeRest(ctx)
	}
	for entry, err := range r.people.Entries(ctx) {
		if err != nil {
			return err
		}
		r.forecast.add(entry, r.verdict(plan.NewRecord(entry, r.now()), entry.Teams))
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
		wish, err := plan.WishOf(pending.Record)
		if err != nil {
			return fmt.Errorf("run %s: %w", r.run.ID, err)
		}
		r.forecast.add(roster.Entry{Row: pending.Row, Line: pending.Line}, r.verdict(pending.Record, wish.Teams))
	}
	return r.refuseForecast()
}

func (r *onboarding) refuseForecast() error {
	invalid := r.forecast.outcomes[record.Invalid]
	if invalid == 0 || r.flags.invalid == skipInvalid {
		return nil
	}
	r.forecast.print(r.console)
	return r.refuseInvalid(invalid)
}

// sum counts all rows.
func sum(outcomes map[record.Outcome]int) int {
	total := 0
	for _, n := range outcomes {
		total += n
	}
	return total
}
