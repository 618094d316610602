package directory_test

import (
	"context"
	"fmt"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/sandbox"
)

// One reading answers for everybody, and says whether it has missed anybody.
func Example() {
	ctx := context.Background()
	pending := sandbox.Population{People: []sandbox.Person{{Email: "ada@example.com"}}}
	service, err := sandbox.Start(ctx, "127.0.0.1:0", sandbox.Options{Pending: pending}) // stands for the service
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	client, _ := cybedefend.New(cybedefend.Options{BaseURL: service.URL(), Credentials: cybedefend.AccessToken(service.AccessToken())})
	defer client.Close()

	d, err := directory.Read(ctx, directory.Options{Service: client, OrganizationID: sandbox.DefaultOrganizationID})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Certain(), d.Person("ADA@example.com").Pending != nil, d.Person("bruno@example.com").Pending != nil)
	// Output:
	// true true false
}
