package onboard

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"os"
	"os/user"
	"strconv"

	"rollcall/pkg/audit"
	"rollcall/pkg/audit/auditfile"
	"rollcall/pkg/guard"
	"rollcall/pkg/plan"
	"rollcall/pkg/plural"
	"rollcall/pkg/quantity"
	"rollcall/pkg/remedy"
	"rollcall/pkg/status"
)

// Auditing says whom the audit trail names, and where its lines go beside the ledger.
type Auditing struct {
	// Audit is the file to which the lines of the ledger's trail are appended, empty for none. Nothing is sent unless it can
	// be written.
	Audit string `yaml:"audit"`
	// Caller is on whose behalf it is done. Empty: whoever runs the program, and the machine, as in ada@laptop.
	Caller string `yaml:"-"`
	// Job names what has started it, such as the job of a schedule, empty if nothing has.
	Job string `yaml:"-"`
	// Consent is how it was allowed to send. Empty: by the plan that is carried out, else, for a sync, that it never asks,
	// else by the program. See [Preview.Agreed].
	Consent audit.Consent `yaml:"-"`
}

// trailBatch is how many rows end before their lines are appended: a sync of the disk for so many costs a row nothing, and
// so many are quickly appended later, after a crash.
const trailBatch = 256

// trailing is how far the file of the audit trail has followed the ledger.
type trailing struct {
	trail       *auditfile.File // nil if the trail goes to no file
	untold      int             // rows that have ended since lines were appended
	trailFailed error
}

// operator names who runs the program, and on which machine.
func operator() string {
	name, host := "unknown", "unknown"
	if who, err := user.Current(); err == nil {
		name = who.Username
	}
	if machine, err := os.Hostname(); err == nil {
		host = machine
	}
	return name + "@" + host
}

// signTrail says on whose behalf this process writes, and has the file follow the ledger: one that cannot be continued is
// found out before anything is sent.
func (s *Session) signTrail(ctx context.Context) (err error) {
	s.memory.ledger.Sign(audit.Author{
		Who: cmp.Or(s.o.Caller, operator()), Job: s.o.Job, Credential: s.connection.credential, Now: s.connection.Now,
	})
	if s.o.Audit == "" {
		return nil
	}
	if s.trail, err = auditfile.Open(ctx, s.o.Audit, s.memory.ledger.Audit); err != nil {
		return explainTrail(err)
	}
	return s.followTrail(ctx)
}

// followTrail appends what the file lacks of the ledger's trail.
func (s *Session) followTrail(ctx context.Context) error {
	s.untold = 0
	if s.trail == nil {
		return nil
	}
	return explainTrail(s.trail.CatchUp(ctx))
}

// endTrail appends the last lines, and returns how the work has ended with that.
func (s *Session) endTrail(ctx context.Context, how status.Status, err error) (status.Status, error) {
	if trailErr := s.followTrail(ctx); trailErr != nil && s.trailFailed == nil {
		return how.Worse(StatusOf(trailErr)), errors.Join(err, trailErr)
	}
	return how, err
}

// rowEnded counts a row that has ended, and appends lines once there are enough. It reports false once that has failed.
func (s *Session) rowEnded(ctx context.Context) bool {
	if s.untold++; s.untold >= trailBatch && s.trailFailed == nil {
		s.trailFailed = s.followTrail(ctx)
	}
	return s.trailFailed == nil
}

// whileTrailed returns a channel that is closed with stop, or once halt is called, since lines can't be appended any more.
// Call halt in the end.
func (s *Session) whileTrailed(ctx context.Context, stop <-chan struct{}) (_ <-chan struct{}, halt func()) {
	if s.trail == nil {
		return stop, func() {}
	}
	waits, halt := until(context.WithoutCancel(ctx), stop)
	return waits.Done(), halt
}

// explainTrail says how the work ends when the audit trail can't be written to its file, and what to do about it.
func explainTrail(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, auditfile.ErrNoFolder) {
		return remedy.About("audit", err).With(remedy.Words("make the folder, or name a file in another one"))
	}
	if errors.Is(err, auditfile.ErrNotPlain) {
		return remedy.About("audit", err).With(remedy.Words("name a plain file, or one that is not there yet"))
	}
	if _, refused := errors.AsType[*auditfile.RefusedError](err); refused {
		return remedy.About("audit", err).With(remedy.Words("find out what has changed it: ").Run("audit verify", "").
			Words(" says more. Put it aside, and another file gets all lines of the ledger anew"))
	}
	return refusal(status.Unexpected, err, remedy.Words("make room for it or name another file with ").Use("audit", "").
		Words(": no line is lost, since the ledger has them all"))
}

