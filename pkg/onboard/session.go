package onboard

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/follow"
	"rollcall/pkg/guard"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// Session is a roster that was read, an organization that was read, and a ledger that is held: all of the past is known, so
// what is to be done can be said and done. [Open] makes one; end it with [Session.End].
type Session struct {
	o       Options
	domains []guard.Domain
	began   time.Time
	// failed is why nothing can be done any more: it could not be opened, or has been applied. Nil: all can.
	failed error

	roster     *roster.Roster
	connection *Connection // nil when offline
	memory     memory
	made       []cybedefend.Team // by this session
	warned     bool              // of places in teams
	run        ledger.Run        // zero until it has begun; one that is to be resumed has before

	past      past
	approval  *approval         // nil if there is no plan to carry out
	following *follow.Following // nil if nothing is compared, or only teams are, which do not differ
	differing differing         // pending invitations that are not what the roster wants
	protected follow.Protected
	pulse     pulse
	seen      *Preview // the last one, nil if there is none
	// unwritable says that the report cannot be written, which was said.
	unwritable bool
	// removedFile has those whom the run has removed, empty unless there are such.
	removedFile string
	trailing

	report  Report
	closers []func() error
	ended   bool
}

// Report says how the work ended, and what came of it.
type Report struct {
	report.Summary
	// Final says that the work came far enough for the summary to tell a person something.
	Final bool
}

// Open reads the roster, connects to the service, takes hold of the ledger and recovers: claims of earlier processes are
// looked up once none of their requests can be at work any more. A dry run does the same without holding or settling
// anything, and one that is offline only reads the roster.
//
// The session that comes with an error does nothing more but to report and to end.
func Open(ctx context.Context, o Options) (*Session, error) {
	s := &Session{o: o, began: time.Now()}
	if s.failed = s.set(); s.failed == nil {
		s.failed = s.before(ctx, s.open)
	}
	return s, s.failed
}

// set fills in the options, or says what is wrong with them.
func (s *Session) set() (err error) {
	if s.o, err = s.o.withDefaults(); err != nil {
		return err
	}
	if s.domains, err = s.o.domains(); err != nil {
		return err
	}
	return s.o.refuseCollisions()
}

func (s *Session) open(ctx context.Context) error {
	s.approval, s.past.now, s.past.inputs.Render = newApproval(&s.o), s.now, s.o.Render
	var err error
	if s.protected, err = s.o.protected(ctx); err != nil {
		return err
	}
	if err := s.readRoster(ctx); err != nil {
		return err
	}
	// What would keep the results from being written is found out before anything is sent.
	if err := s.o.tryReport(); err != nil {
		s.unwritable = true
		return err
	}
	if err := s.tryResults(); err != nil || s.o.Offline {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.remember(ctx); err != nil {
		return err
	}
	if err := s.approval.lookBack(ctx, s.memory, s.digest()); err != nil {
		return err
	}
	s.approval.forget(s.past.gone)
	if run, done := s.approval.doneBy(); done {
		return s.reportDone(ctx, run)
	}
	if err := s.compare(ctx); err != nil {
		return err
	}
	s.warnUnchanged()
	return nil
}

// readRoster reads the whole roster, and refuses it for its invalid rows unless they are to be skipped.
func (s *Session) readRoster(ctx context.Context) error {
	reading, err := s.o.Settings.Parse()
	if err != nil {
		return err
	}
	source, done, err := s.o.open(ctx, s.o.Observer)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, done)
	if s.roster, err = roster.Read(ctx, source, reading); err != nil {
		if refused, ok := errors.AsType[*roster.RefusedError](err); ok {
			return refused.In(s.o.Render)
		}
		return err
	}
	if s.o.Observer.Read != nil {
		s.o.Observer.Read(s.roster)
	}
	for _, finding := range s.roster.Findings {
		finding.Severity = roster.Error // that it is a warning, the observer is told
		s.o.Observer.warn(finding.In(s.o.Render).String(), nil)
	}
	s.report.Rows = s.roster.Rows
	s.report.Outcomes = map[record.Outcome]int{
		record.Invalid: s.roster.Invalid, record.Duplicate: s.roster.Duplicates,
		record.Skipped: s.roster.Skipped,
		record.NotSent: s.roster.Rows - s.roster.Invalid - s.roster.Duplicates - s.roster.Skipped,
	}
	if err := errors.Join(s.approval.check(s.roster.Name, s.o.Digest(s.roster.Digest)), refuseCorrections(&s.o, s.roster)); err != nil {
		return err
	}
	if s.roster.Invalid == 0 || s.o.SkipInvalid || s.o.DryRun {
		return nil
	}
	lines, err := FirstFindings(Findings(ctx, s.roster), s.o.Render)
	if err == nil {
		err = s.reportInvalid(ctx)
	}
	if err != nil {
		return err
	}
	return refuseInvalid(s.roster, s.roster.Invalid, lines, correcting(s.o.complain()))
}

