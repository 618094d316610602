package plan_test

import (
	"fmt"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
)

// A verdict follows from the wish, the person's place in the organization and the policy alone.
func Example() {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ada := plan.Desired{Email: "ada@example.com", Role: "manager"}
	inputs := plan.Inputs{Directory: &directory.Directory{Stable: true, Complete: true}, At: noon} // see directory.Read

	stranger := directory.Membership{}
	member := directory.Membership{Member: &cybedefend.User{Email: ada.Email, Role: "member"}}
	expired := directory.Membership{Expired: &cybedefend.Invitation{Email: ada.Email, ExpiresAt: noon.Add(-time.Hour)}}
	for _, place := range []directory.Membership{stranger, member, expired} {
		verdict := plan.Decide(ada, place, inputs)
		fmt.Printf("%s %t %q\n", verdict.Outcome, verdict.Send(), verdict.Hint)
	}
	// Output:
	// would_invite true ""
	// already_member false "the member has the role member, the roster wants manager: change it in the dashboard"
	// would_reinvite true "the invitation has expired"
}
