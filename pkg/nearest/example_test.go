package nearest_test

import (
	"fmt"

	"rollcall/pkg/nearest"
)

// What somebody has typed, and what there is.
func Example() {
	fmt.Println(nearest.Word("--dry_rum", []string{"dry-run", "deadline"}))
	fmt.Println(nearest.Squash("Billing Manager"))
	// Output:
	// dry-run
	// billingmanager
}
