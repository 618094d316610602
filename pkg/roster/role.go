package roster

import "slices"

// The roles of an organization and of a team, most powerful first, as the service spells them.
var (
	roles     = []string{"administrator", "manager", "billing_manager", "member"}
	teamRoles = []string{"team_manager", "analyst_developer", "developer", "read_only"}
)

// DefaultTeamRole is the role in a team for which the roster names none: enough to work, too little to do harm.
const DefaultTeamRole = "developer"

// What people write when they mean a role, squashed. These are suggested, never assumed: each gives rights.
var (
	roleHints = map[string]string{
		"admin": "administrator", "owner": "administrator", "orgadmin": "administrator",
		"billing": "billing_manager", "billingadmin": "billing_manager", "finance": "billing_manager",
		"user": "member", "viewer": "member", "guest": "member", "developer": "member", "employee": "member",
	}
	teamRoleHints = map[string]string{
		"admin": "team_manager", "administrator": "team_manager", "manager": "team_manager", "owner": "team_manager",
		"lead": "team_manager", "teamlead": "team_manager", "maintainer": "team_manager",
		"analyst": "analyst_developer", "dev": "developer", "member": "developer", "user": "developer",
		"reader": "read_only", "read": "read_only", "viewer": "read_only", "guest": "read_only",
	}
)

// Roles returns the roles of an organization, most powerful first.
func Roles() []string { return slices.Clone(roles) }

// TeamRoles returns the roles of a team, most powerful first.
func TeamRoles() []string { return slices.Clone(teamRoles) }

// ParseRole returns the organization role that the text names, in the service's spelling. Letter case, spaces,
// hyphens and underscores do not matter: "Billing Manager" is billing_manager, and so are words of other languages that
// give no power over others. The error is a [*ValueError].
func ParseRole(text string) (string, error) {
	role, problem := orgRoles.parse(text)
	if problem != nil {
		return "", problem
	}
	return role, nil
}

// ParseTeamRole is [ParseRole] for the role in a team.
func ParseTeamRole(text string) (string, error) {
	role, problem := rolesInTeams.parse(text)
	if problem != nil {
		return "", problem
	}
	return role, nil
}

// spelled returns the role that the text is a spelling of, "" if there is none.
func spelled(text string, known []string) string {
	if i := slices.Index(known, text); i >= 0 {
		return known[i]
	}
	word := squash(text)
	for _, role := range known {
		if word == squash(role) {
			return role
		}
	}
	return ""
}

// intended returns the role that the text is meant for, as far as one can guess, or "".
func intended(text string, known []string, hints map[string]string) string {
	if meant := hints[squash(text)]; meant != "" {
		return meant
	}
	return Nearest(text, known)
}
