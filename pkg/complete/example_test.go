package complete_test

import (
	"fmt"

	"rollcall/pkg/complete"
)

// What an option can be, and what a map can be once its field is there.
func Example() {
	for _, choice := range complete.Words("invite", "invalid") {
		fmt.Println(choice.Word+":", choice.About)
	}
	fmt.Println(complete.Maps([]string{"Login", "Cost center"}, "email="))
	// Output:
	// refuse: one invalid row and nothing is sent
	// skip: invite the others
	// [{email=Login } {email=Cost center }]
}
