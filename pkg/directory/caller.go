package directory

import (
	"slices"
	"strings"

	"rollcall/pkg/cybedefend"
)

// Caller is whoever the credentials belong to, in one organization. Nothing is known about the zero value.
type Caller struct {
	Email string
	// Role is the caller's role in the organization as the service writes it; empty where it is not known.
	Role string
	// Seats is how many seats the organization's subscription has, 0 where it is not known.
	Seats int
}

// CallerOf returns the caller's place in an organization as the profile tells it. In an organization that the profile
// does not name, the role is unknown.
func CallerOf(profile cybedefend.Profile, organizationID string) Caller {
	caller := Caller{Email: profile.Email, Seats: max(profile.Subscription.Seats, 0)}
	for _, membership := range profile.Organizations {
		if strings.EqualFold(membership.ID, organizationID) {
			caller.Role = membership.Role
		}
	}
	return caller
}

// MayGrant reports whether the caller may invite people with a role. Nothing is assumed about a caller whose role is
// not known: then the service will say.
func (c Caller) MayGrant(role cybedefend.Role) bool {
	roles, known := Grantable(c.Role)
	return !known || slices.Contains(roles, role)
}

// MayInvite reports whether there is any role that the caller may grant, or his own is not known.
func (c Caller) MayInvite() bool {
	roles, known := Grantable(c.Role)
	return !known || len(roles) > 0
}

// Grantable returns the roles that a caller with the given role may grant, most powerful first, and whether the role is
// known at all. Letter case does not matter. The matrix is the service's, as its documentation has it.
func Grantable(role string) (roles []cybedefend.Role, known bool) {
	switch strings.ToLower(strings.TrimSpace(role)) {
	case "creator":
		return cybedefend.Roles(), true
	case string(cybedefend.Administrator):
		return []cybedefend.Role{cybedefend.Manager, cybedefend.BillingManager, cybedefend.Member}, true
	case string(cybedefend.Manager):
		return []cybedefend.Role{cybedefend.Manager, cybedefend.Member}, true
	case string(cybedefend.BillingManager), string(cybedefend.Member):
		return nil, true
	}
	return nil, false
}
