package formula_test

import (
	"fmt"

	"rollcall/pkg/formula"
)

// What a spreadsheet would run gets an apostrophe, and loses it again.
func Example() {
	for _, cell := range []string{"Ada", "=1+1", "'=1+1", "Ada;=1+1"} {
		defused := formula.Defuse(cell)
		fmt.Println(cell, defused, formula.Restore(defused))
	}
	// Output:
	// Ada Ada Ada
	// =1+1 '=1+1 =1+1
	// '=1+1 ''=1+1 '=1+1
	// Ada;=1+1 Ada;'=1+1 Ada;=1+1
}
