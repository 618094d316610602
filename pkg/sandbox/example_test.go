package sandbox_test

import (
	"context"
	"fmt"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/sandbox"
)

// The sandbox is used like the service, and tells who would have got an e-mail.
func Example() {
	ctx := context.Background()
	service, err := sandbox.Start(ctx, "127.0.0.1:0", sandbox.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	client, _ := cybedefend.New(cybedefend.Options{BaseURL: service.URL(), Credentials: cybedefend.AccessToken(service.AccessToken())})
	defer client.Close()
	client.Invite(ctx, sandbox.DefaultOrganizationID, cybedefend.Invite{Email: "ada@example.com", Role: cybedefend.Member})

	for address, mails := range service.Mails() {
		fmt.Println(address, mails)
	}
	// Output:
	// ada@example.com 1
}
