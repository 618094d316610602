package directory

import (
	"slices"
	"strings"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/email"
)

// Caller is whoever the credentials belong to, in one organization. Nothing is known about the zero value.
type Caller struct {
	ID, Email string
	// Role is the caller's role in the organization as the service writes it; empty where it is not known.
	Role string
	// Seats is how many seats the organization's subscription has, 0 where it is not known.
	Seats int
}

// CallerOf returns the caller's place in an organization as the profile tells it. In an organization that the profile
// does not name, the role is unknown, and the seats are those of the caller's own subscription.
func CallerOf(profile cybedefend.Profile, organizationID string) Caller {
	caller := Caller{ID: profile.ID, Email: profile.Email, Seats: max(profile.Subscription.Seats, 0)}
	for _, membership := range profile.Organizations {
		if !strings.EqualFold(membership.ID, organizationID) {
			continue
		}
		caller.Role = membership.Role
		if membership.Seats > 0 {
			caller.Seats = membership.Seats
		}
	}
	return caller
}

// Is reports whether somebody is the caller, by the id or the address.
func (c Caller) Is(id, address string) bool {
	return c.ID != "" && strings.EqualFold(c.ID, id) || c.Email != "" && email.Fold(address) == email.Fold(c.Email)
}

// MayGrant reports whether the caller may probably invite people with a role: advice, since the service decides. Nothing
// is assumed about a caller whose role is not known.
func (c Caller) MayGrant(role cybedefend.Role) bool {
	roles, known := grantable(c.Role)
	return !known || slices.Contains(roles, role)
}

// MayInvite reports whether there is any role that the caller may probably grant, or his own is not known.
func (c Caller) MayInvite() bool {
	roles, known := grantable(c.Role)
	return !known || len(roles) > 0
}

// creator is the role of whoever has created an organization, where the service tells it. It can be given to nobody.
const creator = "creator"

// IsCreator reports whether a role, as the service writes it, is that of whoever has created the organization.
func IsCreator(role string) bool { return strings.EqualFold(strings.TrimSpace(role), creator) }

// Grantable returns the roles that a caller with the given role may probably grant, most powerful first, and whether the
// role is known at all. Letter case does not matter. No public page has this matrix; it is an inference, so it is good
// for a warning and never for a refusal.
func Grantable(role string) (roles []cybedefend.Role, known bool) {
	roles, known = grantable(role)
	return slices.Clone(roles), known
}

// What callers may grant, by their role.
var (
	byCreator       = cybedefend.Roles()
	byAdministrator = []cybedefend.Role{cybedefend.Manager, cybedefend.BillingManager, cybedefend.Member}
	byManager       = []cybedefend.Role{cybedefend.Manager, cybedefend.Member}
)

// grantable is [Grantable] in a list that nobody changes: it is asked for every row of a roster.
func grantable(role string) (roles []cybedefend.Role, known bool) {
	switch strings.ToLower(strings.TrimSpace(role)) {
	case creator:
		return byCreator, true
	case string(cybedefend.Administrator):
		return byAdministrator, true
	case string(cybedefend.Manager):
		return byManager, true
	case string(cybedefend.BillingManager), string(cybedefend.Member):
		return nil, true
	}
	return nil, false
}
