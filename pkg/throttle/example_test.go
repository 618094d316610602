package throttle_test

import (
	"fmt"
	"net/http"
	"time"

	"rollcall/pkg/throttle"
)

// The headers of a reply say how long to wait, and what the limits are.
func Example() {
	header := http.Header{}
	header.Set("Retry-After", "30000")
	header.Set("X-RateLimit-Limit", "100")
	header.Set("X-RateLimit-Remaining", "0")
	header.Set("X-RateLimit-Reset", "30")

	wait, limits := throttle.Read(http.StatusTooManyRequests, header, time.Now())
	fmt.Println(wait.After, "by", wait.From)
	for _, limit := range limits {
		fmt.Println(limit.Remaining, "of", limit.Quota, "left, whole again in", limit.Reset)
	}
	// Output:
	// 30s by Retry-After: 30000, read as milliseconds
	// 0 of 100 left, whole again in 30s
}