// Agreed says how it was allowed to apply the preview, for the audit trail.
func (p *Preview) Agreed(how audit.Consent) { p.session.o.Consent = how }

// noteApproval adds to the trail how the run was allowed to send, and what let something pass that would have been refused.
func (s *Session) noteApproval(ctx context.Context, p *Preview) error {
	how, digest := s.o.Consent, ""
	switch {
	case s.o.Approved != nil:
		identity := s.o.Approved.Identity()
		digest, how = hex.EncodeToString(identity[:]), cmp.Or(how, audit.ByPlan)
	case p.consent.now != "":
		how, digest = audit.ByDigest, p.consent.now
	case how == "" && s.o.Sync != nil:
		how = audit.Unattended
	}
	approval := audit.Approve(s.run.ID, cmp.Or(how, audit.ByProgram), digest)
	approval.Service, approval.Organization = s.memory.scope.Service, s.memory.scope.OrganizationID
	if err := s.memory.ledger.Note(ctx, append([]audit.Event{approval}, s.passes(p)...)...); err != nil {
		return err
	}
	return s.followTrail(ctx)
}

// passes returns the options that have let something pass that would have been refused.
func (s *Session) passes(p *Preview) (events []audit.Event) {
	pass := func(option, value, reason string) {
		events = append(events, audit.Pass(s.run.ID, option, value, reason))
	}
	if s.o.TrustLists {
		pass("trust-lists", "", "lists are believed that contradict themselves")
	}
	if s.o.NoPreflight {
		pass("no-preflight", "", "members and invitations are not looked up")
	}
	if s.o.Fresh {
		pass("fresh", "", "a run that was cut short is not gone on with")
	}
	if n := s.roster.Invalid; n > 0 && s.o.SkipInvalid {
		pass("invalid", SkipInvalid, plural.Of(n, "row")+" invalid")
	}
	if s.o.Reinvite == plan.ReinviteEnded || s.o.Reinvite.Replaces() {
		pass(plan.OptionReinvite, string(s.o.Reinvite), "")
	}
	return append(events, s.guardsPassed(p)...)
}

// guardsPassed returns the guards of a sync that would have tripped by their defaults. Inviting has none by default.
func (s *Session) guardsPassed(p *Preview) (events []audit.Event) {
	f := s.following
	if s.o.Sync == nil {
		return nil
	}
	usual := ForSync()
	limits := guard.Limits{MaxAdmins: usual.MaxAdmins, MaxLeavers: new(usual.Sync.Leavers(f.Rows())), MaxRemovals: new(usual.Sync.MaxRemovals)}
	if d := s.past.inputs.Directory; d != nil {
		limits.MaxRoleChanges = new(usual.Sync.RoleChanges(d.Members()))
	}
	trips := p.guards.Passed(limits)
	if trip := guard.Shrink(f.Rows(), s.roster.Rows, float64(usual.Sync.MaxShrink)*100); trip != nil {
		trips = append(trips, *trip)
	}
	for _, trip := range trips {
		events = append(events, audit.Pass(s.run.ID, trip.Option, s.valueOf(trip.Option), trip.Reason))
	}
	if f.AcceptRoster {
		events = append(events, audit.Pass(s.run.ID, guard.OptionAcceptRoster, "", ""))
	}
	if f.MinAdmins < usual.Sync.MinAdmins && (f.ApplyRoles || f.RemoveLeavers) {
		events = append(events, audit.Pass(s.run.ID, "min-admins", strconv.Itoa(f.MinAdmins), ""))
	}
	if f.LeaverGrace < usual.Sync.LeaverGrace && f.RemoveLeavers {
		events = append(events, audit.Pass(s.run.ID, "leaver-grace", f.LeaverGrace.String(), ""))
	}
	if f.RemoveAtOnce {
		events = append(events, audit.Pass(s.run.ID, "remove-at-once", "", "whoever has more rights than a member is not demoted first"))
	}
	return events
}

// valueOf returns the value of a guard's option, empty for no limit.
func (s *Session) valueOf(option string) string {
	quantities := map[string]quantity.Quantity{
		guard.OptionMaxLeavers: s.o.Sync.MaxLeavers, guard.OptionMaxRoleChanges: s.o.Sync.MaxRoleChanges,
	}
	if q, ok := quantities[option]; ok {
		return q.String()
	}
	switch {
	case option == guard.OptionMaxShrink:
		return s.o.Sync.MaxShrink.String()
	case option == guard.OptionMaxRemovals:
		return strconv.Itoa(s.o.Sync.MaxRemovals)
	case option == guard.OptionMaxAdmins && s.o.MaxAdmins != nil:
		return strconv.Itoa(*s.o.MaxAdmins)
	}
	return ""
}
