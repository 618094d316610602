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
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/record"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
)

// onboarding is one execution of invite, from the roster to the summary. Its methods stand in the order of the work.
type onboarding struct {
	*app
	flags inviteFlags
	path  string
	began time.Time

	people    *roster.Roster
	pace      *pace.Pace
	service   *service
	ledger    *ledger.Ledger
	directory *directory.Directory // nil when offline
	run       ledger.Run           // zero until it has begun; a run that is resumed has before

	forecast forecast
	// told is set once there is something that the summary can tell a person.
	told    bool
	summary report.Summary
	closers []io.Closer
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
		return r.rehearse(ctx)
	}
	if err := r.connect(ctx); err != nil {
		return err
	}
	if r.flags.dryRun {
		if err := r.readDirectory(ctx); err != nil {
			return err
		}
		return r.rehearse(ctx)
	}
	if err := r.openLedger(ctx); err != nil {
		return err
	}
	if err := r.recall(ctx); err != nil {
		return err
	}
	if err := r.foresee(ctx); err != nil {
		return err
	}
	if err := r.confirm(ctx); err != nil {
		return err
	}
	return r.carryOut(ctx)
}

// readRoster reads the whole roster, and refuses it for its invalid rows unless they are to be skipped.
func (r *onboarding) readRoster(ctx context.Context) error {
	o, err := r.flags.options()
	if err != nil {
		return err
	}
	source, done, err := r.source(r.path)
	if err != nil {
		return &codedError{ExitRoster, err, ""}
	}
	r.closers = append(r.closers, closer(done))
	if r.people, err = roster.Read(ctx, source, o); err != nil {
		return err
	}
	r.log.Debug().Str("roster", r.people.Name).Str("detected", r.people.Detected).Msg("roster read")
	for _, finding := range r.people.Findings {
		r.log.Warn().Msg(finding.String())
	}
	r.summary.Rows = r.people.Rows
	r.summary.Outcomes = map[record.Outcome]int{
		record.Invalid:   r.people.Invalid,
		record.Duplicate: r.people.Duplicates,
		record.NotSent:   r.people.Rows - r.people.Invalid - r.people.Duplicates,
	}
	if r.people.Invalid == 0 || r.flags.invalid == skipInvalid || r.flags.dryRun {
		return nil
	}
	if err := writeFindings(lines{r.console}, rosterFindings(ctx, r.people), screenful); err != nil {
		return err
	}
	return r.refuseInvalid(r.people.Invalid)
}

