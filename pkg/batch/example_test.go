package batch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/document"
	"rollcall/pkg/ledger"
	"rollcall/pkg/pace"
	"rollcall/pkg/plan"
	"rollcall/pkg/roster"
	"rollcall/pkg/sandbox"
)

// A program of its own, from the roster to the outcomes, against a sandbox.
func Example() {
	if err := invite(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// row 1: ann@x.example invited
	// row 2: bob@x.example invited
}

func invite(ctx context.Context) error {
	service, err := sandbox.Start(ctx, "", sandbox.Options{})
	if err != nil {
		return err
	}
	defer service.Close()

	source, remove, err := document.Spool("people", strings.NewReader("email,role\nann@x.example,member\nbob@x.example,manager\n"))
	if err != nil {
		return err
	}
	defer remove()
	people, err := roster.Read(ctx, source, roster.Options{})
	if err != nil {
		return err // a *roster.RefusedError says what is wrong and where
	}

	client, err := cybedefend.New(cybedefend.Options{
		BaseURL:     service.URL(),
		Credentials: cybedefend.PersonalAccessToken{Token: service.PAT(), AuthEndpoint: service.URL()},
	})
	if err != nil {
		return err
	}
	defer client.Close()
	organization := sandbox.DefaultOrganizationID
	now, err := directory.Read(ctx, directory.Options{Service: client, OrganizationID: organization})
	if err != nil {
		return err
	}

	folder, err := os.MkdirTemp("", "rollcall-example-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	memory, err := ledger.Open(filepath.Join(folder, "ledger.db"), ledger.Options{})
	if err != nil {
		return err
	}
	defer memory.Close()
	run, err := memory.Begin(ctx, ledger.Run{OrganizationID: organization, Digest: people.Digest}, plan.Records(people.Entries(ctx), time.Now))
	if err != nil {
		return err
	}

	rate, err := pace.New(pace.Options{Rate: 100})
	if err != nil {
		return err
	}
	err = batch.Run(ctx, nil, batch.Options{
		OrganizationID: organization, Run: run.ID, Service: client, Ledger: memory, Directory: now, Pace: rate,
	})
	if err != nil {
		return err // a *batch.StopError says why the run stopped early; the same run can be resumed
	}
	for r, err := range memory.Records(ctx, run.ID) {
		if err != nil {
			return err
		}
		fmt.Printf("row %d: %s %s\n", r.Row, r.Email, r.Outcome)
	}
	return nil
}
