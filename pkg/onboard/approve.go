package onboard

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/results"
	"rollcall/pkg/status"
)

// planMode keeps a plan from everybody but its owner: it is a list of people.
const planMode = 0o600

// ReadPlan reads the plan in a file.
func ReadPlan(path string) (plan.Saved, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return plan.Saved{}, err
	}
	saved, err := plan.ReadSaved(bytes.NewReader(text))
	if err != nil {
		return plan.Saved{}, fmt.Errorf("%s: %w", path, err)
	}
	return saved, nil
}

// Approve returns the options with what a plan says in place of their own: its roster, its organization, and all that
// decides what the roster means and who is sent. What is done then is exactly that, or nothing.
func (o Options) Approve(saved plan.Saved) (Options, error) {
	after, err := time.ParseDuration(saved.Flags.ReinviteAfter)
	if err != nil {
		return o, err
	}
	o.Approved = &saved
	o.Roster, o.Settings, o.OrganizationID = saved.Roster, saved.Flags.Settings, saved.OrganizationID
	o.SkipInvalid = saved.Flags.Invalid == invalidSkip
	o.Who = Who{
		Reinvite: saved.Flags.Reinvite, ReinviteAfter: after, ReinviteMax: saved.Flags.ReinviteMax,
		NoPreflight: saved.Flags.NoPreflight, TrustLists: saved.Flags.TrustLists,
	}
	return o, nil
}

// What a plan says about invalid rows.
const (
	invalidRefuse = "refuse"
	invalidSkip   = "skip"
)

// Save writes what would be done to the file that the options name. Its way is a dry run's.
func (p *Preview) Save() error {
	s := p.session
	path, err := filepath.Abs(s.o.Roster)
	if err != nil {
		return err
	}
	invalid := invalidRefuse
	if s.o.SkipInvalid {
		invalid = invalidSkip
	}
	digest := s.o.Digest(s.roster.Digest)
	saved := plan.Saved{
		MadeAt: s.inputs.At.UTC().Truncate(time.Second), OrganizationID: p.OrganizationID, OrganizationName: p.OrganizationName,
		Service: p.Service, Roster: path, Digest: hex.EncodeToString(digest[:]),
		Flags: plan.Flags{
			Settings: s.o.Settings, Invalid: invalid, Reinvite: s.o.Reinvite, ReinviteAfter: s.o.ReinviteAfter.String(),
			ReinviteMax: s.o.ReinviteMax, NoPreflight: s.o.NoPreflight, TrustLists: s.o.TrustLists,
		},
		Steps: p.steps,
	}
	file, err := atomicfile.Create(s.o.Plan, planMode)
	if err == nil {
		err = errors.Join(saved.Write(file), file.Commit())
		err = errors.Join(err, file.Discard())
	}
	if err != nil {
		return fmt.Errorf("write plan %s: %w", s.o.Plan, err)
	}
	return nil
}

// refuseOtherRoster returns an error if the roster is not the one that was planned for.
func (s *Session) refuseOtherRoster() error {
	if s.o.Approved == nil {
		return nil
	}
	if digest := s.o.Digest(s.roster.Digest); s.o.Approved.Digest == hex.EncodeToString(digest[:]) {
		return nil
	}
	return s.refuseApproved(nil, "the roster %s has changed since the plan of %s was made", s.roster.Name, madeAt(s.o.Approved))
}

// refuseOtherService returns an error if the options lead to another service than the planned one.
func (s *Session) refuseOtherService() error {
	c := s.connection
	if s.o.Approved == nil || c.ephemeral || s.o.Approved.Service == c.URL {
		return nil
	}
	return settings(remedy.Words("name it with ").Use("region", "").Words(" or ").Use("api-url", ""),
		fmt.Errorf("the plan is for the service at %s, not for %s", s.o.Approved.Service, c.URL))
}

// refuseApproved is the error that keeps everything from being sent since the plan does not hold any more.
func (s *Session) refuseApproved(details []string, format string, args ...any) error {
	err := refusal(status.Guarded, fmt.Errorf(format+"; nothing was sent", args...), remedy.Words("make another plan: ").
		Run("invite", s.o.Roster).Words(" ").Use("dry-run", "").Words(" ").Use("force", "").Words(" ").Use("plan", s.o.PlanFile))
	err.Details = details
	return err
}

