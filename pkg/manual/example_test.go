package manual_test

import (
	"fmt"

	"rollcall/pkg/manual"
	"rollcall/pkg/prose"
)

// A page is called as its command is.
func Example() {
	page, _ := manual.Command("audit-verify")
	fmt.Println(page.Short)
	fmt.Print(prose.Layout{}.Text(page.Examples))
	// Output:
	// Check that an audit trail is whole and was not changed
	//   rollcall audit verify audit.jsonl
	//   rollcall audit verify audit.jsonl --ledger people.db
}
