package breaker_test

import (
	"fmt"

	"rollcall/pkg/breaker"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/journey"
)

// After ten failures in a row, nothing leaves before a probe has been answered.
func Example() {
	var state breaker.State
	failed := journey.Step{Move: journey.Again, Heard: journey.Trouble, Err: &cybedefend.Error{Class: cybedefend.NotProcessed}}
	for range 10 {
		fmt.Print(state.Do(0, false) == breaker.GoOn, " ")
		state = state.Next(failed, breaker.Options{})
	}
	fmt.Println(state.Do(0, false) == breaker.Probe)

	state = state.Probed(nil) // the service is back
	fmt.Println(state.Do(0, false) == breaker.TryOne)
	state = state.Next(journey.Step{Move: journey.Settled, Heard: journey.Accepted}, breaker.Options{})
	fmt.Println(state.Do(0, false) == breaker.GoOn)
	// Output:
	// true true true true true true true true true true true
	// true
	// true
}
