package journey_test

import (
	"fmt"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// A lost reply is looked up before anything is repeated.
func Example() {
	policy, err := journey.Policy{}.WithDefaults()
	if err != nil {
		fmt.Println(err)
		return
	}
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	work := journey.Work{Record: record.Record{Row: 1, Email: "ada@example.com"}, Desired: plan.Desired{Email: "ada@example.com"}}

	lost := journey.Answer{Err: &cybedefend.Error{Class: cybedefend.Lost}, Ended: noon}
	step := journey.Judge(work, lost, policy)
	fmt.Println(step.Move, step.Heard, step.Work.InDoubt)

	shown := journey.Sighting{Membership: directory.Membership{Pending: &cybedefend.Invitation{ID: "i1", Email: "ada@example.com"}}, Began: noon.Add(time.Minute)}
	step = journey.Resolve(step.Work, shown, plan.Inputs{At: noon.Add(time.Minute)}, policy)
	fmt.Println(step.Move, step.Work.Outcome)
	// Output:
	// look_up trouble true
	// settled invited
}
