package follow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plural"
	"rollcall/pkg/report"
	"rollcall/pkg/roster"
)

const (
	// differentRosters is how many different rosters in a row have to lack somebody: an export that is stuck, and one that was
	// cut once, are no evidence.
	differentRosters = 2
	// aNight is how long somebody who was demoted is left in the organization, so that whoever misses a right can say so. A
	// schedule that does not keep to the minute has its next night after it all the same.
	aNight = 12 * time.Hour
)

// leaverRules decide who is removed for having left the roster, one member after the other, and who is demoted first. A rule
// that keeps somebody says why.
type leaverRules struct {
	*Options
	absence *Absence
	// roles are the rules that changes of roles share: who calls, which changes did not stick, and how many administrators stay.
	roles *roleRules
	// demoted are the last demotions on the way out, by the id of the member in lower case, with those that were about to be
	// made when a run was cut short.
	demoted map[string]ledger.Change
	// invalid counts the rows of the roster that nobody is certain to be meant by.
	invalid int
	ground  Ground
	// coming says that somebody will be removed once the time for it has come.
	coming bool
}

// leaversFor returns the rules for an organization.
func (o *Options) leaversFor(ctx context.Context, a *Absence, g Ground, roles *roleRules, invalid int) (*leaverRules, error) {
	r := &leaverRules{Options: o, absence: a, roles: roles, demoted: map[string]ledger.Change{}, invalid: invalid, ground: g}
	if g.Ledger == nil || !o.RemoveLeavers {
		return r, nil
	}
	for c, err := range g.Ledger.ChangesIn(ctx, g.Scope) {
		if err != nil {
			return nil, err
		}
		if c.Kind == string(drift.Leaver) && (c.Action == string(amend.Demoted) || c.Action == string(amend.Due)) {
			r.demoted[strings.ToLower(c.UserID)] = c
		}
	}
	return r, nil
}

// judge says what becomes of a member who has left the roster.
func (r *leaverRules) judge(ctx context.Context, d drift.Difference) (c amend.Change, err error) {
	c = amend.Change{Difference: d, Step: amend.Remove, Action: amend.Reported}
	if c.Held = r.kept(d); c.Held != "" {
		return c, nil
	}
	if c.Held, err = r.absence.waits(ctx, email.Fold(d.Email), r.LeaverGrace); err != nil || c.Held != "" {
		r.coming = r.coming || c.Held != ""
		return c, err
	}
	demoted, wasDemoted := r.demotion(d)
	if wasDemoted {
		c.Had = demoted.Has
	}
	if role, err := roster.ParseRole(d.Has); err == nil && role != string(cybedefend.Member) && !r.RemoveAtOnce {
		c.Step = amend.Demote
	}
	if earlier, ok := r.roles.earlier[email.Fold(d.Email)]; ok && earlier.To == c.After() {
		return again(c, earlier, r.roles.now), nil
	}
	if until := demoted.At.Add(aNight); c.Step == amend.Remove && wasDemoted && !r.RemoveAtOnce && r.ground.Now.Before(until) {
		c.Held = "the role was taken away first, at " + clock(demoted.At) + ": the next night removes the person"
		r.coming = true
		return c, nil
	}
	if isAdministrator(d.Has) {
		if c.Held = r.roles.spare(); c.Held != "" {
			return c, nil
		}
	}
	c.Action = amend.Due
	return c, nil
}

// kept returns which rule keeps a member in the organization whatever the time, empty if none does.
func (r *leaverRules) kept(d drift.Difference) string {
	_, unknown := roster.ParseRole(d.Has)
	switch caller := r.roles.caller; {
	case r.ground.Protected.Has(d.Email):
		return heldProtected
	case caller.ID == "" && caller.Email == "":
		return "the service does not say who calls it, and nobody may remove themselves"
	case r.roles.caller.Is(d.UserID, d.Email):
		return "these are the credentials in use: nobody removes themselves"
	case directory.IsCreator(d.Has):
		return "this is the creator of the organization, who stays"
	case d.Has == "":
		return "the service does not say which role the member has"
	case unknown != nil:
		return fmt.Sprintf("%q is no role that a roster can give", d.Has)
	case r.invalid > 0:
		return plural.Of(r.invalid, "row") + " of the roster cannot be read, and may mean anybody"
	case r.ground.Doubtful.Has(d.Email):
		return heldInDoubt
	}
	return r.absence.doubt(email.Fold(d.Email))
}

