package onboard

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/batch"
	"rollcall/pkg/breaker"
	"rollcall/pkg/causes"
	"rollcall/pkg/follow"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/readahead"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// staleAfter is how old a preview may be before the organization is read again: others may have changed it meanwhile.
const staleAfter = time.Minute

// errApplied keeps a session from being used for more than one piece of work.
var errApplied = errors.New("this session has been applied: what is there now is for another one to find out")

// Apply does what the preview says, once, and nothing if the preview was refused. A dry run has nothing to apply. Closing
// stop ends the sending: what is in flight is answered, and the results are written. Ending ctx cuts it off; the same work,
// done again, then finds out what became of it.
func (p *Preview) Apply(ctx context.Context, stop <-chan struct{}) error {
	s := p.session
	switch err := p.refusal(); {
	case s.failed != nil:
		return s.failed
	case err != nil:
		return err
	case s.past.recovered == nil:
		return errors.New("a dry run sends nothing")
	}
	waits, release := until(ctx, stop) // nothing is sent yet
	defer release()
	begun := false
	err := s.before(waits, func(waits context.Context) (err error) {
		begun, err = p.begin(waits)
		return err
	})
	if err != nil || !begun {
		return err
	}
	defer s.watchPace(ctx)()
	return s.follow(ctx, stop, s.send(ctx, stop))
}

// begin makes durable what is to be sent, unless there is nothing to do.
func (p *Preview) begin(ctx context.Context) (begun bool, err error) {
	if err := context.Cause(ctx); err != nil { // somebody may have thought about it for long
		return false, err
	}
	s := p.session
	if p, err = p.refreshed(ctx); err != nil {
		return false, err
	}
	s.failed = errApplied // what is known of the past does not hold any more
	if p.isIdle() {
		s.report.Idle, s.report.Final = true, true
		verdicts, err := s.writeVerdicts(ctx)
		if err != nil {
			return false, err
		}
		s.writeCorrections(ctx, verdicts.Verdicts(ctx))
		return false, errors.Join(s.accept(ctx, ""), s.writeDrift(ctx))
	}
	begin := s.begin
	if s.report.Resumed {
		begin = s.reopen
	}
	if err := begin(ctx); err != nil {
		return false, err
	}
	if err := s.keepConsent(ctx, p); err != nil {
		return false, err
	}
	if err := s.noteApproval(ctx, p); err != nil {
		return false, err
	}
	return true, s.makeTeams(ctx, p.Changes)
}

// refreshed returns the preview, or a new one if it has grown old. Nobody is sent who was not seen.
func (p *Preview) refreshed(ctx context.Context) (*Preview, error) {
	s := p.session
	if time.Now().Round(0).Sub(p.madeAt.Round(0)).Abs() < staleAfter { // by the wall clock, which goes on while a machine sleeps
		return p, nil
	}
	if err := s.recover(ctx); err != nil {
		return p, err
	}
	if err := s.compare(ctx); err != nil {
		return p, err
	}
	now, err := s.preview(ctx, nil)
	if err == nil && (!p.sends.has(now.sends) || !covers(p.Changes, now.Changes)) {
		err = refusal(status.Stopped, errors.New("the organization has changed meanwhile, and somebody would be invited or changed who was not seen; nothing was sent"),
			remedy.Words("run the same command again"))
	}
	return now, err
}

// covers reports whether all that is due of the changes now was due before.
func covers(before, now []amend.Change) bool {
	due := map[amend.Call]bool{}
	for _, c := range before {
		due[c.Call()] = c.IsDue()
	}
	return !slices.ContainsFunc(now, func(c amend.Change) bool { return c.IsDue() && !due[c.Call()] })
}

