package follow

import (
	"slices"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
	"rollcall/pkg/email"
	"rollcall/pkg/roster"
)

// What keeps a person as they are.
const (
	heldProtected = "the person is protected"
	heldInDoubt   = "what became of an earlier request for the person is not known yet"
)

// Protected are people from whom nothing is ever taken: they are not removed, keep what their role gives them, and their
// invitations stay open. It is a set of mailboxes, so that every spelling of an address protects the person. The zero value has
// nobody.
type Protected map[string]bool

// Add protects the person of an address.
func (p Protected) Add(address string) { p[email.Mailbox(email.Fold(address))] = true }

// Has reports whether any of the addresses is that of somebody who is protected. An empty one is nobody's.
func (p Protected) Has(addresses ...string) bool {
	return slices.ContainsFunc(addresses, func(address string) bool {
		return address != "" && p[email.Mailbox(email.Fold(address))]
	})
}

// keeps reports whether a person who is protected would lose something by another role, or by leaving a team.
func (p Protected) keeps(d drift.Difference) bool {
	if !p.Has(d.Email) {
		return false
	}
	switch d.Kind {
	case drift.Role:
		role, err := roster.ParseRole(d.Has)
		return err != nil || isLess(cybedefend.Role(d.Wanted), cybedefend.Role(role), cybedefend.Roles())
	case drift.TeamRole:
		role, err := roster.ParseTeamRole(d.Has)
		return err != nil || isLess(cybedefend.TeamRole(d.Wanted), cybedefend.TeamRole(role), cybedefend.TeamRoles())
	default:
		return d.Kind == drift.TeamExtra
	}
}

// isLess reports whether a role is less than another one, of all roles with the most powerful first.
func isLess[T comparable](role, other T, all []T) bool {
	return slices.Index(all, role) > slices.Index(all, other)
}
