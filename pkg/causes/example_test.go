package causes_test

import (
	"fmt"

	"rollcall/pkg/causes"
)

// Two people were refused for the same reason.
func Example() {
	var c causes.Collector
	c.Add(causes.Case{Outcome: "rejected", HTTPStatus: 409, Reason: "ada@example.com is blocked", Line: 3, Email: "ada@example.com"})
	c.Add(causes.Case{Outcome: "rejected", HTTPStatus: 409, Reason: "bo@example.com is blocked", Line: 8, Email: "bo@example.com"})
	for _, line := range causes.Lines(c.List(), "team.todo.csv") {
		fmt.Println(line)
	}
	// Output:
	// 2 rejected: … is blocked
	//   line 3  ada@example.com
	//   line 8  bo@example.com
}