// refuseInvalid is the error that keeps everything from being sent since some rows are invalid.
func (r *onboarding) refuseInvalid(invalid int) error {
	return &codedError{
		code: ExitRoster,
		err:  fmt.Errorf("%s: %d of %s invalid; nothing was sent", r.people.Name, invalid, plural(r.people.Rows, "row")),
		hint: "correct them (rollcall check " + r.people.Name + " lists all), or invite the others with --invalid skip",
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
	return r.service.mayInvite()
}

// patience is how reads before the first send are repeated.
func (r *onboarding) patience() batch.Patience { return r.app.patience(r.pace, r.flags.pacingFlags) }

func (r *onboarding) tryResults() error {
	if r.flags.results == "-" || r.flags.results == "" {
		return nil
	}
	file, err := results.Create(r.flags.results, results.Options{})
	if err != nil {
		return usageError("name another file with --results", "%w", err)
	}
	return file.Discard()
}

// openLedger takes hold of the ledger, and finds out whether an earlier run over this roster was cut short.
func (r *onboarding) openLedger(ctx context.Context) (err error) {
	path := r.flags.ledger
	if path == "" {
		if path, err = r.defaultLedger(r.service.organization.ID); err != nil {
			return err
		}
	}
	if r.ledger, err = ledger.Open(path, ledger.Options{}); err != nil {
		return err
	}
	r.closers = append(r.closers, r.ledger)
	r.summary.Ledger = r.ledger.Path()
	// A token opens nothing any more once its invitation has expired.
	if _, err := r.ledger.EraseExpiredTokens(ctx, r.now()); err != nil {
		return err
	}
	if r.flags.fresh {
		return nil
	}
	earlier, found, err := r.ledger.Unfinished(ctx, r.service.organization.ID, r.digest())
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

// digest tells rosters apart: by their content, and by the flags that decide what the content means.
func (r *onboarding) digest() [sha256.Size]byte {
	content := fmt.Appendf(r.people.Digest[:], "%q%q%q", r.flags.role, r.flags.teams, r.flags.maps)
	if r.flags.encoding != encodingAuto {
		content = fmt.Appendf(content, "encoding %q", strings.ToLower(r.flags.encoding))
	}
	if r.flags.delimiter != "" {
		content = fmt.Appendf(content, "delimiter %q", r.flags.delimiter)
	}
	return sha256.Sum256(content)
}

// readDirectory reads the organization.
func (r *onboarding) readDirectory(ctx context.Context) (err error) {
	r.console.Status("reading the organization")
	addresses, err := r.addresses(ctx)
	if err != nil {
		return err
	}
	r.directory, err = directory.Read(ctx, directory.Options{
		Service: r.service, OrganizationID: r.service.organization.ID, Caller: r.service.caller,
		Teams: r.people.NamesTeams, People: addresses,
		Call: r.patience().Call, Parallel: r.flags.concurrency, Now: r.service.now,
		Progress: func(people int) { r.console.Status("reading the organization: " + plural(people, "person")) },
	})
	r.console.Clear()
	return err
}

// addresses returns whom the roster names, if they are few enough to be looked up one by one.
func (r *onboarding) addresses(ctx context.Context) ([]string, error) {
	if r.people.Rows > directory.MaxLookups {
		return nil, nil
	}
	addresses := make([]string, 0, r.people.Rows)
	for entry, err := range r.people.Entries(ctx) {
		if err != nil {
			return nil, err
		}
		if !entry.Invalid() {
			addresses = append(addresses, entry.Email)
		}
	}
	return addresses, nil
}

// recall reads the organization, and settles what earlier runs left in doubt: the reading begins when none of their
// requests can be at work inside the service any more. The claims of the run that is resumed are left to the batch.
func (r *onboarding) recall(ctx context.Context) error {
	claims, err := r.ledger.InDoubt(ctx, r.service.organization.ID)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, claim := range claims {
		// A clock that was set back since must not hold us up by as much.
		left := claim.At
		if left.After(now) {
			left = now
		}
		r.pace.Hold(left.Add(batch.Silence(r.flags.grace, r.flags.timeout)), "requests of an earlier run may still be at work inside the service")
	}
	if len(claims) > 0 {
		r.log.Warn().Int("claims", len(claims)).Msg("an earlier run ended without all answers: looking up what became of its requests")
	}
	if err := r.readDirectory(ctx); err != nil {
		return err
	}
	claims = slices.DeleteFunc(claims, func(c ledger.Claim) bool { return c.Run == r.run.ID })
	if err := batch.SettleEarlier(ctx, r.ledger, r.directory, claims, r.now()); err != nil {
		return err
	}
	return r.reopen(ctx)
}

// settled is how long after an outcome the directory must show it. What is younger may be missing there since the list
// lags behind.
const settled = 10 * time.Minute

// reopen takes back what the run that is resumed has noted about people who are in the organization no more: the
// directory's truth beats the ledger's memory, once it has had the time to learn it.
func (r *onboarding) reopen(ctx context.Context) error {
	if !r.summary.Resumed || !r.directory.Stable {
		return nil
	}
	var gone []int
	for rec, err := range r.ledger.Records(ctx, r.run.ID) {
		if err != nil {
			return err
		}
		if r.now().Sub(rec.UpdatedAt) < settled {
			continue
		}
		switch rec.Outcome {
		case record.Invited, record.AlreadyInvited, record.AlreadyMember:
			if standing := r.directory.Person(rec.Email); standing.Member == nil && standing.Pending == nil {
				gone = append(gone, rec.Row)
			}
		default:
		}
	}
	return r.ledger.Reopen(ctx, r.run.ID, gone...)
}

// now tells the service's time, or this machine's where there is no service.
func (r *onboarding) now() time.Time {
	if r.service == nil {
		return time.Now()
	}
	return r.service.now()
}

// finish writes the summary, closes what was opened and returns the exit code.
func (r *onboarding) finish(ctx context.Context, err error) ExitCode {
	code := exitCodeOf(err)
	if err == nil {
		code = exitCodeFor(r.summary.Outcomes)
	}
	if r.summary.Resumed && r.summary.Run == "" { // it did not come to carrying anything out
		r.summary.Run = r.run.ID
		if outcomes, countErr := r.countOutcomes(ctx); countErr == nil {
			r.summary.Outcomes = outcomes
		}
	}
	if r.told && r.summary.Run != "" && runEnded(code, r.summary.Outcomes) {
		if endErr := r.ledger.End(ctx, r.summary.Run, int(code)); endErr != nil {
			err, code = errors.Join(err, endErr), ExitUnexpected
		}
	}
	for _, c := range slices.Backward(r.closers) {
		if closeErr := c.Close(); closeErr != nil {
			err, code = errors.Join(err, closeErr), max(code, ExitUnexpected)
		}
	}
	r.console.Clear()
	if err != nil {
		r.explain(err)
	}
	if summaryErr := r.writeSummary(code); summaryErr != nil {
		r.explain(summaryErr)
		code = max(code, ExitUnexpected)
	}
	r.summary.ExitCode = int(code)
	code = r.tell(ctx, r.flags.watch, r.summary)
	r.logEnd(code, err)
	return code
}

func (r *onboarding) writeSummary(code ExitCode) error {
	s := &r.summary
	s.Roster, s.ExitCode, s.Command = r.path, int(code), r.command()
	s.DryRun = r.flags.dryRun
	s.Duration = time.Since(r.began)
	if r.service != nil {
		s.Requests, s.Throttled = int(r.service.requests.Load()), int(r.service.throttled.Load())
	}
	if err := s.Check(); err != nil && code != ExitUnexpected {
		return err
	}
	switch {
	case r.common.json:
		return s.WriteJSON(r.Out)
	case !r.told:
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
