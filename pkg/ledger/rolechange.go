package ledger

import "time"

// RoleChange is a role that the service has said to have given to a member, in the organization or in a team. Whether it did is
// for a later reading to tell.
type RoleChange struct {
	// Person is the folded address, UserID the id of the member.
	Person, UserID string
	// Team is the id of the team, empty for a role in the organization.
	Team string
	// From is the role that the service listed before, as it writes it; To is the one that was asked for. Without a role,
	// somebody is not in it.
	From, To string
	// At is when the service said so.
	At time.Time
	// Told says that a person was told that the role did not stick, which once is enough.
	Told bool
}
