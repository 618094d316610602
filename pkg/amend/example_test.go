package amend_test

import (
	"fmt"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/drift"
)

// What is to be changed can be said before it is.
func Example() {
	changes := []amend.Change{
		{Step: amend.ChangeRole, Action: amend.Due, Difference: drift.Difference{Kind: drift.Role, Email: "ada@example.com", Has: "member", Wanted: "manager"}},
		{Step: amend.JoinTeam, Action: amend.Due, Difference: drift.Difference{Kind: drift.TeamMissing, Email: "bo@example.com", Team: cybedefend.Team{Name: "Platform"}, Wanted: "developer"}},
		{Action: amend.Reported, Difference: drift.Difference{Kind: drift.Leaver, Email: "cy@example.com"}},
	}
	for _, line := range amend.Words(changes) {
		fmt.Println(line)
	}
	// Output:
	// 1 role: ada@example.com as manager
	// 1 member into a team: bo@example.com into Platform
}
