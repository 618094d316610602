package directory_test

import (
	"context"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/sandbox"
)

// BenchmarkRead reads a huge organization, and tells how many calls it takes.
func BenchmarkRead(b *testing.B) {
	const members, invitations = 10_000, 2_000
	running, err := sandbox.Start(context.WithoutCancel(b.Context()), "", sandbox.Options{
		Members: sandbox.Population{Count: members - 1}, Pending: sandbox.Population{Count: invitations}, // and the caller
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := running.Close(); err != nil {
			b.Error(err)
		}
	}()
	for name, people := range map[string][]string{"everybody": nil, "ten people": {
		"member100@acme.example", "member101@acme.example", "member102@acme.example", "member103@acme.example",
		"member104@acme.example", "a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example",
	}} {
		b.Run(name, func(b *testing.B) {
			calls := make(chan int, 1)
			calls <- 0
			client, err := cybedefend.New(cybedefend.Options{
				BaseURL:     running.URL(),
				Credentials: cybedefend.PersonalAccessToken{Token: running.PAT(), AuthEndpoint: running.URL()},
				Observe:     func(cybedefend.Exchange) { calls <- 1 + <-calls },
			})
			if err != nil {
				b.Fatal(err)
			}
			defer client.Close()
			for b.Loop() {
				d, err := directory.Read(b.Context(), directory.Options{
					Service: client, OrganizationID: sandbox.DefaultOrganizationID, People: people,
				})
				if err != nil || !d.Stable || d.Members() != members || d.Pending() != invitations {
					b.Fatalf("%v: %+v", err, d)
				}
			}
			b.ReportMetric(float64(<-calls)/float64(b.N), "calls/op")
		})
	}
}
