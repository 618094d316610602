package follow

import (
	"context"
	"fmt"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plural"
	"rollcall/pkg/roster"
)

// roleRules decide whose role is changed, one member after the other by address. A rule that holds a change back says why.
type roleRules struct {
	caller directory.Caller
	// minimum is how many administrators stay; present of them are there, whoever is about to become one not counted.
	minimum, present int
	// earlier are the changes of which nothing is seen, by the folded address.
	earlier map[string]ledger.RoleChange
	now     time.Time
}

// rulesFor returns the rules for an organization. Earlier changes that are seen to be made, or that nobody wishes for any
// more, are forgotten where the ledger is held.
func (o *Options) rulesFor(ctx context.Context, g Ground, wanted drift.Roster) (*roleRules, error) {
	d := g.Directory
	r := &roleRules{caller: d.Caller, minimum: o.MinAdmins, earlier: map[string]ledger.RoleChange{}, now: g.Now}
	members := map[string]cybedefend.User{}
	for key, member := range d.Joined() {
		members[key] = member
		if isAdministrator(string(member.Role)) {
			r.present++
		}
	}
	if g.Ledger == nil {
		return r, nil
	}
	for c, err := range g.Ledger.RoleChanges(ctx, g.Scope) {
		if err != nil {
			return nil, err
		}
		if c.Team != "" {
			continue
		}
		if member := members[c.Person]; member.ID == c.UserID && string(member.Role) == c.From && isWished(c, wanted) {
			r.earlier[c.Person] = c
			continue
		}
		if !g.IsHeld {
			continue
		}
		if err := g.Ledger.KeepRoleChange(ctx, g.Scope, ledger.RoleChange{Person: c.Person}); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// isWished reports whether an earlier change is still what the roster wants: the role that it names, or, of somebody whom it
// does not name, to be removed or demoted first.
func isWished(c ledger.RoleChange, wanted drift.Roster) bool {
	role, named := wanted[c.Person]
	if !named {
		return c.To == "" || c.To == string(cybedefend.Member)
	}
	return c.To != "" && c.To == role
}

func isAdministrator(role string) bool {
	parsed, err := roster.ParseRole(role)
	return err == nil && parsed == string(cybedefend.Administrator)
}

// judge says what becomes of a member with another role than the roster wants.
func (r *roleRules) judge(d drift.Difference) (c amend.Change) {
	c = amend.Change{Difference: d, Step: amend.ChangeRole, Action: amend.Reported}
	if c.Held = r.held(d); c.Held != "" || d.Doubt != "" {
		return c
	}
	if earlier, ok := r.earlier[email.Fold(d.Email)]; ok {
		return again(c, earlier, r.now)
	}
	if isAdministrator(d.Has) {
		if c.Held = r.spare(); c.Held != "" {
			return c
		}
	}
	c.Action = amend.Due
	return c
}

// spare counts an administrator less. Where too few would stay, it counts nobody and says so.
func (r *roleRules) spare() (held string) {
	if r.present <= r.minimum {
		return fmt.Sprintf("at least %s stay, and without this one there would be %d", plural.Of(r.minimum, "administrator"), r.present-1)
	}
	r.present--
	return ""
}

// held returns which rule keeps a member's role as it is, whatever the role.
func (r *roleRules) held(d drift.Difference) string {
	switch {
	case r.caller.ID == "" && r.caller.Email == "":
		return "the service does not say who calls it, and nobody may change their own role"
	case r.caller.Is(d.UserID, d.Email):
		return "these are the credentials in use: another administrator has to change this role"
	}
	return ""
}

// again says what becomes of a change that the service has said to have made, and that is not to be seen.
func again(c amend.Change, earlier ledger.RoleChange, now time.Time) amend.Change {
	at := earlier.At.UTC().Format(time.DateTime)
	switch {
	case now.Sub(earlier.At).Abs() < journey.MemoryCounts:
		c.Held = "it was changed at " + at + " UTC, which the list may not show yet"
	case earlier.Told:
		c.Held = "it did not stick at " + at + " UTC: it is tried again once the roster or the organization has changed"
	default:
		c.Action, c.Stuck = amend.Failed, &earlier
		c.Err = fmt.Errorf("it did not stick: the service has said yes at %s UTC, and still lists %q", at, c.Has)
	}
	return c
}
