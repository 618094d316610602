// Package follow holds an organization to the roster that it is to follow: what differs, what of that is to be changed, and
// what speaks against it.
//
// It decides and changes nothing itself. Whoever has named a person last decides whether somebody has left; a rule that
// holds a change back says why.
package follow

import (
	"cmp"
	"context"
	"iter"
	"strings"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/guard"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/report"
	"rollcall/pkg/results"
	"rollcall/pkg/roster"
)

// Following is where an organization differs from the roster that it is to follow, or in its teams alone from one that people
// are invited by. Nil is an organization that follows none, or does not differ.
type Following struct {
	*Options
	Teams
	// Absence is what is remembered of whom rosters have named.
	*Absence
	// Trips are what speaks against the roster itself: it has lost too many rows, or leavers would be changed by another one
	// than before.
	Trips []guard.Trip
	// Changes are the differences, with what becomes of each.
	Changes []amend.Change
	// Renames are people who seem to have another address than in an earlier roster.
	Renames []Rename
	// Shifted says that the numbers of people are probably not those of before, empty if they are.
	Shifted string
	// numbers are those that are to be remembered, rows is how many the roster has.
	numbers map[string]ledger.Number
	rows    int
}

// Ground is what a comparison rests on: the organization as it was read, and what is remembered of it.
type Ground struct {
	Memory
	Directory *directory.Directory
	Histories plan.Histories
	// Doubtful are the people about whom a request may still take effect.
	Doubtful journey.Doubtful
	// Protected are the people from whom nothing is taken.
	Protected Protected
	// Now is the service's time.
	Now time.Time
}

// Compare finds out where the organization differs from the roster that it is to follow, which of that is to be changed, and
// what speaks against the roster.
//
// Without options and absence, only the teams are compared; what is found is nil then if they do not differ.
func (o *Options) Compare(ctx context.Context, r *roster.Roster, a *Absence, now Edition, teams Teams, g Ground) (*Following, error) {
	if o == nil {
		return teams.alone(ctx, r, g)
	}
	f := &Following{Options: o, Absence: a, Teams: teams}
	rolls := newRolls(a, g.Scope)
	wanted, err := wishesOf(ctx, r, rolls)
	if err != nil {
		return nil, err
	}
	for mailbox := range a.elsewhere {
		if _, here := wanted[mailbox]; !here {
			wanted[mailbox] = "" // whom another live roster names has not left, whatever role that one wants
		}
	}
	owners := ownersOf(g.Histories)
	f.pair(rolls, r, g, owners, wanted)
	rules, err := o.rulesFor(ctx, g, wanted)
	if err != nil {
		return nil, err
	}
	removals, err := o.leaversFor(ctx, a, g, rules, r.Invalid)
	if err != nil {
		return nil, err
	}
	if f.Changes, f.Trips, err = teams.compare(ctx, r, a.elsewhere, g); err != nil {
		return nil, err
	}
	leavers := false
	for _, difference := range drift.Find(drift.Sides{
		People: g.Directory.People(), Roster: wanted, Known: a.knows,
		Owner: func(id string) string { return owners[strings.ToLower(id)] }, Renamed: f.renamedTo(),
	}) {
		if difference.Kind == drift.LeaverInvited {
			owner := owners[strings.ToLower(difference.InvitationID)]
			if difference.Doubt = a.doubt(email.Fold(difference.Email), owner); o.CancelLeavers && g.Protected.Has(difference.Email, owner) {
				difference.Doubt = heldProtected
			}
		}
		change := f.judge(difference, r, g, rules)
		if difference.Kind == drift.Leaver && o.RemoveLeavers {
			if change, err = removals.judge(ctx, difference); err != nil {
				return nil, err
			}
		}
		leavers = leavers || removals.coming || change.IsDue() && difference.Kind != drift.Role
		f.Changes = append(f.Changes, change)
	}
	amend.Sort(f.Changes)
	if trip := guard.Shrink(a.Rows(), r.Rows, float64(o.MaxShrink)*100); trip != nil {
		f.Trips = append(f.Trips, *trip)
	}
	if leavers && !o.AcceptRoster {
		f.Trips = append(f.Trips, a.trips(now)...)
	}
	return f, nil
}

// wishesOf returns what a roster wants, by key. Whoever has an invalid row, one that a filter leaves out, or no role of their own
// is in the roster all the same, and keeps whatever role. Whoever is not active is not in it. The rolls get the numbers.
func wishesOf(ctx context.Context, r *roster.Roster, rolls *rolls) (drift.Roster, error) {
	wanted := drift.Roster{}
	for entry, err := range r.Entries(ctx) {
		rolls.add(entry)
		switch {
		case err != nil:
			return nil, err
		case entry.Inactive: // who has left
		case entry.Skipped(): // by a filter, by which nobody has left
			if _, named := wanted[entry.Key()]; !named {
				wanted[entry.Key()] = ""
			}
		case entry.Invalid(), entry.RoleDefaulted:
			wanted[entry.Key()] = ""
		default:
			wanted[entry.Key()] = entry.Role
		}
	}
	return wanted, nil
}

// ownersOf returns whose the invitations are that are remembered, by their ids in lower case. An id that the service has
// given to several people is nobody's.
func ownersOf(histories plan.Histories) map[string]string {
	owners := make(map[string]string, histories.Len())
	for key, history := range histories.All() {
		for _, id := range append([]string{history.Invitation.ID, history.Seen.ID}, history.Earlier...) {
			id = strings.ToLower(id)
			if owner, taken := owners[id]; id == "" || taken && owner != key {
				owners[id] = ""
				continue
			}
			owners[id] = key
		}
	}
	return owners
}