// madeAt says when a plan was made.
func madeAt(saved *plan.Saved) string { return saved.MadeAt.Local().Format(time.DateTime) }

// comparison holds the verdicts of today against an approved plan.
type comparison struct {
	approved  map[int]plan.Step
	progress  func(row int) plan.Progress
	different []string // the first ones, in words
	count     int
}

func newComparison(approved *plan.Saved, progress func(row int) plan.Progress) *comparison {
	c := &comparison{approved: make(map[int]plan.Step, len(approved.Steps)), progress: progress}
	for _, step := range approved.Steps {
		c.approved[step.Row] = step
	}
	return c
}

// add takes in the verdict of today on one row. Without a plan to compare with it does nothing.
func (c *comparison) add(today plan.Step) {
	if c == nil {
		return
	}
	planned, known := c.approved[today.Row]
	if known && planned.Agrees(today, c.progress(today.Row)) {
		return
	}
	if c.count++; c.count > shown {
		return
	}
	was := "nothing"
	if known {
		was = planned.String()
	}
	c.different = append(c.different, "line "+strconv.Itoa(today.Line)+": "+today.Email+": planned "+was+", now "+today.String())
}

// refuseDifferent returns the error that keeps everything from being sent since verdicts differ from the plan.
func (s *Session) refuseDifferent(c *comparison) error {
	if c == nil || c.count == 0 {
		return nil
	}
	lines := c.different
	if more := c.count - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more differences", more))
	}
	are := plural.Of(c.count, "row") + " are"
	if c.count == 1 {
		are = "1 row is"
	}
	return s.refuseApproved(lines, "%s different from the plan of %s", are, madeAt(s.o.Approved))
}

// carriedOut is what runs of the plan that is to be carried out have done by now.
type carriedOut struct {
	// rows are those whose person was invited by one of the runs, or was found to be there.
	rows map[int]bool
	// last is the latest of these runs that has ended, its ID empty if none has.
	last ledger.Run
}

// findCarriedOut finds out what runs have done of the plan.
func (s *Session) findCarriedOut(ctx context.Context) error {
	if s.o.Approved == nil || s.memory.ledger == nil {
		return nil
	}
	done := carriedOut{rows: map[int]bool{}}
	for run, err := range s.memory.ledger.Runs(ctx) {
		switch {
		case err != nil:
			return err
		case run.Scope() != s.memory.scope, run.Digest != s.digest():
			continue
		}
		for rec, err := range s.memory.ledger.Records(ctx, run.ID) {
			if err != nil {
				return err
			}
			if isThere(rec.Outcome) {
				done.rows[rec.Row] = true
			}
		}
		if !run.EndedAt.IsZero() && run.StartedAt.After(done.last.StartedAt) {
			done.last = run.Run
		}
	}
	s.carriedOut = done
	return nil
}

// isThere reports whether an outcome says that the person is invited or a member.
func isThere(outcome record.Outcome) bool {
	return outcome == record.Invited || outcome == record.AlreadyInvited || outcome == record.AlreadyMember
}

// progress says how far runs of the plan have come with a row that is looked at.
func (s *Session) progress(row int) plan.Progress {
	switch {
	case s.carriedOut.rows[row]:
		return plan.CarriedOut
	case s.report.Resumed:
		return plan.Begun
	}
	return plan.Untouched
}

// DoneAlready returns the name of the run that has carried out the plan, empty if none has: everybody whom the plan was to
// invite was invited by runs of it, and these have ended. What has happened to the invitations since is no matter: the plan
// was approved for once.
func (s *Session) DoneAlready() string {
	if s.o.Approved == nil || s.report.Resumed || s.carriedOut.last.ID == "" {
		return ""
	}
	sends := 0
	for _, step := range s.o.Approved.Steps {
		if !step.Sends() {
			continue
		}
		if sends++; !s.carriedOut.rows[step.Row] {
			return ""
		}
	}
	if sends == 0 {
		return ""
	}
	return s.carriedOut.last.ID
}

// reportDone reports what became of the rows when the plan was carried out.
func (s *Session) reportDone(ctx context.Context) error {
	last := s.carriedOut.last
	outcomes := map[record.Outcome]int{}
	for rec, err := range results.Records(ctx, s.memory.ledger, last, last.EndedAt) {
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