// demotion returns the demotion of a member on the way out, if there was one since a roster last named the person.
func (r *leaverRules) demotion(d drift.Difference) (c ledger.Change, found bool) {
	c, found = r.demoted[strings.ToLower(d.UserID)]
	if !found || !c.At.After(r.absence.mailboxes[email.Mailbox(d.Email)]) {
		return ledger.Change{}, false
	}
	return c, true
}

// waits says for what somebody who is absent is not changed yet, empty if nothing is waited for any more: different rosters in
// a row have to lack the person, the one now included, and the first of them so long ago.
func (a *Absence) waits(ctx context.Context, key string, grace time.Duration) (string, error) {
	mailbox := email.Mailbox(key)
	last := a.mailboxes[mailbox]
	if other := a.follower(last); other != "" {
		return other + " has named the person last, and is followed as well: it is for that roster to lack the person", nil
	}
	since := a.now
	different := map[[32]byte]bool{a.edition.Content: true}
	for _, reading := range a.readings {
		if !reading.Since.After(last) {
			break // it names the person, or is older
		}
		named, err := a.names(ctx, reading, mailbox)
		if err != nil {
			return "", err
		}
		if named {
			break
		}
		if !reading.Whole {
			continue // which says of nobody that they are not meant
		}
		since = reading.Since
		if different[reading.Content] = true; len(different) >= differentRosters && a.now.Sub(since) >= grace {
			return "", nil
		}
	}
	var reasons []string
	if a.now.Sub(since) < grace {
		reasons = append(reasons, "absent since "+clock(since)+", and removed from "+clock(since.Add(grace))+" on")
	}
	if len(different) < differentRosters {
		reasons = append(reasons, "no two different rosters have lacked the person yet")
	}
	return strings.Join(reasons, "; "), nil
}

// names reports whether a roster names somebody that is not whole, so that it has not become the last that does.
func (a *Absence) names(ctx context.Context, reading ledger.Accepted, mailbox string) (bool, error) {
	switch {
	case reading.Whole:
		return false, nil
	case reading.Run == "" || a.ledger == nil: // nobody knows
		return true, nil
	}
	in, read := a.inRun[reading.Run]
	if !read {
		in = map[string]bool{}
		for rec, err := range a.ledger.Records(ctx, reading.Run, 0) {
			if err != nil {
				return false, err
			}
			in[email.Mailbox(rec.Email)] = true
		}
		a.inRun[reading.Run] = in
	}
	return in[mailbox], nil
}

// follower returns the name of another roster that is followed and was the last to name somebody, empty if there is none.
func (a *Absence) follower(last time.Time) string {
	for _, other := range a.others {
		if other.At.Equal(last) && a.live[ledger.Series(other.Roster)] {
			return other.Roster
		}
	}
	return ""
}

// clock returns a time for people.
func clock(at time.Time) string { return at.UTC().Format(time.DateTime) + " UTC" }

// countLeaver counts what becomes of a member who has left the roster.
func countLeaver(found *report.Drift, c amend.Change) {
	for action, n := range map[amend.Action]*int{
		amend.Removed: &found.Removed, amend.Demoted: &found.Demoted, amend.Reported: &found.LeaversHeld,
	} {
		if c.Action == action {
			*n++
		}
	}
}

// Removals returns the members who are to be removed, or demoted on the way out, each with the role that they had before.
func (f *Following) Removals() (due []amend.Change) {
	if f == nil {
		return nil
	}
	for _, c := range f.Changes {
		if c.IsDue() && c.Kind == drift.Leaver {
			if c.Had == "" {
				c.Had = c.Has
			}
			due = append(due, c)
		}
	}
	return due
}
