package shell_test

import (
	"fmt"

	"rollcall/pkg/shell"
)

func Example() {
	fmt.Println("rollcall check", shell.Quote("linux", "the team.csv"))
	// Output: rollcall check 'the team.csv'
}
