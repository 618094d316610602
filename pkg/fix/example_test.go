package fix_test

import (
	"context"
	"fmt"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/fix"
	"rollcall/pkg/roster"
)

// What needs no person is done; everything else stays as it is.
func Example() {
	ctx := context.Background()
	const text = "email,role\n Ada <ada@example.com>,Billing Manager\nada@example.com,billing_manager\nbruno@example.com,managr\n"
	source, discard, _ := document.Spool("people.csv", strings.NewReader(text)) // or document.File
	defer discard()
	fixed, err := fix.Read(ctx, source, roster.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for change, err := range fixed.Changes(ctx) {
		fmt.Println(change, err)
	}
	content, err := fixed.Content(ctx, "fixed.csv")
	fmt.Print(string(content), err, "\n")
	// Output:
	// people.csv:2:1: email: " Ada <ada@example.com>" -> "ada@example.com" (the bare address) <nil>
	// people.csv:2:24: role: "Billing Manager" -> "billing_manager" (the service's spelling) <nil>
	// people.csv:3:1: row: "ada@example.com" dropped (on line 2 already, with the same role and teams) <nil>
	// email,role
	// ada@example.com,billing_manager
	// bruno@example.com,managr
	// <nil>
}