func (s *Session) tryResults() error {
	if err := s.placeResults(); err != nil {
		return err
	}
	if s.o.Results == "-" || s.o.Results == "" {
		return nil
	}
	file, err := results.Create(s.o.Results, results.Options{Extra: s.roster.Extra, Rows: s.roster.Rows})
	if err != nil {
		mend := remedy.Hint(nil)
		if errors.Is(err, fs.ErrNotExist) {
			mend = remedy.Words("make the folder, or ")
		}
		return settings(mend.Words("name another file with ").Use("results", ""), err)
	}
	return file.Discard()
}

// connect opens the connection to the service.
func (s *Session) connect(ctx context.Context) (err error) {
	if s.connection, err = Connect(ctx, s.o.Service, s.listening()); err != nil {
		return err
	}
	s.closers = append(s.closers, s.connection.Close)
	s.report.OrganizationID, s.report.OrganizationName = s.connection.Organization.ID, s.connection.Organization.Name
	s.o.Observer.connected(s.connection)
	if caller := s.connection.Caller; !caller.MayInvite() {
		s.o.Observer.warn("your role may perhaps invite nobody: the service decides", map[string]any{"role": caller.Role})
	}
	s.warnOfSeats()
	return s.approval.checkService(s.connection)
}

// remember opens the ledger and reads the organization. Only what holds the ledger settles what earlier processes left in
// doubt.
func (s *Session) remember(ctx context.Context) error {
	path, scope := s.o.Ledger, s.connection.Scope()
	var err error
	if path == "" {
		if path, err = s.o.LedgerOf(scope.OrganizationID); err != nil {
			return err
		}
	}
	if s.o.Sandbox && s.o.Ledger != "" {
		if err := refuseReal(ctx, path); err != nil {
			return err
		}
	}
	open := func() (memory, error) {
		return s.hold(ctx, func() (memory, error) { return holdMemory(ctx, path, s.o.Hold, scope) })
	}
	if s.o.DryRun {
		open = func() (memory, error) { return viewMemory(ctx, path, scope) }
	}
	if s.memory, err = open(); err != nil {
		return err
	}
	s.closers = append(s.closers, func() error { return s.memory.close(context.WithoutCancel(ctx)) })
	if s.o.DryRun {
		return s.look(ctx)
	}
	s.report.Ledger = s.memory.ledger.Path()
	if err := s.signTrail(ctx); err != nil {
		return err
	}
	if err := s.restorePace(ctx); err != nil {
		return err
	}
	// A token opens nothing any more once its invitation has expired.
	if _, err := s.memory.ledger.EraseExpiredTokens(ctx, s.now()); err != nil {
		return err
	}
	if err := s.resume(ctx); err != nil {
		return err
	}
	return s.recover(ctx)
}

// recover waits until no request of an earlier process can be at work any more, reads the organization and settles what
// those processes left in doubt. The claims of the run that is resumed are left to it.
func (s *Session) recover(ctx context.Context) error {
	policy, err := policyOf(&s.o, s.connection)
	if err != nil {
		return err
	}
	reader := s.reader()
	doubts, err := s.memory.doubts(ctx)
	if err != nil {
		return err
	}
	reader.foretell(doubts)
	reader.foretellWait(policy.TellsAfter(s.memory.lapsed))
	if err := reader.remember(ctx, doubts, s.run.ID); err != nil {
		return err
	}
	recovered, err := batch.Recovery{
		Ledger: s.memory.ledger, Scope: s.memory.scope, Policy: policy, Resumed: s.run.ID, Since: s.memory.held, Lapsed: s.memory.lapsed,
		Hold: s.connection.pace.Hold, MaxWait: s.o.MaxWait, Now: s.connection.Now, Read: reader.read, Remember: reader.histories,
	}.Recover(ctx)
	if err != nil {
		return err
	}
	s.past = past{
		inputs: recovered.Inputs(), policy: policy, doubtful: journey.DoubtfulOf(recovered.Doubts()), held: s.memory.held,
		recovered: recovered, now: s.now, gone: map[int]bool{},
	}
	return s.findGone(ctx)
}

