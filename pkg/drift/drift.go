// Package drift says where an organization differs from the roster that it is to follow.
//
// It compares and does nothing else: what is to be done about a difference is for others to decide. Nothing here ever
// asks for a member to be removed.
package drift

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/directory"
)

// Kind says how an organization differs.
type Kind string

// The kinds of differences.
const (
	// Role: a member has another role than the roster wants.
	Role Kind = "role"
	// Leaver: a member whom an earlier roster named, and this one does not.
	Leaver Kind = "leaver"
	// LeaverInvited: the open invitation of somebody whom an earlier roster named, and this one does not.
	LeaverInvited Kind = "leaver_invited"
	// UnknownInvited: the open invitation of somebody whom no roster has ever named.
	UnknownInvited Kind = "unknown_invited"
)

// Kinds returns all kinds, in the order of a summary.
func Kinds() []Kind { return []Kind{Role, Leaver, LeaverInvited, UnknownInvited} }

// Difference is one person who is not as the roster has it.
type Difference struct {
	Kind  Kind
	Email string
	// Has is the role that the person has, Wanted the one in the roster, empty if there is none.
	Has, Wanted string
	// UserID is that of a member, InvitationID that of an open invitation, which expires at ExpiresAt.
	UserID, InvitationID string
	ExpiresAt            time.Time
}

// Roster is what a roster says about people, by key: the role that is wanted, empty where the row does not say for
// certain.
type Roster map[string]string

// Find returns the differences between an organization and its roster, by kind and then by address. people are all of
// the organization's, by key; known tells whether an earlier roster has named somebody.
func Find(people iter.Seq2[string, directory.Membership], wanted Roster, known func(key string) bool) []Difference {
	var found []Difference
	for key, m := range people {
		role, listed := wanted[key]
		if d, differs := compare(m, role, listed, known(key)); differs {
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
		case listed && role != "" && member.Role != "" && !strings.EqualFold(role, string(member.Role)):
			d.Kind = Role
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

func rank(k Kind) int { return slices.Index(Kinds(), k) }