// begin makes the run durable, with every row, before anything is sent.
func (s *Session) begin(ctx context.Context) (err error) {
	s.o.Observer.working("writing the ledger")
	s.run, err = s.memory.ledger.Begin(ctx, ledger.Run{
		OrganizationID: s.memory.scope.OrganizationID, Service: s.memory.scope.Service,
		Roster: s.roster.Name, Digest: s.digest(), Extra: s.roster.Extra,
		Sync: s.o.Sync != nil, Whole: s.isWhole(),
	}, plan.Records(readahead.Of(s.roster.Entries(ctx)), s.now, s.o.Render))
	s.o.Observer.named(s.run.ID)
	return err
}

// send carries every row of the run to its outcome. It writes the results, whether or not sending ends early.
func (s *Session) send(ctx context.Context, stop <-chan struct{}) error {
	left, err := s.budgetLeft(ctx)
	if err != nil {
		return err
	}
	s.report.Run, s.report.Final = s.run.ID, true
	s.o.Observer.begun(s.run, s.report.Resumed)
	s.report.Retries = map[string]int{}
	beside := s.writeBeside(context.WithoutCancel(ctx))
	stop, halt := s.whileTrailed(ctx, stop)
	defer halt()
	err = s.past.recovered.Run(ctx, stop, batch.Options{
		Run: s.run.ID, Service: s.connection, Pace: s.connection.pace, Workers: s.o.Concurrency, Deadline: s.o.Deadline,
		Limits: breaker.Options{
			MaxWait: s.o.MaxWait, MaxFailures: s.o.MaxFailures.Of(s.run.Rows), MayNotInvite: !s.connection.Caller.MayInvite(),
		},
		Budget: left,
		Observe: func(e batch.Event) {
			switch {
			case e.Retry != nil:
				s.report.Retries[e.Retry.Cause]++
			case e.Settled != nil:
				beside.rowEnded()
				if !s.rowEnded(context.WithoutCancel(ctx)) {
					halt()
				}
			}
			s.pulse.event(e)
			s.o.Observer.event(e)
		},
	})
	s.o.Observer.ended()
	if s.trailFailed != nil {
		err = s.trailFailed
	}
	ctx = context.WithoutCancel(ctx) // what has become of the rows is written down, however it ended
	s.learnPace(ctx)
	written, resultsErr := beside.end(ctx, s.now(), reasonLeft(err))
	if resultsErr != nil {
		if outcomes, countErr := s.countOutcomes(ctx); countErr == nil {
			s.report.Outcomes = outcomes
		}
		return errors.Join(err, refusal(status.Unexpected, resultsErr, remedy.Words("the ledger has everything: ").
			Run("results", s.run.ID).Words(" ").Use("ledger", s.memory.ledger.Path()).Words(" writes the results again")))
	}
	s.report.Results, s.report.Outcomes, s.report.Causes = s.o.Results, written.outcomes, written.needy.List()
	s.writeCorrections(ctx, results.Records(ctx, s.memory.ledger, s.run, 0, s.now()))
	return err
}

// follow makes the changes that are due once everybody is invited, and writes down where the organization differs. Only
// then has the roster been let through: what is cut short is held to the same guards when it goes on.
func (s *Session) follow(ctx context.Context, stop <-chan struct{}, applied error) error {
	if s.following == nil || applied != nil {
		return errors.Join(applied, s.writeDrift(context.WithoutCancel(ctx)))
	}
	listed := ""
	if s.o.listsChanges() {
		listed = results.DriftPath(s.o.Results)
	}
	err := s.keepRemoved(ctx, stop)
	if err == nil || StatusOf(err) == status.Unexpected {
		err = errors.Join(err, s.amend(ctx, stop, s.run.ID, s.following.Changes, listed))
	}
	ctx = context.WithoutCancel(ctx)
	if s.o.Sync != nil && (err == nil || StatusOf(err) == status.Rows) {
		err = errors.Join(err, s.accept(ctx, s.run.ID))
	}
	return errors.Join(err, s.writeDrift(ctx))
}

