package cybedefend

import (
	"encoding/json"
	"time"

	"rollcall/pkg/secret"
)

// Role is a role in an organization.
type Role string

// The roles of an organization, as the reference page lists them.
const (
	Administrator  Role = "administrator"
	Manager        Role = "manager"
	BillingManager Role = "billing_manager"
	Member         Role = "member"
)

// Roles returns the roles of an organization, most powerful first.
func Roles() []Role { return []Role{Administrator, Manager, BillingManager, Member} }

// TeamRole is a role in a team.
type TeamRole string

// The roles of a team.
const (
	TeamManager      TeamRole = "team_manager"
	AnalystDeveloper TeamRole = "analyst_developer"
	Developer        TeamRole = "developer"
	ReadOnly         TeamRole = "read_only"
)

// TeamRoles returns the roles of a team, most powerful first.
func TeamRoles() []TeamRole { return []TeamRole{TeamManager, AnalystDeveloper, Developer, ReadOnly} }

// Invite is the body of an invite call. It has exactly the fields of the reference page: the service may refuse
// others.
type Invite struct {
	Email           string           `json:"email"`
	Role            Role             `json:"role"`
	TeamAssignments []TeamAssignment `json:"teamAssignments,omitempty"`
}

// TeamAssignment puts the invited person into a team once the invitation is accepted.
type TeamAssignment struct {
	TeamID string   `json:"teamId"`
	Role   TeamRole `json:"role"`
}

// encode returns the invite as [encoding/json] has it. Addresses, ids and roles are of characters that mean nothing in JSON.
func (i Invite) encode() ([]byte, error) {
	const besides = 64 // what stands around the texts of one object
	size, ordinary := besides+len(i.Email)+len(i.Role), isOrdinary(i.Email) && isOrdinary(string(i.Role))
	for _, team := range i.TeamAssignments {
		size += besides + len(team.TeamID) + len(team.Role)
		ordinary = ordinary && isOrdinary(team.TeamID) && isOrdinary(string(team.Role))
	}
	if !ordinary {
		return json.Marshal(i)
	}
	body := make([]byte, 0, size)
	body = append(append(append(body, `{"email":"`...), i.Email...), `","role":"`...)
	body = append(append(body, i.Role...), '"')
	for n, team := range i.TeamAssignments {
		if n == 0 {
			body = append(body, `,"teamAssignments":[`...)
		} else {
			body = append(body, ',')
		}
		body = append(append(append(body, `{"teamId":"`...), team.TeamID...), `","role":"`...)
		body = append(append(body, team.Role...), `"}`...)
	}
	if len(i.TeamAssignments) > 0 {
		body = append(body, ']')
	}
	return append(body, '}'), nil
}

// isOrdinary reports whether a text stands in JSON as it is.
func isOrdinary(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

// Invitation is an invitation as the service describes it. It never repeats the team assignments. Encoded as JSON, its
// token is redacted.
type Invitation struct {
	ID    string      `json:"id"`
	Token secret.Text `json:"token"`
	Email string      `json:"email"`
	// Status is free text in any letter case.
	Status           string `json:"status"`
	OrganizationID   string `json:"organizationId"`
	OrganizationName string `json:"organizationName"`
	OrganizationRole string `json:"organizationRole"`
	// ExpiresAt is zero if the service gave no date that can be read: take such an invitation for one that is pending, and
	// say so.
	ExpiresAt time.Time `json:"expiresAt"`
	// UnreadExpiry is what the service gave as the date if it can't be read, as it stands in the JSON, shortened to be
	// shown. It is empty if the date can be read or if there is none.
	UnreadExpiry string `json:"-"`
}

// User is a member of an organization.
type User struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Role  Role   `json:"role"`
}

// Team is a team of an organization.
type Team struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// TeamMember is a member of a team, with the role there.
type TeamMember struct {
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Role  TeamRole `json:"role"`
}

// Organization is an organization the caller belongs to.
type Organization struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Profile is the caller.
type Profile struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	// Organizations are those that the caller belongs to, as far as they can be read.
	Organizations []Membership `json:"myOrganizations"`
	// Subscription is that of the account, where the service tells one.
	Subscription Subscription `json:"subscription"`
}

// Membership is the caller's place in one organization.
type Membership struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Role is the caller's role there, as the service writes it.
	Role string `json:"myRole"`
	// Seats is how many seats the organization has paid for, 0 if the service did not say: those of the organization's
	// own subscription, or else of the account's.
	Seats int `json:"-"`
	// IsActive says whether the organization is in use, nil if the service did not say.
	IsActive *bool `json:"isActive"`
}

// Subscription is what an account or an organization has paid for. What the service did not say is zero.
type Subscription struct {
	Plan  string `json:"plan"`
	Seats int    `json:"seats"`
}

// PageSize is the largest size of a page that the service accepts.
const PageSize = 20

// Page is a part of a list to ask for.
type Page struct {
	// Number counts from 1.
	Number int
	// Size is how many items a page holds, up to [PageSize], which 0 stands for.
	Size int
}
