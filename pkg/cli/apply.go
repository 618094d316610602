package cli

import (
	"context"
	"errors"

	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// apply sends what the plan says. It writes the results, whether or not sending ends early.
func (r *onboarding) apply(ctx context.Context) error {
	policy, err := r.policy()
	if err != nil {
		return err
	}
	if !r.summary.Resumed {
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	r.summary.Run, r.hasSummary = r.run.ID, true
	r.log.Info().Str("organization_id", r.run.OrganizationID).Int("rows", r.run.Rows).
		Bool("resumed", r.summary.Resumed).Str("detected", r.roster.Detected).Msg("run begins")
	defer context.AfterFunc(ctx, func() {
		r.console.Printf("stopping: what is in flight is still answered; interrupt again to leave at once")
	})()
	progress := newProgress(r.app, r.pace, r.run, r.preview, r.flags.until)
	progress.start()
	err = batch.Run(context.WithoutCancel(ctx), ctx.Done(), batch.Options{
		OrganizationID: r.run.OrganizationID, Run: r.run.ID,
		Service: r.service, Ledger: r.ledger, Inputs: r.inputs, Doubts: r.doubts, Since: r.held, Pace: r.pace, Now: r.service.now,
		Policy: policy, Workers: r.flags.concurrency,
		Limits: breaker.Options{
			MaxWait: r.flags.maxWait, MaxFailures: r.flags.maxFailures.Of(r.run.Rows), MayNotInvite: !r.service.caller.MayInvite(),
		},
		Deadline: r.flags.until,
		Observe:  progress.observe,
	})
	progress.stop()
	r.summary.Retries = progress.retries
	// A pace that is not remembered costs a few seconds, and whatever is wrong with the ledger is said by the run.
	_ = r.learnPace(context.WithoutCancel(ctx))
	outcomes, resultsErr := r.writeRunResults(context.WithoutCancel(ctx), r.ledger, r.run, r.flags.results, r.now())
	if resultsErr != nil {
		if outcomes, countErr := r.countOutcomes(context.WithoutCancel(ctx)); countErr == nil {
			r.summary.Outcomes = outcomes
		}
		return errors.Join(err, &codedError{
			code: status.Unexpected, err: resultsErr,
			hint: "the ledger has everything: rollcall results " + r.run.ID + " --ledger " + r.ledger.Path() + " writes the results again",
		})
	}
	r.summary.Results, r.summary.Outcomes = r.flags.results, outcomes
	r.writeCorrections(context.WithoutCancel(ctx))
	return err
}

// begin makes the run durable, with every row, before anything is sent.
func (r *onboarding) begin(ctx context.Context) (err error) {
	r.console.Status("writing the ledger")
	r.run, err = r.ledger.Begin(ctx, ledger.Run{
		OrganizationID: r.service.organization.ID, Service: r.service.url,
		Roster: r.roster.Name, Digest: r.digest(), Extra: r.roster.Extra,
		Whole: r.sync != nil,
	}, plan.Records(r.roster.Entries(ctx), r.now, asFlag))
	r.nameRun(r.run.ID)
	return err
}

// countOutcomes counts the outcomes where no results could be written.
func (r *onboarding) countOutcomes(ctx context.Context) (map[record.Outcome]int, error) {
	outcomes := map[record.Outcome]int{}
	for rec, err := range results.Records(ctx, r.ledger, r.run, r.now()) {
		if err != nil {
			return nil, err
		}
		outcomes[rec.Outcome]++
	}
	return outcomes, nil
}