// judge says what is to be done about a difference, and what holds it back. Where rows are invalid, nobody is certain to
// have left: one of them may be meant.
func (f *Following) judge(d drift.Difference, r *roster.Roster, g Ground, rules *roleRules) amend.Change {
	c := amend.Change{Difference: d, Action: amend.Reported}
	switch {
	case d.Kind == drift.Renamed:
		return f.renamed(c)
	case d.Kind == drift.Role && !f.ApplyRoles: // nothing is to be changed, so nothing is held back
	case g.Doubtful.Has(d.Email): // a request for the person may still take effect
		if d.Kind == drift.Role {
			c.Held = heldInDoubt
		}
	case d.Kind == drift.Role && g.Protected.keeps(d):
		c.Held = heldProtected
	case d.Kind == drift.Role:
		return rules.judge(d)
	case d.Kind == drift.LeaverInvited && d.Doubt == "" && f.CancelLeavers && r.Invalid == 0:
		c.Step, c.Action = amend.Cancel, amend.Due
	}
	return c
}

// Limit adds to a guard's limits what holds for leavers and roles in an organization of so many members.
func (f *Following) Limit(limits *guard.Limits, members int) {
	if f != nil {
		limits.MaxLeavers = new(f.Options.Leavers(f.Rows()))
		limits.MaxRoleChanges = new(f.RoleChanges(members))
		limits.MaxRenames = new(f.Options.Renames(f.rows))
		limits.MaxRemovals = new(f.MaxRemovals)
	}
}

// Check shows a guard what is to be changed, which is work.
func (f *Following) Check(guards *guard.Check, work *guard.Work) {
	if f == nil {
		return
	}
	for _, rename := range f.Renames {
		work.Add(string(drift.Renamed), rename.From, rename.To)
		guards.Rename(rename.From, rename.Email)
	}
	for _, c := range f.Changes {
		if c.IsDue() {
			work.Add(c.Work()...)
		}
		switch {
		case !c.IsDue():
		case c.Kind == drift.Role:
			guards.ChangeRole(guard.Person{Email: c.Email, Role: c.Wanted})
		case c.Kind == drift.LeaverInvited:
			guards.Leave(c.Email)
		case c.Kind == drift.Leaver:
			guards.Remove(c.Email)
		}
	}
}

// IsDue reports whether anything is to be changed, or to be told of a change that did not stick.
func (f *Following) IsDue() bool {
	for _, c := range f.Changes {
		if c.IsDue() || c.Stuck != nil {
			return true
		}
	}
	return false
}

// wants reports whether differences of a kind are to be changed that some rule may hold back.
func (f *Following) wants(kind drift.Kind) bool {
	switch kind {
	case drift.Role:
		return f.ApplyRoles
	case drift.TeamMissing, drift.TeamRole:
		return f.ApplyTeams
	case drift.TeamExtra:
		return f.PruneTeams
	default:
		return false
	}
}

// Count counts the differences.
func (f *Following) Count() *report.Drift {
	if f == nil {
		return nil
	}
	found := &report.Drift{Due: amend.Words(f.Changes)}
	for _, c := range f.Changes {
		switch c.Kind {
		case drift.Role:
			found.Roles++
		case drift.PendingDiffers:
			found.PendingDiffers++
		case drift.TeamMissing:
			found.TeamsMissing++
		case drift.TeamRole:
			found.TeamRoles++
		case drift.TeamExtra:
			found.TeamsExtra++
		case drift.Leaver:
			found.Leavers++
		case drift.LeaverInvited:
			found.LeaversInvited++
		case drift.UnknownInvited:
			found.UnknownInvited++
		case drift.Renamed:
			found.Renamed++
		}
		if f.wants(c.Kind) && c.Action == amend.Reported {
			found.Held++
		}
		if c.Kind == drift.Leaver && f.RemoveLeavers {
			countLeaver(found, c)
		}
		switch c.Action {
		case amend.Cancelled, amend.Demoted, amend.Removed:
			found.Changed++
		case amend.RoleChanged:
			found.Changed++
			found.RolesChanged++
		case amend.TeamAdded, amend.TeamRoleChanged, amend.TeamRemoved:
			found.Changed++
			found.TeamsChanged++
		case amend.Replaced:
			found.Changed++
			found.PendingReplaced++
		case amend.Failed:
			found.Failed++
		case amend.Reported, amend.Due:
		}
	}
	return found
}

// Lines yields the lines of the file of differences.
func Lines(changes []amend.Change) iter.Seq[results.DriftLine] {
	return func(yield func(results.DriftLine) bool) {
		for _, c := range changes {
			line := results.DriftLine{
				Kind: string(c.Kind), Email: c.Email, Team: c.Team.Name, HasRole: c.Has, WantedRole: c.Wanted, UserID: c.UserID,
				InvitationID: c.InvitationID, ExpiresAt: c.ExpiresAt, Action: string(c.Action), Error: cmp.Or(c.Doubt, c.Held, c.Note),
				NewEmail: c.NewEmail,
			}
			if c.Err != nil {
				line.Error = c.Err.Error()
			}
			if !yield(line) {
				return
			}
		}
	}
}
