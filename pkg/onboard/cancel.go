package onboard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/audit"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
	"rollcall/pkg/follow"
	"rollcall/pkg/guard"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/quantity"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// DefaultMaxCancels is how many invitations are cancelled at once where nothing else is said: about a team. Whoever means
// more says so.
const DefaultMaxCancels = 20

// CancelOptions say whose pending invitations are to be cancelled. Of the [Options], those about reinviting, plans and a
// sync do not matter, and the guards are another one.
type CancelOptions struct {
	Options
	// Whom is the name of one run, one roster, or any number of addresses.
	Whom []string
	// History finds a run by its name.
	History History
	// MaxCancels is how many invitations may be cancelled: a number, or a share of the organization's pending ones. Not
	// given: [DefaultMaxCancels].
	MaxCancels quantity.Quantity
	// Changes is the file that says what became of each person, empty for none. The outcomes of rows have no word for an
	// invitation that was taken back, so it is a list of changes as a sync writes it.
	Changes string
}

// ForCancel returns the options with what there is instead of the zero values.
func ForCancel() CancelOptions {
	return CancelOptions{Options: Options{Reinviting: Reinviting{Reinvite: plan.ReinviteExpired}}, MaxCancels: quantity.Number(DefaultMaxCancels)}
}

// CancelSession is a [Session] that takes invitations back instead of sending some. [OpenCancel] makes it; end it with
// [CancelSession.End].
type CancelSession struct {
	o       CancelOptions
	session *Session
	whom    whom
	// run is in whose name changes are claimed and kept: the one that is undone, else the latest of the organization.
	run     string
	made    made
	changes []amend.Change
	madeAt  time.Time
	failed  error
	applied bool
	written string
}

// OpenCancel finds out who is meant, connects to the service, takes hold of the ledger and recovers, as [Open] does, and
// says what is to be done about each. A dry run holds and settles nothing. The session that comes with an error does nothing
// more but to end.
func OpenCancel(ctx context.Context, o CancelOptions) (*CancelSession, error) {
	c := &CancelSession{o: o, session: &Session{o: o.Options, began: time.Now()}}
	if !c.o.MaxCancels.Given() {
		c.o.MaxCancels = quantity.Number(DefaultMaxCancels)
	}
	bounded, release := o.within(ctx)
	defer release()
	c.failed = c.open(bounded)
	return c, c.failed
}

func (c *CancelSession) open(ctx context.Context) (err error) {
	if c.o.Changes != "" && !strings.EqualFold(filepath.Ext(c.o.Changes), ".csv") {
		return remedy.Aboutf("results", "%q is no .csv file: what became of the people is a list of changes", c.o.Changes)
	}
	if c.whom, err = c.o.find(ctx); err != nil || len(c.whom.people) == 0 {
		return err
	}
	if c.session, err = Open(ctx, c.whom.options(c.o.Options)); err != nil {
		return err
	}
	if c.run, err = c.anchor(ctx); err != nil {
		return err
	}
	return c.look(ctx)
}

// anchor returns the run in whose name invitations are cancelled. Where no run is remembered, nothing was done that could be
// undone: it is another ledger that is meant.
func (c *CancelSession) anchor(ctx context.Context) (string, error) {
	s := c.session
	if run := c.whom.run; run.ID != "" {
		if run.Scope() != s.connection.Scope() {
			return "", settings(remedy.Words("name it with ").Use("organization-id", run.OrganizationID).Words(", and its service"),
				fmt.Errorf("run %s is of the organization %s at %s", run.ID, run.OrganizationID, run.Service))
		}
		return run.ID, nil
	}
	if s.memory.ledger != nil {
		for run, err := range s.memory.ledger.Runs(ctx) {
			if err != nil {
				return "", err
			}
			if run.Scope() == s.memory.scope {
				return run.ID, nil
			}
		}
	}
	return "", settings(remedy.Words("name the one that remembers the invitations with ").Use("ledger", ""),
		errors.New("the ledger remembers no run of this organization"))
}

