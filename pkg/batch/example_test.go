package batch_test

import (
	"context"
	"fmt"
	"time"

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

// What earlier processes left in doubt is found out, the run is written down, and then carried out. Package onboard does the
// same for a roster.
func Example() {
	ctx := context.Background()
	service, _ := sandbox.Start(ctx, "127.0.0.1:0", sandbox.Options{}) // stands for the service
	defer service.Close()
	client, _ := cybedefend.New(cybedefend.Options{BaseURL: service.URL(), Credentials: cybedefend.AccessToken(service.AccessToken())})
	defer client.Close()

	scope := record.Scope{Service: service.URL(), OrganizationID: sandbox.DefaultOrganizationID}
	memory := ledgertest.NewMemory(nil) // in earnest, a file: see sqlite.Open
	recovered, _ := batch.Recovery{Ledger: memory, Scope: scope, Read: func(context.Context, []record.Doubt) (plan.Inputs, error) {
		d, err := directory.Read(ctx, directory.Options{Service: client, OrganizationID: scope.OrganizationID})
		return plan.Inputs{Directory: d, At: time.Now()}, err
	}}.Recover(ctx)
	people := ledgertest.List(nil, record.Record{Row: 1, Email: "ada@example.com", Role: "member"})
	run, _ := memory.Begin(ctx, ledger.Run{Service: scope.Service, OrganizationID: scope.OrganizationID}, people)
	rate, _ := pace.New(pace.Options{})

	err := recovered.Run(ctx, nil, batch.Options{
		Run: run.ID, Service: client, Pace: rate,
		Observe: func(e batch.Event) { fmt.Println(e.Settled.Email, e.Settled.Outcome) },
	})
	fmt.Println(err)
	// Output:
	// ada@example.com invited
	// <nil>
}
