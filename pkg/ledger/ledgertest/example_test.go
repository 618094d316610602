package ledgertest_test

import (
	"context"
	"fmt"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
)

// Tests of those who use a ledger need no file.
func Example() {
	ctx := context.Background()
	memory := ledgertest.NewMemory(nil)
	run, err := memory.Begin(ctx, ledger.Run{OrganizationID: "acme"}, ledgertest.List(nil, record.Record{Row: 1, Email: "ada@example.com"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	again := memory.Restart() // as another process would see it
	for entry, err := range again.Pending(ctx, run.ID) {
		fmt.Println(entry.Row, entry.Email, err)
	}
	// Output:
	// 1 ada@example.com <nil>
}
