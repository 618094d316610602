package onboard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/atomicfile"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
	"rollcall/pkg/status"
)

// planMode keeps a plan from everybody but its owner: it is a list of people.
const planMode = 0o600

// ReadPlan reads the plan in a file.
func ReadPlan(path string) (plan.Saved, error) {
	file, err := os.Open(path)
	if err != nil {
		return plan.Saved{}, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	saved, err := plan.ReadSaved(file)
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
	o.SkipInvalid = saved.Flags.Invalid == SkipInvalid
	o.Reinviting = Reinviting{
		Reinvite: saved.Flags.Reinvite, ReinviteAfter: &after, ReinviteMax: saved.Flags.ReinviteMax,
		NoPreflight: saved.Flags.NoPreflight, TrustLists: saved.Flags.TrustLists,
	}
	return o.wishFor(saved)
}

// What is told about invalid rows: that one of them keeps everybody from being sent, or that they are left out.
const (
	RefuseInvalid = "refuse"
	SkipInvalid   = "skip"
)

// save writes what would be done to the file that the options name.
func (p *Preview) save() error {
	s := p.session
	path, err := s.o.Absolute()
	if err != nil {
		return err
	}
	invalid := RefuseInvalid
	if s.o.SkipInvalid {
		invalid = SkipInvalid
	}
	wishes, err := s.o.wishes()
	if err != nil {
		return err
	}
	digest := s.o.Digest(s.roster.Digest)
	saved := plan.Saved{
		MadeAt: s.past.inputs.At.UTC().Truncate(time.Second), OrganizationID: p.OrganizationID, OrganizationName: p.OrganizationName,
		Service: p.Service, Roster: path, Digest: hex.EncodeToString(digest[:]),
		Flags: plan.Flags{
			Settings: s.o.Settings, Invalid: invalid, Reinvite: s.o.Reinvite, ReinviteAfter: s.o.ReinviteAfter.String(),
			ReinviteMax: s.o.ReinviteMax, NoPreflight: s.o.NoPreflight, TrustLists: s.o.TrustLists, Wishes: wishes,
		},
		NewTeams: p.NewTeams, Changes: dueChanges(p.Changes, p.NewTeams), Steps: p.steps,
	}
	file, err := atomicfile.Create(s.o.Plan, planMode)
	if err == nil {
		if err = saved.Write(file); err == nil {
			err = file.Commit()
		}
		err = errors.Join(err, file.Discard())
	}
	if err != nil {
		return fmt.Errorf("write plan %s: %w", s.o.Plan, err)
	}
	return nil
}

// approval is a plan that is to be carried out as it is, and what runs of it have done by now. Nil is none: whatever the
// verdicts are is right.
type approval struct {
	*plan.Saved
	// file is where the plan was, for messages.
	file string
	// done are the rows whose person was invited by a run of the plan, or was found to be there.
	done map[int]bool
	// made are the changes that runs of the plan have made, by their keys.
	made map[plan.Change]bool
	// last is the latest of these runs that has ended, its ID empty if none has.
	last ledger.Run
	// resumed says that one of them was cut short and goes on.
	resumed bool
}

func newApproval(o *Options) *approval {
	if o.Approved == nil {
		return nil
	}
	return &approval{Saved: o.Approved, file: o.PlanFile}
}

// check returns an error if the roster with that name and digest is not the one that was planned for.
func (a *approval) check(name string, digest [sha256.Size]byte) error {
	if a == nil || a.Digest == hex.EncodeToString(digest[:]) {
		return nil
	}
	return a.refuse(nil, "the roster %s has changed since the plan of %s was made", name, a.madeAt())
}

// checkService returns an error if the connection leads to another service than the planned one.
func (a *approval) checkService(c *Connection) error {
	if a == nil || c.ephemeral || a.Service == c.URL {
		return nil
	}
	return settings(remedy.Words("name it with ").Use("region", "").Words(" or ").Use("api-url", ""),
		fmt.Errorf("the plan is for the service at %s, not for %s", a.Service, c.URL))
}

// refuse is the error that keeps everything from being sent since the plan does not hold any more.
func (a *approval) refuse(details []string, format string, args ...any) error {
	hint := remedy.Words("make another plan: ").Run(command(*a.Saved), a.Roster)
	for _, setting := range a.settings() {
		hint = hint.Words(" ").Use(setting.Option, setting.Value)
	}
	hint = hint.Words(" ").Use("dry-run", "").Words(" ").Use("force", "").Words(" ").Use("plan", a.file)
	err := refusal(status.Guarded, fmt.Errorf(format+"; nothing was sent", args...), hint)
	err.Details = details
	return err
}

// settings returns the options of the plan that are not what they are where nothing is said, so that another plan means the
// same.
func (a *approval) settings() []remedy.Remedy {
	f := a.Flags
	usual := f.Reinvite.UsualAge()
	var settings []remedy.Remedy
	add := func(option, value, usual string) {
		if value != "" && value != usual {
			settings = append(settings, remedy.Remedy{Option: option, Value: value})
		}
	}
	for _, m := range f.Maps {
		add(roster.OptionMap, m, "")
	}
	for _, filter := range f.Where {
		add(roster.OptionWhere, filter, "")
	}
	if f.IncludeInactive {
		settings = append(settings, remedy.Remedy{Option: roster.OptionIncludeInactive})
	}
	add(roster.OptionRole, f.Role, "")
	for _, team := range f.Teams {
		add(roster.OptionTeam, team, "")
	}
	add(roster.OptionEncoding, f.Encoding, roster.EncodingAuto)
	add(roster.OptionDelimiter, f.Delimiter, "")
	add(roster.OptionSheet, f.Sheet, "")
	add("invalid", f.Invalid, RefuseInvalid)
	add(plan.OptionReinvite, string(f.Reinvite), string(plan.ReinviteExpired))
	add(plan.OptionReinviteAfter, f.ReinviteAfter, usual.String())
	if f.ReinviteMax > 0 {
		add(plan.OptionReinviteMax, strconv.Itoa(f.ReinviteMax), "")
	}
	if f.NoPreflight {
		settings = append(settings, remedy.Remedy{Option: "no-preflight"})
	}
	if f.TrustLists {
		settings = append(settings, remedy.Remedy{Option: plan.OptionTrustLists})
	}
	return append(settings, a.wishSettings()...)
}

// madeAt says when the plan was made.
func (a *approval) madeAt() string { return a.MadeAt.Local().Format(time.DateTime) }

// digest is what makes runs the same work: the roster's digest, and the plan that is carried out.
func (a *approval) digest(roster [sha256.Size]byte) [sha256.Size]byte {
	if a == nil {
		return roster
	}
	identity := a.Identity()
	return sha256.Sum256(append(roster[:], identity[:]...))
}

// lookBack finds out what runs with that digest, which are those of the plan, have done of it.
func (a *approval) lookBack(ctx context.Context, m memory, digest [sha256.Size]byte) error {
	if a == nil || m.ledger == nil {
		return nil
	}
	a.done, a.made = map[int]bool{}, map[plan.Change]bool{}
	for run, err := range m.ledger.Runs(ctx) {
		switch {
		case err != nil:
			return err
		case run.Scope() != m.scope, run.Digest != digest:
			continue
		}
		for rec, err := range m.ledger.Records(ctx, run.ID, 0) {
			if err != nil {
				return err
			}
			if isThere(rec.Outcome) {
				a.done[rec.Row] = true
			}
		}
		for change, err := range m.ledger.Changes(ctx, run.ID) {
			if err != nil {
				return err
			}
			a.made[madeChange(change, a.NewTeams).Key()] = true
		}
		if !run.EndedAt.IsZero() && run.StartedAt.After(a.last.StartedAt) {
			a.last = run.Run
		}
	}
	return nil
}

// forget takes rows back that a run has noted as done although their people are there no more.
func (a *approval) forget(gone map[int]bool) {
	if a == nil {
		return
	}
	maps.DeleteFunc(a.done, func(row int, _ bool) bool { return gone[row] })
}

// isThere reports whether an outcome says that the person is invited or a member.
func isThere(outcome record.Outcome) bool {
	return outcome == record.Invited || outcome == record.AlreadyInvited || outcome == record.AlreadyMember
}

// progress says how far runs of the plan have come with a row that is looked at.
func (a *approval) progress(row int) plan.Progress {
	switch {
	case a.done[row]:
		return plan.CarriedOut
	case a.resumed:
		return plan.Begun
	}
	return plan.Untouched
}

// doneBy returns the run that has carried out the plan, and whether one has: everybody whom the plan was to invite was
// invited by runs of it, what else it was to change was changed by them, and these have ended. What has happened to the invitations since is no matter: the plan was
// approved for once.
func (a *approval) doneBy() (run ledger.Run, done bool) {
	if a == nil || a.resumed || a.last.ID == "" {
		return ledger.Run{}, false
	}
	sends := 0
	for _, step := range a.Steps {
		if !step.Sends() {
			continue
		}
		if sends++; !a.done[step.Row] {
			return ledger.Run{}, false
		}
	}
	for _, change := range a.Changes {
		if !a.made[change.Key()] {
			return ledger.Run{}, false
		}
	}
	return a.last, sends+len(a.Changes) > 0
}

// comparison holds the verdicts of today against an approved plan. Nil compares nothing.
type comparison struct {
	*approval
	planned   map[int]plan.Step
	different []string // the first ones, in words
	count     int
	others    []string // that are about no row
}

func (a *approval) compare() *comparison {
	if a == nil {
		return nil
	}
	c := &comparison{approval: a, planned: make(map[int]plan.Step, len(a.Steps))}
	for _, step := range a.Steps {
		c.planned[step.Row] = step
	}
	return c
}

// add takes in the verdict of today on one row.
func (c *comparison) add(today plan.Step) {
	if c == nil {
		return
	}
	planned, known := c.planned[today.Row]
	if known && planned.Agrees(today, c.progress(today.Row)) {
		return
	}
	if c.count++; c.count > Shown {
		return
	}
	was := "nothing"
	if known {
		was = planned.String()
	}
	c.different = append(c.different, "line "+strconv.Itoa(today.Line)+": "+today.Email+": planned "+was+", now "+today.String())
}

// refusal returns the error that keeps everything from being sent since verdicts or changes differ from the plan, nil if none
// does.
func (c *comparison) refusal() error {
	if c == nil || c.count+len(c.others) == 0 {
		return nil
	}
	all := c.count + len(c.others)
	lines := append(slices.Clone(c.different), c.others...)
	lines = lines[:min(len(lines), Shown)]
	if more := all - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more differences", more))
	}
	var what []string
	if c.count > 0 {
		what = append(what, plural.Of(c.count, "row"))
	}
	if n := len(c.others); n > 0 {
		what = append(what, plural.Of(n, "change"))
	}
	are := " are"
	if all == 1 {
		are = " is"
	}
	return c.refuse(lines, "%s different from the plan of %s", strings.Join(what, " and ")+are, c.madeAt())
}
