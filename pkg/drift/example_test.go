package drift_test

import (
	"fmt"
	"maps"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
)

// An organization is compared with the roster that it is to follow.
func Example() {
	people := map[string]directory.Membership{ // those of a directory, see directory.Directory.People
		"ada@example.com":   {Member: &cybedefend.User{Email: "ada@example.com", Role: "member"}},
		"bruno@example.com": {Member: &cybedefend.User{Email: "bruno@example.com", Role: "member"}},
	}
	sides := drift.Sides{
		People: maps.All(people), Roster: drift.Roster{"ada@example.com": "manager"},
		Known: func(string) bool { return true }, // an earlier roster had them all
	}
	for _, d := range drift.Find(sides) {
		fmt.Println(d.Kind, d.Email, d.Has, d.Wanted)
	}
	// Output:
	// role ada@example.com member manager
	// leaver bruno@example.com member
}
