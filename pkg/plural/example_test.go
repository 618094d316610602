package plural_test

import (
	"fmt"

	"rollcall/pkg/plural"
)

func Example() {
	fmt.Println(plural.Of(0, "row"), plural.Of(1, "person"), plural.Of(2, "person"), plural.Of(-1, "guard"))
	// Output: 0 rows 1 person 2 people -1 guards
}

func ExampleGrouped() {
	fmt.Println(plural.Grouped(999), plural.Grouped(1000), plural.Grouped(-1234567))
	// Output: 999 1,000 -1,234,567
}
