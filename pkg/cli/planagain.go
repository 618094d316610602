package cli

import (
	"context"
	"time"

	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/results"
)

// carriedOut is what runs have done of the saved plan that is to be carried out: runs over its roster since it was made.
type carriedOut struct {
	// rows are those whose person was invited by one of the runs, or was found to be there.
	rows map[int]bool
	// last is the latest of these runs that has ended, zero if none has.
	last ledger.Run
}

// clockSlack is how much earlier than its plan a run may seem to have begun: the plan has the service's time, which is
// known to the second, and a run has this machine's.
const clockSlack = 2 * time.Second

// findCarriedOut finds out what runs have done of the plan by now. memory is nil where there is none yet.
func (r *onboarding) findCarriedOut(ctx context.Context, memory ledger.Ledger) error {
	approved := r.flags.plan.approved
	r.carriedOut = carriedOut{rows: map[int]bool{}}
	if approved == nil || memory == nil {
		return nil
	}
	ahead := time.Duration(r.service.ahead.Load())
	for run, err := range memory.Runs(ctx) {
		switch {
		case err != nil:
			return err
		case run.Scope() != r.scope(), run.Digest != r.digest(), run.StartedAt.Add(ahead + clockSlack).Before(approved.MadeAt):
			continue
		}
		for rec, err := range memory.Records(ctx, run.ID) {
			if err != nil {
				return err
			}
			if isThere(rec.Outcome) {
				r.carriedOut.rows[rec.Row] = true
			}
		}
		if !run.EndedAt.IsZero() && run.StartedAt.After(r.carriedOut.last.StartedAt) {
			r.carriedOut.last = run.Run
		}
	}
	return nil
}

// isThere reports whether an outcome says that the person is invited or a member.
func isThere(outcome record.Outcome) bool {
	return outcome == record.Invited || outcome == record.AlreadyInvited || outcome == record.AlreadyMember
}

// progress says how far runs of the plan have come with a row that is looked at.
func (r *onboarding) progress(row int) plan.Progress {
	switch {
	case r.carriedOut.rows[row]:
		return plan.CarriedOut
	case r.summary.Resumed:
		return plan.Begun
	}
	return plan.Untouched
}

// isDoneAlready reports whether everybody whom the plan was to invite was invited by runs of it, and these have ended.
// What has happened to the invitations since is no matter: the plan was approved for once.
func (r *onboarding) isDoneAlready() bool {
	approved := r.flags.plan.approved
	if approved == nil || r.summary.Resumed || r.carriedOut.last.ID == "" {
		return false
	}
	sends := 0
	for _, step := range approved.Steps {
		if !step.Sends() {
			continue
		}
		if sends++; !r.carriedOut.rows[step.Row] {
			return false
		}
	}
	return sends > 0
}

// sayDoneAlready tells what became of the rows when the plan was carried out. It sends nothing.
func (r *onboarding) sayDoneAlready(ctx context.Context, memory ledger.Ledger) error {
	last := r.carriedOut.last
	outcomes := map[record.Outcome]int{}
	for rec, err := range results.Records(ctx, memory, last, last.EndedAt) {
		if err != nil {
			return err
		}
		if rec.Outcome == record.Invited { // then, and not by this command
			rec.Outcome = record.AlreadyInvited
		}
		outcomes[rec.Outcome]++
	}
	r.summary.Outcomes, r.summary.Idle, r.hasSummary = outcomes, true, true
	if !r.common.quiet {
		r.console.Printf("done already: run %s has carried out the plan of %s; nothing was sent", last.ID,
			r.flags.plan.approved.MadeAt.Local().Format(time.DateTime))
	}
	return nil
}
