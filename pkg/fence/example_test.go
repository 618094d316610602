package fence_test

import (
	"context"
	"fmt"
	"time"

	"rollcall/pkg/fence"
)

// A claim that grows old, as in a frozen process, is good for nothing any more.
func Example() {
	var now time.Duration // fence.Stamp has a clock of its own
	ctx := fence.StampBy(context.Background(), func() time.Duration { return now })

	fmt.Println(fence.Fresh(ctx))
	now += fence.Good + time.Second
	fmt.Println(fence.Fresh(ctx))
	// Output:
	// <nil>
	// the claim is older than 5s: the process may have been frozen; claim again
}
