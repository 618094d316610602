package listing_test

import (
	"fmt"
	"os"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/listing"
)

// A list is sorted, and shown in the form that is asked for.
func Example() {
	teams := listing.Teams("3c90c3cc-0d44-4b50-8888-8dd25736052a", []cybedefend.Team{{ID: "2", Name: "Security"}, {ID: "1", Name: "Platform"}})
	if err := teams.WriteCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// name,id,description
	// Platform,1,
	// Security,2,
}
