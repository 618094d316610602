package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/directory"
	"rollcall/pkg/guard"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/sqlite"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// onboarding is one execution of invite or sync, from the roster to the summary. Its methods stand in the order of the work.
type onboarding struct {
	*app
	flags inviteFlags
	path  string
	began time.Time

	roster    *roster.Roster
	pace      *pace.Pace
	service   *service
	ledger    ledger.Ledger
	directory *directory.Directory // nil when offline
	inputs    plan.Inputs          // of the verdicts
	doubts    []record.Doubt       // requests of earlier runs that could not be looked up yet
	held      time.Time            // when the ledger was taken hold of: no other process sends since
	run       ledger.Run           // zero until it has begun; a run that is resumed has before

	// sync is nil for invite; what follows is for sync alone.
	sync     *syncFlags
	accepted ledger.Accepted // the last roster that was let through
	shrunk   *guard.Trip     // nil if the roster has not shrunk too much
	changes  []change

	preview    preview
	carriedOut carriedOut // of the saved plan, before this command
	// hasSummary is set once the summary has something to tell a person.
	hasSummary bool
	summary    report.Summary
	closers    []io.Closer
}

func (r *onboarding) work(ctx context.Context) error {
	if err := r.readRoster(ctx); err != nil {
		return err
	}
	// What would keep the results from being written is found out before anything is sent.
	if err := r.tryResults(); err != nil {
		return err
	}
	if r.flags.offline {
		return r.previewOnly(ctx)
	}
	if err := r.connect(ctx); err != nil {
		return err
	}
	if r.flags.dryRun {
		if err := r.recoverReadOnly(ctx); err != nil || r.summary.Idle {
			return err
		}
		return r.previewOnly(ctx)
	}
	if err := r.openLedger(ctx); err != nil {
		return err
	}
	if err := r.recover(ctx); err != nil {
		return err
	}
	if r.isDoneAlready() {
		return r.sayDoneAlready(ctx, r.ledger)
	}
	if err := r.previewRows(ctx); err != nil {
		return err
	}
	if r.sync != nil {
		return r.reconcile(ctx)
	}
	if err := r.confirm(ctx); err != nil {
		return err
	}
	return r.apply(ctx)
}

// readRoster reads the whole roster, and refuses it for its invalid rows unless they are to be skipped.
func (r *onboarding) readRoster(ctx context.Context) error {
	o, err := r.flags.options()
	if err != nil {
		return err
	}
	source, done, err := r.source(ctx, r.path, r.flags.rosterFlags)
	if err != nil {
		return err
	}
	r.closers = append(r.closers, closer(done))
	if r.roster, err = roster.Read(ctx, source, o); err != nil {
		return withFlags(err)
	}
	r.log.Debug().Str("roster", r.roster.Name).Str("detected", r.roster.Detected).Msg("roster read")
	for _, finding := range r.roster.Findings {
		r.log.Warn().Msg(finding.In(asFlag).String())
	}
	r.summary.Rows = r.roster.Rows
	r.summary.Outcomes = map[record.Outcome]int{
		record.Invalid:   r.roster.Invalid,
		record.Duplicate: r.roster.Duplicates,
		record.NotSent:   r.roster.Rows - r.roster.Invalid - r.roster.Duplicates,
	}
	if err := errors.Join(r.refuseOtherRoster(), r.refuseCorrections()); err != nil {
		return err
	}
	if r.roster.Invalid == 0 || r.flags.invalid == skipInvalid || r.flags.dryRun {
		return nil
	}
	if err := writeFindings(lines{r.console}, rosterFindings(ctx, r.roster), screenful); err != nil {
		return err
	}
	return r.refuseInvalid(r.roster.Invalid)
}

// refuseInvalid is the error that keeps everything from being sent since some rows are invalid.
func (r *onboarding) refuseInvalid(invalid int) error {
	return &codedError{
		code: status.Roster,
		err:  fmt.Errorf("%s: %d of %s invalid; nothing was sent", r.roster.Name, invalid, plural(r.roster.Rows, "row")),
		hint: "correct them (rollcall check " + r.roster.Name + " lists all), or invite the others with --invalid skip",
	}
}

// connect opens the connection to the service at the pace of the run.
func (r *onboarding) connect(ctx context.Context) (err error) {
	if r.pace, err = pace.New(r.flags.pace); err != nil {
		return err
	}
	r.console.Status("connecting")
	if r.service, err = r.app.connect(ctx, r.flags.serviceFlags, r.flags.concurrency, r.patience()); err != nil {
		return err
	}
	r.closers = append(r.closers, r.service)
	r.summary.OrganizationID = r.service.organization.ID
	if !r.service.caller.MayInvite() {
		r.log.Warn().Str("role", r.service.caller.Role).Msg("your role may perhaps invite nobody: the service decides")
	}
	return r.refuseOtherService()
}

// patience is how reads before the first send are repeated.
func (r *onboarding) patience() batch.ReadRetrier { return r.app.patience(r.pace, r.flags.pacingFlags) }

func (r *onboarding) tryResults() error {
	if r.flags.results == "-" || r.flags.results == "" {
		return nil
	}
	file, err := results.Create(r.flags.results, results.Options{Extra: r.roster.Extra, Rows: r.roster.Rows})
	if err != nil {
		return usageError("name another file with --results", "%w", err)
	}
	return file.Discard()
}