// look says what is to be done about everybody, by the last reading.
func (c *CancelSession) look(ctx context.Context) (err error) {
	if c.made, err = c.whom.madeBy(ctx, c.session.memory); err != nil {
		return err
	}
	c.changes, c.madeAt = nil, time.Now()
	for _, address := range c.whom.people {
		c.changes = append(c.changes, c.judge(address)...)
	}
	return nil
}

// CancelPreview is what will be done, before anything is. [CancelSession.Preview] makes it, and [CancelPreview.Apply] does it.
type CancelPreview struct {
	// OrganizationID, OrganizationName and Service say where, empty where nobody is meant.
	OrganizationID, OrganizationName, Service string
	// Changes have everybody who is meant, in their order, and each pending invitation of theirs. [Due] is what will be
	// cancelled; what is only reported is left alone, and Held says why.
	Changes []amend.Change
	// Trip is the guard that has something against it, nil if it has nothing.
	Trip *guard.Trip

	session *CancelSession
}

// Preview says what will be done. Where a guard keeps everything back, that is an error, and the preview comes with it.
func (c *CancelSession) Preview() (*CancelPreview, error) {
	if c.failed != nil {
		return nil, c.failed
	}
	p := &CancelPreview{Changes: c.changes, session: c}
	if s := c.session; s.connection != nil {
		p.OrganizationID, p.OrganizationName, p.Service = s.connection.Organization.ID, s.connection.Organization.Name, s.connection.URL
		p.Trip = guard.Cancels(c.o.MaxCancels.Of(s.past.inputs.Directory.Pending()), due(c.changes))
	}
	return p, p.refusal()
}

func due(changes []amend.Change) (people []string) {
	for _, change := range changes {
		if change.Action == amend.Due {
			people = append(people, change.Email)
		}
	}
	return people
}

// Due counts the invitations that will be cancelled.
func (p *CancelPreview) Due() int { return len(due(p.Changes)) }

func (p *CancelPreview) refusal() error {
	if p.Trip == nil {
		return nil
	}
	pass := p.Trip.Pass[0]
	err := refusal(status.Guarded, errors.New("1 guard tripped; nothing was cancelled"),
		remedy.Words("if all of them are meant, it passes with ").Use(pass.Option, pass.Value))
	err.Details = []string{p.Trip.Text(p.session.o.Render)}
	return err
}

// Agreed says how it was allowed to apply the preview, for the audit trail.
func (p *CancelPreview) Agreed(how audit.Consent) { p.session.o.Consent = how }

// Apply cancels what is due, once, each as a change that is claimed before its request leaves. Closing stop ends it after
// the request at hand. What is cut off is looked up by the next process, and the same work, done again, does the rest. A dry
// run only writes down what would be done.
func (p *CancelPreview) Apply(ctx context.Context, stop <-chan struct{}) error {
	c := p.session
	switch err := p.refusal(); {
	case c.failed != nil:
		return c.failed
	case err != nil:
		return err
	case c.applied:
		return errApplied
	}
	c.applied = true
	if c.session.o.DryRun || p.Due() == 0 {
		return errors.Join(c.outcome(), c.write())
	}
	if err := c.refresh(ctx, p); err != nil {
		return err
	}
	if err := c.noteApproval(ctx); err != nil {
		return err
	}
	err := c.session.amend(ctx, stop, c.run, c.changes, c.o.Changes)
	if err == nil || StatusOf(err) == status.Rows {
		c.reconsider(ctx)
		err = c.outcome()
	}
	return errors.Join(err, c.write())
}

// refresh looks again if the preview has grown old. Nothing is cancelled that was not seen.
func (c *CancelSession) refresh(ctx context.Context, p *CancelPreview) error {
	if time.Now().Round(0).Sub(c.madeAt.Round(0)).Abs() < staleAfter { // by the wall clock, which goes on while a machine sleeps
		return nil
	}
	if err := c.session.recover(ctx); err != nil {
		return err
	}
	if err := c.look(ctx); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, change := range p.Changes {
		seen[change.InvitationID] = change.Action == amend.Due
	}
	for _, change := range c.changes {
		if change.Action == amend.Due && !seen[change.InvitationID] {
			return refusal(status.Stopped, errors.New("the organization has changed meanwhile, and an invitation would be cancelled that was not seen; nothing was cancelled"),
				remedy.Words("run the same command again"))
		}
	}
	return nil
}

