package guard_test

import (
	"fmt"

	"rollcall/pkg/guard"
)

// A roster that is probably the wrong one trips guards, which say how to let it pass.
func Example() {
	domain, err := guard.ParseDomain("example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	check := guard.New(guard.Limits{MaxNew: new(1), Domains: []guard.Domain{domain}})
	check.Add(guard.Person{Line: 2, Email: "ada@example.com", Role: "member"})
	check.Add(guard.Person{Line: 3, Email: "bruno@examp1e.com", Role: "member"})

	for _, trip := range check.Trips(2) {
		fmt.Println(trip)
		fmt.Println(" ", trip.Pass)
	}
	// Output:
	// max-new: 2 people would get an e-mail, and at most 1 may: ada@example.com, bruno@examp1e.com
	//   [max-new 2]
	// allow-domain: 1 person would get an e-mail at a domain that is not allowed: bruno@examp1e.com on line 3 (looks like example.com, and is not)
	//   [allow-domain examp1e.com]
}
