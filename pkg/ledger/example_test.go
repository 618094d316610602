package ledger_test

import (
	"context"
	"fmt"

	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
)

// A claim stands until a conclusion ends it, so a process that starts finds all that can be in doubt.
func Example() {
	ctx := context.Background()
	var memory ledger.Ledger = ledgertest.NewMemory(nil) // or sqlite.Open
	people := ledgertest.List(nil, record.Record{Row: 1, Email: "ada@example.com"}, record.Record{Row: 2, Email: "bruno@example.com"})
	run, _ := memory.Begin(ctx, ledger.Run{Service: "https://api.example.com", OrganizationID: "acme"}, people)
	for entry := range memory.Pending(ctx, run.ID) {
		memory.Claim(ctx, nil, record.Claim{Run: run.ID, Row: entry.Row, Email: entry.Email, Change: record.ChangeInvite, Attempt: 1})
	}
	// Both requests leave; only Bruno's is answered.
	bruno := record.Record{Row: 2, Email: "bruno@example.com", Outcome: record.Invited}
	memory.Conclude(ctx, run.ID, nil, record.Conclusion{Record: bruno})

	doubts, err := memory.Doubts(ctx, run.Scope())
	fmt.Println(len(doubts), doubts[0].Email, err)
	// Output:
	// 1 ada@example.com <nil>
}
