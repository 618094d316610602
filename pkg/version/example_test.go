package version_test

import (
	"fmt"

	"rollcall/pkg/version"
)

// What a program calls itself when it talks to a service.
func Example() {
	built := version.Get()
	fmt.Println(built.Version != "", built.Go != "")
	// Output: true true
}
