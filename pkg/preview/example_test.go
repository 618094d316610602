package preview_test

import (
	"fmt"

	"rollcall/pkg/onboard"
	"rollcall/pkg/preview"
	"rollcall/pkg/record"
)

// A person is asked about all that is to be done.
func Example() {
	p := &onboard.Preview{Outcomes: map[record.Outcome]int{record.WouldInvite: 2}, NewTeams: []string{"Robots"}}
	fmt.Println(preview.Question(p))
	// Output: Invite 2 people and make 1 team?
}
