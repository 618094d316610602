package pager_test

import (
	"fmt"

	"rollcall/pkg/pager"
)

// PAGER chooses for all programs, ROLLCALL_PAGER for this one.
func ExampleChoose() {
	variables := map[string]string{"PAGER": "most", "ROLLCALL_PAGER": "less -S"}
	fmt.Println(pager.Choose(func(name string) (string, bool) {
		value, given := variables[name]
		return value, given
	}))
	// Output: less -S
}
