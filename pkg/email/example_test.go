package email_test

import (
	"fmt"

	"rollcall/pkg/email"
)

// Addresses are judged by their text, and compared by their key.
func Example() {
	fmt.Println(email.Check("ada@example.com"))
	for _, address := range []string{"ada.example.com", "Ada <ada@example.com>", "ada@gmial.com"} {
		problem := email.Check(address)
		if problem == nil {
			problem = email.Doubt(address)
		}
		fmt.Printf("%s %s; %q\n", address, problem.Reason, problem.Suggestion)
	}
	fmt.Println(email.Fold("Ada@EXAMPLE.com") == email.Fold("ada@example.com"))
	// Output:
	// <nil>
	// ada.example.com has no "@"; ""
	// Ada <ada@example.com> is more than the bare address; "ada@example.com"
	// ada@gmial.com is probably meant to end in "@gmail.com"; "ada@gmail.com"
	// true
}
