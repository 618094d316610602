package batch_test

import (
	"context"
	"fmt"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/sandbox"
)

// The organization is read, the run is written down, and then carried out. A ledger that runs have used before needs a
// [batch.Recovery] first.
func Example() {
	ctx := context.Background()
	service, _ := sandbox.Start(ctx, "127.0.0.1:0", sandbox.Options{}) // stands for the service
	defer service.Close()
	client, _ := cybedefend.New(cybedefend.Options{BaseURL: service.URL(), Credentials: cybedefend.AccessToken(service.AccessToken())})
	defer client.Close()

	id, memory := sandbox.DefaultOrganizationID, ledgertest.NewMemory(nil) // in earnest, a file: see sqlite.Open
	organization, _ := directory.Read(ctx, directory.Options{Service: client, OrganizationID: id})
	people := ledgertest.List(nil, record.Record{Row: 1, Email: "ada@example.com", Role: "member"})
	run, _ := memory.Begin(ctx, ledger.Run{Service: service.URL(), OrganizationID: id}, people)
	rate, _ := pace.New(pace.Options{})

	err := batch.Run(ctx, nil, batch.Options{
		OrganizationID: id, Run: run.ID, Service: client, Ledger: memory, Pace: rate,
		Inputs:  plan.Inputs{Directory: organization},
		Observe: func(e batch.Event) { fmt.Println(e.Settled.Email, e.Settled.Outcome) },
	})
	fmt.Println(err)
	// Output:
	// ada@example.com invited
	// <nil>
}
