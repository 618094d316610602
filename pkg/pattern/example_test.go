package pattern_test

import (
	"fmt"

	"rollcall/pkg/pattern"
)

var teamID = pattern.Of(`^[0-9a-f]{8}$`)

func Example() {
	fmt.Println(teamID().MatchString("00c0ffee"), teamID().MatchString("tea"))
	// Output: true false
}
