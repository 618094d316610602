package remedy_test

import (
	"fmt"

	"rollcall/pkg/remedy"
)

// A command line and a page show the same hint, each in its own way.
func Example() {
	hint := remedy.Words("choose one with ").Use("map", "email=Login")

	fmt.Println(hint.Render(func(r remedy.Remedy) string { return "--" + r.Option + " " + r.Value }))
	for _, r := range hint.Remedies() {
		fmt.Printf("a chooser for %s, set to %s\n", r.Option, r.Value)
	}
	// Output:
	// choose one with --map email=Login
	// a chooser for map, set to email=Login
}