// look is recover for a dry run: it reads, settles nothing, and does not hold the ledger.
func (s *Session) look(ctx context.Context) error {
	doubts, err := s.memory.doubts(ctx)
	if err != nil {
		return err
	}
	reader := s.reader()
	reader.foretell(doubts)
	inputs, err := reader.read(ctx, doubts)
	s.past = past{inputs: inputs, doubtful: journey.DoubtfulOf(doubts), now: s.now}
	return err
}

func (s *Session) reader() reader {
	return reader{o: &s.o, roster: s.roster, connection: s.connection, memory: s.memory, made: s.made}
}

// digest is what makes two runs the same work.
func (s *Session) digest() [sha256.Size]byte { return s.approval.digest(s.o.Digest(s.roster.Digest)) }

// CarriedOutBy returns the name of the run that has carried out the approved plan, empty if none has. Nothing is left to do
// then.
func (s *Session) CarriedOutBy() string {
	run, _ := s.approval.doneBy()
	return run.ID
}

// reportDone reports what became of the rows when a run has carried out the plan.
func (s *Session) reportDone(ctx context.Context, run ledger.Run) error {
	outcomes := map[record.Outcome]int{}
	for rec, err := range results.Records(ctx, s.memory.ledger, run, 0, run.EndedAt) {
		if err != nil {
			return err
		}
		if rec.Outcome == record.Invited { // then, and not now
			rec.Outcome = record.AlreadyInvited
		}
		outcomes[rec.Outcome]++
	}
	s.report.Outcomes, s.report.Idle, s.report.Final = outcomes, true, true
	return nil
}

// now tells the service's time, or this machine's where there is no service.
func (s *Session) now() time.Time {
	if s.connection == nil {
		return time.Now()
	}
	return s.connection.Now()
}

// Pace says how fast the service is called at the moment, the zero value where there is none. It may be asked for at any
// time.
func (s *Session) Pace() pace.Status {
	if s.connection == nil {
		return pace.Status{}
	}
	return s.connection.pace.Status()
}

// Report returns what is known so far. It is not to be asked for while the session is opened or applied.
func (s *Session) Report() Report {
	r := s.report
	r.Outcomes, r.Retries, r.Causes = maps.Clone(r.Outcomes), maps.Clone(r.Retries), slices.Clone(r.Causes)
	r.Follows = s.o.Sync != nil
	r.Roster, r.DryRun, r.Render, r.Sandbox = s.o.PublicName(), s.o.DryRun, s.o.Render, s.o.Sandbox
	r.StartedAt, r.Duration = s.began, time.Since(s.began)
	if c := s.connection; c != nil {
		r.Requests, r.Throttled = int(c.requests.Load()), int(c.throttled.Load())
	}
	return r
}

// End ends the session, and the run if it is over, and lets others in. It is told what has stopped the work, nil if nothing
// has, and returns how the work has ended, with all errors. Ended once more, it says the same.
func (s *Session) End(ctx context.Context, err error) (Report, error) {
	if s.ended {
		return s.Report(), err
	}
	s.ended = true
	how := StatusOf(err)
	if err == nil {
		how = statusFor(s.report.Outcomes)
	}
	if s.report.Resumed && s.report.Run == "" { // it ended before anything was applied
		s.report.Run = s.run.ID
		if outcomes, countErr := s.countOutcomes(ctx); countErr == nil {
			s.report.Outcomes = outcomes
		}
	}
	over := s.report.Final && isOver(how, s.report.Outcomes)
	if over && s.report.Run != "" {
		if endErr := s.endRun(ctx, how, err); endErr != nil {
			err, how = errors.Join(err, endErr), how.Worse(status.Unexpected)
		}
	}
	how, err = s.endTrail(ctx, how, err)
	if reportErr := s.writeReport(ctx, how, err); reportErr != nil {
		err, how = errors.Join(err, reportErr), how.Worse(status.Unexpected)
	}
	s.prune(ctx, over)
	for _, closing := range slices.Backward(s.closers) {
		if closeErr := closing(); closeErr != nil {
			err, how = errors.Join(err, closeErr), how.Worse(status.Unexpected)
		}
	}
	s.closers = nil
	s.reportStale(how)
	if checkErr := s.report.Check(); checkErr != nil && how != status.Unexpected {
		err, how = errors.Join(err, checkErr), how.Worse(status.Unexpected)
	}
	s.report.Status = how
	if err != nil {
		s.report.Error = remedy.Text(err, s.o.Render)
	}
	return s.Report(), err
}