// noteApproval adds to the audit trail how it was allowed to cancel so many invitations.
func (c *CancelSession) noteApproval(ctx context.Context) error {
	s := c.session
	approval := audit.Approve(c.run, cmp.Or(c.o.Consent, audit.ByProgram), "")
	approval.Service, approval.Organization = s.memory.scope.Service, s.memory.scope.OrganizationID
	approval.Reason = "to cancel " + plural.Of(len(due(c.changes)), "invitation")
	if err := s.memory.ledger.Note(ctx, approval); err != nil {
		return err
	}
	return s.followTrail(ctx)
}

// reconsider looks up whoever could not be deprived of an invitation: somebody who has accepted it meanwhile is left alone.
func (c *CancelSession) reconsider(ctx context.Context) {
	for i := range c.changes {
		change := &c.changes[i]
		if change.Action != amend.Failed {
			continue
		}
		same := func(user cybedefend.User) bool { return email.Fold(user.Email) == email.Fold(change.Email) }
		if member, found := c.session.maker(c.run).Find(ctx, change.Email, same); found {
			*change = accepted(change.Email, member)
		}
	}
}

// outcome returns the error of whatever could not be done, or is not known to be.
func (c *CancelSession) outcome() error {
	n := c.count()
	if open := n.Failed + n.NotDone + n.InDoubt; open > 0 && !c.session.o.DryRun {
		return refusal(status.Rows, fmt.Errorf("%s not cancelled for certain", plural.Of(open, "invitation")),
			remedy.Words("run the same command again later"))
	}
	return nil
}

// write writes what became of each person to the file, if there is to be one.
func (c *CancelSession) write() error {
	if c.o.Changes == "" {
		return nil
	}
	if err := results.WriteDrift(c.o.Changes, results.Dialect{}, follow.Lines(c.changes)); err != nil {
		return err
	}
	c.written = c.o.Changes
	return nil
}

// End ends the session and lets others in. It is told what has stopped the work, nil if nothing has, and returns how the work
// has ended. The runs of the ledger stay as they are.
func (c *CancelSession) End(ctx context.Context, err error) (CancelReport, error) {
	s := c.session
	s.report.Rows, s.report.Outcomes = 0, nil // the people are no rows of a run
	ended, err := s.End(ctx, err)
	return CancelReport{
		Run: c.whom.run.ID, OrganizationID: ended.OrganizationID, DryRun: c.o.DryRun, CancelCounts: c.count(), People: c.people(),
		File: c.written, Stale: c.stale(ended.Status), Ledger: ended.Ledger, Requests: ended.Requests, Duration: ended.Duration.Seconds(), Status: ended.Status,
		Sandbox: c.o.Sandbox, looked: c.failed == nil,
	}, err
}

// RunCancel takes invitations back from beginning to end. Agree, if set, is shown the preview before anything is cancelled;
// its error keeps everything from being cancelled. Closing stop ends it after the request at hand; stop may be nil. The report
// says how it ended, whatever happened; the error is what has stopped it or could not be done, nil if nothing.
func RunCancel(ctx context.Context, stop <-chan struct{}, o CancelOptions, agree func(*CancelPreview) error) (CancelReport, error) {
	waits, release := until(ctx, stop)
	defer release()
	c, err := OpenCancel(waits, o)
	if err == nil {
		err = c.carryOut(ctx, stop, agree)
	}
	return c.End(context.WithoutCancel(ctx), err)
}

func (c *CancelSession) carryOut(ctx context.Context, stop <-chan struct{}, agree func(*CancelPreview) error) error {
	p, err := c.Preview()
	if err == nil && agree != nil {
		if err = agree(p); err != nil && StatusOf(err) == status.Unexpected {
			err = Refuse(status.Stopped, err)
		}
	}
	if err != nil {
		return err
	}
	return p.Apply(ctx, stop)
}
