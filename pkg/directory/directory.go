// Package directory knows what an organization looks like now: its members, its invitations and its teams.
//
// [Read] makes one reading; the [Directory] it returns never changes and answers by person, whatever the letter case
// of the address. It decides nothing and sends nothing but reads.
package directory

import (
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// Directory is one reading of an organization. It is safe for concurrent use, since nothing changes it.
type Directory struct {
	// Began is when the reading began, by this machine's clock: it settles nothing about attempts that had not
	// ended by then.
	Began time.Time
	// Stable reports whether the lists stood still while they were read, so that nobody can have slipped from one
	// page to the next unseen.
	Stable bool

	people map[string]Standing
	teams  []cybedefend.Team
}

// Standing is what the directory holds about one person. The zero value is a stranger.
type Standing struct {
	// Member is the person as a member, nil if there is none.
	Member *cybedefend.User
	// Pending is the invitation that the person can still accept, nil if there is none.
	Pending *cybedefend.Invitation
	// Lapsed is the latest invitation that has expired unanswered, nil if there is none.
	Lapsed *cybedefend.Invitation
}

// Person returns what is known about an address.
func (d *Directory) Person(address string) Standing { return d.people[email.Fold(address)] }

// Members counts the people of the organization.
func (d *Directory) Members() int {
	return d.count(func(s Standing) bool { return s.Member != nil })
}

// Pending counts the open invitations.
func (d *Directory) Pending() int {
	return d.count(func(s Standing) bool { return s.Pending != nil })
}

func (d *Directory) count(is func(Standing) bool) int {
	n := 0
	for _, standing := range d.people {
		if is(standing) {
			n++
		}
	}
	return n
}

// Teams returns the teams that a roster may mean by name: the one with that id, else the one with exactly that name,
// else all whose name differs in letter case only. One team is an answer, none or several are a problem of the roster.
func (d *Directory) Teams(name string) []cybedefend.Team {
	for _, same := range []func(cybedefend.Team) bool{
		func(t cybedefend.Team) bool { return strings.EqualFold(t.ID, name) },
		func(t cybedefend.Team) bool { return t.Name == name },
		func(t cybedefend.Team) bool {
			return strings.EqualFold(strings.TrimSpace(t.Name), strings.TrimSpace(name))
		},
	} {
		var found []cybedefend.Team
		for _, team := range d.teams {
			if same(team) {
				found = append(found, team)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// TeamNames returns the names of all teams, sorted.
func (d *Directory) TeamNames() []string {
	names := make([]string, len(d.teams))
	for i, team := range d.teams {
		names[i] = team.Name
	}
	slices.Sort(names)
	return names
}

// add notes a person's invitation, as it stands at the service's time now.
func (d *Directory) add(key string, invitation cybedefend.Invitation, now time.Time) {
	standing := d.people[key]
	switch {
	case Pending(invitation, now):
		if standing.Pending == nil || invitation.ExpiresAt.After(standing.Pending.ExpiresAt) {
			standing.Pending = &invitation
		}
	case lapsed(invitation):
		if standing.Lapsed == nil || invitation.ExpiresAt.After(standing.Lapsed.ExpiresAt) {
			standing.Lapsed = &invitation
		}
	default:
		return
	}
	d.people[key] = standing
}

// Pending reports whether an invitation can still be accepted at the service's time now: its status says so, or says
// something unknown, and it has not expired. One whose end is not known counts as pending, so that nobody is mailed
// again by mistake.
func Pending(invitation cybedefend.Invitation, now time.Time) bool {
	return !ended(invitation) && !isExpired(invitation) && (invitation.ExpiresAt.IsZero() || invitation.ExpiresAt.After(now))
}

// lapsed reports whether an invitation that is not pending ran out of time, rather than being answered or withdrawn.
func lapsed(invitation cybedefend.Invitation) bool { return !ended(invitation) }

// ended reports whether the status, whose words are not documented, says that an invitation was answered or withdrawn.
func ended(invitation cybedefend.Invitation) bool {
	switch strings.ToLower(strings.TrimSpace(invitation.Status)) {
	case "accepted", "completed", "used", "joined",
		"cancelled", "canceled", "revoked", "deleted", "withdrawn",
		"declined", "rejected", "refused":
		return true
	}
	return false
}

func isExpired(invitation cybedefend.Invitation) bool {
	return strings.EqualFold(strings.TrimSpace(invitation.Status), "expired")
}
