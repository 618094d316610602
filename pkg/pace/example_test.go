package pace_test

import (
	"context"
	"fmt"

	"rollcall/pkg/pace"
)

// Everybody asks the same pace before sending, and tells it what came of it.
func Example() {
	p, err := pace.New(pace.Options{Rate: 100})
	if err != nil {
		fmt.Println(err)
		return
	}
	permission, err := p.Acquire(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("may leave at", p.Status().Rate) // now send
	p.Report(pace.Answered{Permission: permission, Kind: pace.Refused})
	fmt.Println("and after a refusal at", p.Status().Rate)
	// Output:
	// may leave at 100/s
	// and after a refusal at 95/s
}
