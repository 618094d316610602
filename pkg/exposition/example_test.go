package exposition_test

import (
	"fmt"

	"rollcall/pkg/exposition"
)

func Example() {
	waits := exposition.NewHistogram(0.1, 1)
	for _, seconds := range []float64{0.0625, 0.5, 4} {
		waits.Observe(seconds)
	}
	text := exposition.New("zone", "eu")
	text.Counter("door_openings_total", "How often the door was opened.")
	text.Sample("12", "by", `the "other" key`)
	text.Histogram("door_wait_seconds", "How long somebody waited for the door.")
	text.Distribution(waits)
	fmt.Printf("%s", text.Bytes())
	// Output:
	// # HELP door_openings_total How often the door was opened.
	// # TYPE door_openings_total counter
	// door_openings_total{zone="eu",by="the \"other\" key"} 12
	// # HELP door_wait_seconds How long somebody waited for the door.
	// # TYPE door_wait_seconds histogram
	// door_wait_seconds_bucket{zone="eu",le="0.1"} 1
	// door_wait_seconds_bucket{zone="eu",le="1"} 2
	// door_wait_seconds_bucket{zone="eu",le="+Inf"} 3
	// door_wait_seconds_sum{zone="eu"} 4.5625
	// door_wait_seconds_count{zone="eu"} 3
}
