package manual_test

import (
	"fmt"

	"rollcall/pkg/manual"
)

// A page is called as its command is.
func Example() {
	page, _ := manual.Of("audit-verify")
	fmt.Println(page.Short)
	fmt.Println(page.Example)
	// Output:
	// Check that an audit trail is whole and was not changed
	//   rollcall audit verify audit.jsonl
	//   rollcall audit verify audit.jsonl --ledger people.db
}
