package packed_test

import (
	"fmt"

	"rollcall/pkg/packed"
)

func Example() {
	var people packed.Texts
	var roles packed.Words
	put := func(email, name, role string) {
		people.Put(email, roles.Append(packed.AppendText(nil, name), role))
	}
	put("ada@example.com", "Ada", "admin")
	put("ben@example.com", "Ben", "member")
	put("cy@example.com", "Cy", "member")

	for email, text := range people.All() {
		r := packed.Read(text)
		fmt.Println(email, r.Text(), roles.Read(&r))
	}
	// Output:
	// ada@example.com Ada admin
	// ben@example.com Ben member
	// cy@example.com Cy member
}
