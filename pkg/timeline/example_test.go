package timeline_test

import (
	"fmt"
	"time"

	"rollcall/pkg/timeline"
)

// A run sends ten requests a second, is held for a while, and goes on.
func Example() {
	begin := time.Date(2026, 11, 28, 14, 0, 0, 0, time.UTC)
	r := timeline.NewRecorder(begin)
	at := begin
	for range 40 {
		at = at.Add(100 * time.Millisecond)
		r.Request(at, timeline.Answered)
		r.Row(at, true)
	}
	r.Pace(at, timeline.State{Rate: 10, HeldUntil: at.Add(4 * time.Second), Why: "the service asks for a pause"})
	at = at.Add(4 * time.Second)
	for range 40 {
		at = at.Add(100 * time.Millisecond)
		r.Request(at, timeline.Answered)
	}
	p := r.Piece(at)
	fmt.Println(p.Sum().Requests, "requests in", p.Lasts(), "held for", p.Sum().Held)
	fmt.Printf("%q\n", timeline.Spark(p, 12, true))
	// Output:
	// 80 requests in 12s held for 4s
	// "*###====*###"
}
