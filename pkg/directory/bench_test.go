package directory_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/pace"
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

// BenchmarkReadAtPace reads a huge organization that takes a while to answer, at a fixed pace, and tells how much longer that takes
// than as many calls as the lists have pages.
func BenchmarkReadAtPace(b *testing.B) {
	const members, invitations, perSecond = 10_000, 1_000, 200
	const pages = (members + invitations) / cybedefend.PageSize
	service := &organization{latency: 20 * time.Millisecond}
	service.populate(members, invitations)
	for b.Loop() {
		p, err := pace.New(pace.Options{Rate: perSecond})
		if err != nil {
			b.Fatal(err)
		}
		service.times = nil
		began := time.Now()
		d, err := directory.Read(b.Context(), directory.Options{Service: service, OrganizationID: "o", Now: clock, Parallel: 64, Call: paced(p)})
		if err != nil || !d.Certain() || d.Members() != members || d.Pending() != invitations {
			b.Fatalf("%v: %+v", err, d)
		}
		b.ReportMetric(time.Since(began).Seconds()*perSecond/pages, "x-pages")
		b.ReportMetric(float64(len(service.times))/pages, "x-calls")
	}
}

// BenchmarkReadMembers reads many members, of whom each matters, and tells what is held in memory in the end for each.
func BenchmarkReadMembers(b *testing.B) {
	const members = 100_000
	service := &organization{}
	service.populate(members, 0)
	for b.Loop() {
		before := heap()
		d, err := directory.Read(b.Context(), directory.Options{Service: service, OrganizationID: "o", Now: clock})
		if err != nil || d.Members() != members {
			b.Fatalf("%v: %+v", err, d)
		}
		b.ReportMetric(float64(heap()-before)/members, "held-B/member")
		runtime.KeepAlive(d)
		service.times = nil
	}
}
