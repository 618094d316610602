package onboard_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rollcall/pkg/batch"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/onboard"
	"rollcall/pkg/roster"
	"rollcall/pkg/sandbox"
)

// Everybody in a roster is invited, once each: after a crash the same program goes on where it was. What is needed is a
// file for the ledger that outlives the program.
func Example() {
	ctx, stop := context.Background(), make(chan struct{})  // close stop to end early, with results
	service, _ := sandbox.Start(ctx, "", sandbox.Options{}) // stands for the service
	defer service.Close()
	folder, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(folder)

	report, err := onboard.Run(ctx, stop, onboard.Options{
		Document: onboard.Document{Roster: "../../samples/team.csv"},
		Service:  onboard.Service{Dial: onboard.At(service.URL(), cybedefend.AccessToken(service.AccessToken()))},
		Course:   onboard.Course{Ledger: filepath.Join(folder, "ledger.db")},
		Output:   onboard.Output{Results: filepath.Join(folder, "team.results.csv")},
	}, nil)
	fmt.Println(report.Outcomes, err)
	// Output: map[invited:12] <nil>
}

// employees are the people of a program; in earnest, a query. They can be asked for more than once.
func employees(yield func(roster.Person, error) bool) {
	for _, name := range []string{"ada", "bruno"} {
		if !yield(roster.Person{Email: name + "@example.com", Role: "member"}, nil) {
			return
		}
	}
}

// show prints what becomes of the first person.
func show(e batch.Event) {
	if e.Settled != nil && e.Settled.Row == 1 {
		fmt.Println(e.Settled.Email, e.Settled.Outcome)
	}
}

// agree decides by what it sees.
func agree(p *onboard.Preview) error {
	fmt.Println(p.Roster, "would invite", p.Sends())
	if p.Sends() > 10 {
		return errors.New("too many at once")
	}
	return nil
}

// A program brings people of its own, decides by what it sees, and watches.
func Example_embedding() {
	ctx := context.Background()
	service, _ := sandbox.Start(ctx, "", sandbox.Options{})
	defer service.Close()
	folder, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(folder)

	report, err := onboard.Run(ctx, nil, onboard.Options{
		Document: onboard.Document{Source: roster.People("HR", employees)},
		Service:  onboard.Service{Dial: onboard.At(service.URL(), cybedefend.AccessToken(service.AccessToken()))},
		Course:   onboard.Course{Ledger: filepath.Join(folder, "ledger.db")},
		Observer: onboard.Observer{Event: show},
	}, agree)
	fmt.Println(report.Status, report.Outcomes, err)
	// Output:
	// HR would invite 2
	// ada@example.com invited
	// 0 map[invited:2] <nil>
}
