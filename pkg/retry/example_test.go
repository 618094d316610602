package retry_test

import (
	"fmt"
	"time"

	"rollcall/pkg/retry"
)

// The bound of the waits doubles; the caller's random number says how much of it is waited.
func Example() {
	policy, err := retry.New(retry.Policy{Attempts: 4, Base: time.Second})
	if err != nil {
		fmt.Println(err)
		return
	}
	for attempts := 1; policy.Again(attempts); attempts++ {
		fmt.Println(attempts, policy.Wait(attempts, 0, 0.5))
	}
	// Output:
	// 1 500ms
	// 2 1s
	// 3 2s
}
