package statedir_test

import (
	"fmt"

	"rollcall/pkg/statedir"
)

func Example() {
	folder, err := statedir.Of("rollcall", statedir.Surroundings{
		System: "darwin",
		Lookup: func(string) (string, bool) { return "", false },
		Home:   func() (string, error) { return "/Users/ann", nil },
		Exists: func(string) bool { return false },
	})
	fmt.Println(folder, err)
	// Output: /Users/ann/Library/Application Support/rollcall <nil>
}
