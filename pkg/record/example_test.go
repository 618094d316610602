package record_test

import (
	"fmt"

	"rollcall/pkg/record"
)

// Every row ends with one word of a closed set.
func Example() {
	r := record.Record{Row: 1, Line: 2, Email: "ada@example.com", Role: "member"}
	fmt.Printf("%q\n", r.Outcome)
	for _, outcome := range record.Outcomes() {
		if outcome.Well() {
			fmt.Println(outcome)
		}
	}
	// Output:
	// "unset"
	// invited
	// would_invite
	// would_reinvite
	// already_invited
	// already_member
	// skipped
	// duplicate
}