// openLedger takes hold of the ledger, and finds out whether an earlier run over this roster was cut short.
func (r *onboarding) openLedger(ctx context.Context) error {
	path, err := r.ledgerPath()
	if err != nil {
		return err
	}
	opened, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	r.ledger, r.held = opened, time.Now()
	r.closers = append(r.closers, opened)
	if _, err := r.ledger.Enter(ctx, r.scope()); err != nil {
		return err
	}
	r.closers = append(r.closers, closer(func() error {
		// By then everything in flight was answered and kept. An end that cannot be noted only costs a look the next time.
		_ = r.ledger.Leave(context.WithoutCancel(ctx), r.scope())
		return nil
	}))
	r.summary.Ledger = r.ledger.Path()
	if err := r.restorePace(ctx); err != nil {
		return err
	}
	// A token opens nothing any more once its invitation has expired.
	if _, err := r.ledger.EraseExpiredTokens(ctx, r.now()); err != nil {
		return err
	}
	if r.flags.fresh {
		return nil
	}
	earlier, found, err := r.ledger.Unfinished(ctx, r.scope(), r.digest())
	if err != nil {
		return err
	}
	if found {
		r.summary.Resumed = true
		r.run, err = r.ledger.Resume(ctx, earlier)
		r.nameRun(r.run.ID)
	}
	return err
}

// ledgerPath returns where the ledger is.
func (r *onboarding) ledgerPath() (string, error) {
	if r.flags.ledger != "" {
		return r.flags.ledger, nil
	}
	return r.defaultLedger(r.service.organization.ID)
}

// paceLasts is how long a learned pace is believed: services change with their releases and their load.
const paceLasts = 7 * 24 * time.Hour

// restorePace begins with the pace that an earlier run has learned.
func (r *onboarding) restorePace(ctx context.Context) error {
	learned, at, err := r.ledger.Pace(ctx, r.scope())
	if age := time.Since(at); err == nil && age >= 0 && age < paceLasts {
		r.pace.Restore(pace.Rate(learned))
	}
	return err
}

// learnPace remembers the pace that the run has learned, if any.
func (r *onboarding) learnPace(ctx context.Context) error {
	learned, ok := r.pace.Learned()
	if !ok {
		return nil
	}
	return r.ledger.LearnPace(ctx, r.scope(), float64(learned))
}

// digest tells rosters apart: by their content, and by the flags that decide what the content means.
func (r *onboarding) digest() [sha256.Size]byte {
	content := fmt.Appendf(r.roster.Digest[:], "%q%q%q", r.flags.role, r.flags.teams, r.flags.maps)
	if r.flags.encoding != encodingAuto {
		content = fmt.Appendf(content, "encoding %q", strings.ToLower(r.flags.encoding))
	}
	if r.flags.delimiter != "" {
		content = fmt.Appendf(content, "delimiter %q", r.flags.delimiter)
	}
	if r.flags.sheet != "" {
		content = fmt.Appendf(content, "sheet %q", r.flags.sheet)
	}
	return sha256.Sum256(content)
}

// now tells the service's time, or this machine's where there is no service.
func (r *onboarding) now() time.Time {
	if r.service == nil {
		return time.Now()
	}
	return r.service.now()
}

// finish writes the summary, closes what was opened and returns the exit code.
func (r *onboarding) finish(ctx context.Context, err error) status.Status {
	code := exitCodeOf(err)
	if err == nil {
		code = exitCodeFor(r.summary.Outcomes)
	}
	if r.summary.Resumed && r.summary.Run == "" { // the run ended before it applied anything
		r.summary.Run = r.run.ID
		if outcomes, countErr := r.countOutcomes(ctx); countErr == nil {
			r.summary.Outcomes = outcomes
		}
	}
	if r.hasSummary && r.summary.Run != "" && runEnded(code, r.summary.Outcomes) {
		if endErr := r.ledger.End(ctx, r.summary.Run, int(code)); endErr != nil {
			err, code = errors.Join(err, endErr), status.Unexpected
		}
	}
	for _, c := range slices.Backward(r.closers) {
		if closeErr := c.Close(); closeErr != nil {
			err, code = errors.Join(err, closeErr), code.Worse(status.Unexpected)
		}
	}
	r.console.Clear()
	if err != nil {
		r.explain(err)
	}
	if summaryErr := r.writeSummary(code); summaryErr != nil {
		r.explain(summaryErr)
		code = code.Worse(status.Unexpected)
	}
	r.summary.Status = code
	code = r.notify(ctx, r.flags.watch, r.summary)
	r.logEnd(code, err)
	return code
}

func (r *onboarding) writeSummary(code status.Status) error {
	s := &r.summary
	s.Roster, s.Status, s.Command, s.Render = publicName(r.path), code, r.command(), asFlag
	s.DryRun = r.flags.dryRun
	s.Duration = time.Since(r.began)
	if r.service != nil {
		s.Requests, s.Throttled = int(r.service.requests.Load()), int(r.service.throttled.Load())
	}
	if err := s.Check(); err != nil && code != status.Unexpected {
		return err
	}
	switch {
	case r.common.json:
		return s.WriteJSON(r.Out)
	case !r.hasSummary:
		return nil
	case r.flags.results == "-":
		return s.WriteText(lines{r.console})
	}
	return s.WriteText(r.Out)
}

// closer is a function to be called once something is not needed any more.
type closer func() error

// Close calls the function.
func (c closer) Close() error { return c() }