// accept remembers that the roster was let through, by the run unless that is empty: then there was nothing to do.
func (s *Session) accept(ctx context.Context, run string) error {
	now := s.edition()
	if numbers := s.following.Numbers(); len(numbers) > 0 {
		if err := s.memory.ledger.KeepNumbers(ctx, s.memory.scope, numbers); err != nil {
			return err
		}
	}
	return s.memory.ledger.AcceptRoster(ctx, s.memory.scope, ledger.Accepted{
		Roster: now.Name, Rows: s.roster.Rows, Digest: s.o.Digest(s.roster.Digest), Content: now.Content, Shape: now.Shape,
		Whole: s.roster.Invalid == 0, Run: run,
	})
}

// edition says which roster is followed.
func (s *Session) edition() follow.Edition {
	return follow.Edition{Name: s.roster.Name, Shape: s.o.Shape(), Content: s.roster.Digest}
}

// writeDrift writes down where the organization differs from the roster that it is to follow.
func (s *Session) writeDrift(ctx context.Context) error {
	if err := s.noteReplaced(ctx); err != nil {
		return err
	}
	s.report.Drift = s.following.Count()
	if s.following != nil {
		s.report.Drift.RemovedFile = s.removedFile
	}
	if s.following == nil || !s.o.listsChanges() {
		return nil
	}
	path := results.DriftPath(s.o.Results)
	if err := results.WriteDrift(path, s.resultsDialect(), follow.Lines(s.following.Changes)); err != nil {
		return err
	}
	s.report.Drift.File = path
	return nil
}

// isIdle reports whether a sync has nothing to do that this roster was not let through for already.
func (p *Preview) isIdle() bool {
	s := p.session
	f := s.following
	return s.o.Sync != nil && p.Sends() == 0 && !p.endings && !f.IsDue() && !s.report.Resumed && p.consent.now == "" &&
		f.Accepted.Digest == s.o.Digest(s.roster.Digest) && ledger.Series(f.Accepted.Roster) == ledger.Series(s.roster.Name)
}

// countOutcomes counts the outcomes where no results could be written, and has the report say who needs something.
func (s *Session) countOutcomes(ctx context.Context) (map[record.Outcome]int, error) {
	outcomes := map[record.Outcome]int{}
	var needy causes.Collector
	for rec, err := range results.Records(ctx, s.memory.ledger, s.run, 0, s.now()) {
		if err != nil {
			return nil, err
		}
		outcomes[rec.Outcome]++
		needs(&needy, &rec)
	}
	s.report.Causes = needy.List()
	return outcomes, nil
}

// DryRun finds out what would become of every row, and writes it down where the options ask for it.
func (s *Session) DryRun(ctx context.Context) (*Preview, error) {
	if s.failed != nil {
		return nil, s.failed
	}
	var p *Preview
	err := s.before(ctx, func(ctx context.Context) (err error) {
		p, err = s.writeVerdicts(ctx)
		return err
	})
	if p == nil {
		return nil, err
	}
	s.report.Final = true
	s.report.Seats, s.report.NewTeams = p.Seats.String(), p.NewTeams
	if s.following != nil {
		if err := s.writeDrift(ctx); err != nil {
			return p, err
		}
	}
	if err == nil && s.o.Plan != "" {
		err = p.save()
	}
	if err == nil {
		err = p.stopsEarly()
	}
	return p, err
}

// writeVerdicts finds the verdict on each row, and writes them where results are asked for.
func (s *Session) writeVerdicts(ctx context.Context) (*Preview, error) {
	out, err := s.o.createResults(s.roster.Extra, s.resultsDialect())
	if err != nil {
		return nil, err
	}
	defer out.discard()
	var needy causes.Collector
	p, refused := s.preview(ctx, func(r record.Record) error {
		needs(&needy, &r)
		return out.write(r)
	})
	s.report.Causes = needy.List()
	if p == nil {
		return nil, refused
	}
	if err := out.commit(); err != nil {
		return nil, err
	}
	s.report.Outcomes, s.report.Results = p.Outcomes, s.o.Results
	return p, refused
}
