// Package drift says where an organization differs from the roster that it is to follow.
//
// It compares and does nothing else: what is to be done about a difference is for others to decide.
package drift

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/email"
	"rollcall/pkg/roster"
)

// Kind says how an organization differs.
type Kind string

// The kinds of differences.
const (
	// Role: a member has another role than the roster wants.
	Role Kind = "role"
	// PendingDiffers: a pending invitation has another role or other teams than the roster wants. [Find] finds none, since that
	// follows from what is remembered of the invitation.
	PendingDiffers Kind = "pending_differs"
	// TeamMissing: a member is not in a team in which the roster wants them.
	TeamMissing Kind = "team_missing"
	// TeamRole: a member has another role in a team than the roster wants.
	TeamRole Kind = "team_role"
	// TeamExtra: a member is in a team that the roster names, and their row does not name it.
	TeamExtra Kind = "team_extra"
	// Leaver: a member who is known from an earlier roster, and this one does not name.
	Leaver Kind = "leaver"
	// LeaverInvited: the open invitation of somebody who is known from an earlier roster, and this one does not name.
	LeaverInvited Kind = "leaver_invited"
	// UnknownInvited: the open invitation of somebody whom no roster explains.
	UnknownInvited Kind = "unknown_invited"
	// Renamed: somebody in the organization whom the roster probably names under another address.
	Renamed Kind = "renamed"
)

// Kinds returns all kinds, in the order of a summary.
func Kinds() []Kind {
	return []Kind{Role, PendingDiffers, TeamMissing, TeamRole, TeamExtra, Leaver, LeaverInvited, UnknownInvited, Renamed}
}

// Difference is one person who is not as the roster has it.
type Difference struct {
	Kind  Kind
	Email string
	// NewEmail is the address under which the roster names somebody who is renamed, empty for any other difference.
	NewEmail string
	// Team is the team that it is about, the zero value where it is about the organization.
	Team cybedefend.Team
	// Has is the role that the person has there, Wanted the one in the roster, empty if there is none.
	Has, Wanted string
	// UserID is that of a member, InvitationID that of an open invitation, which expires at ExpiresAt.
	UserID, InvitationID string
	ExpiresAt            time.Time
	// Doubt says why nothing should be changed by it, empty if nothing speaks against that.
	Doubt string
	// Note says what else differs, in words.
	Note string
}

// Roster is what a roster says about people, by key: the role that is wanted, empty where the row does not say for
// certain.
type Roster map[string]string

// Mailboxes returns those of everybody in the roster.
func (r Roster) Mailboxes() map[string]bool {
	mailboxes := make(map[string]bool, len(r))
	for key := range r {
		mailboxes[email.Mailbox(key)] = true
	}
	return mailboxes
}

// Sides are what is compared.
type Sides struct {
	// People are all of the organization's, by key.
	People iter.Seq2[string, directory.Membership]
	Roster Roster
	// Known tells whether somebody is known from an earlier roster, by key, so that who is missing in this one has left.
	Known func(key string) bool
	// Owner returns the key of the person to whom an invitation was sent that is remembered, empty if none is or if it is not
	// certain: the service may list it under another spelling of the address. Nil remembers none.
	Owner func(invitationID string) string
	// Renamed has the addresses under which the roster names people who are in the organization under another one, by the
	// mailbox of that.
	Renamed map[string]string
}

// Find returns the differences between an organization and its roster, by kind and then by address.
func Find(s Sides) []Difference {
	mailboxes := s.Roster.Mailboxes()
	var found []Difference
	for key, m := range s.People {
		owner := ""
		if m.Member == nil && m.Pending != nil && s.Owner != nil {
			owner = s.Owner(m.Pending.ID)
		}
		role, listed := s.Roster[key]
		_, owned := s.Roster[owner]
		// Whoever the roster has in any way has not left, and what is wanted under another spelling is not certain.
		listed = listed || owned || mailboxes[email.Mailbox(key)]
		known := s.Known(key) || owner != "" && s.Known(owner)
		d, differs := compare(m, role, listed, known)
		if address := cmp.Or(s.Renamed[email.Mailbox(key)], s.Renamed[email.Mailbox(owner)]); address != "" {
			d, differs = renamed(m, address)
		}
		if differs {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.Email, b.Email))
	})
	return found
}

// compare looks at one person.
func compare(m directory.Membership, role string, listed, known bool) (d Difference, differs bool) {
	switch member, pending := m.Member, m.Pending; {
	case member != nil:
		d = Difference{Email: member.Email, Has: string(member.Role), Wanted: role, UserID: member.ID}
		switch {
		case !listed && known:
			d.Kind = Leaver
		case listed && role != "":
			d.Kind, d.Doubt = compareRoles(string(member.Role), role)
		}
	case pending != nil && !listed:
		d = Difference{
			Kind: UnknownInvited, Email: pending.Email, Has: pending.OrganizationRole,
			InvitationID: pending.ID, ExpiresAt: pending.ExpiresAt,
		}
		if known {
			d.Kind = LeaverInvited
		}
	}
	return d, d.Kind != ""
}

// renamed says that somebody in the organization is named under another address.
func renamed(m directory.Membership, address string) (d Difference, differs bool) {
	d = Difference{Kind: Renamed, NewEmail: address}
	switch member, pending := m.Member, m.Pending; {
	case member != nil:
		d.Email, d.Has, d.UserID = member.Email, string(member.Role), member.ID
	case pending != nil:
		d.Email, d.Has, d.InvitationID, d.ExpiresAt = pending.Email, pending.OrganizationRole, pending.ID, pending.ExpiresAt
	}
	return d, d.Email != ""
}

// compareRoles says whether a member has another role than the one that is wanted. A role that no roster can name, such as
// that of an owner, is nobody's to take away.
func compareRoles(has, wanted string) (kind Kind, doubt string) {
	role, err := roster.ParseRole(has)
	switch {
	case has == "":
		return Role, "the service does not say which role the member has"
	case directory.IsCreator(has):
		return Role, "this is the creator of the organization, who keeps the role"
	case err != nil:
		return Role, fmt.Sprintf("%q is no role that a roster can give", has)
	case role != wanted:
		return Role, ""
	}
	return "", ""
}

func rank(k Kind) int { return slices.Index(Kinds(), k) }
