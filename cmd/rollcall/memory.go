package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// memoryLimit is from where on the garbage collector works harder: a scheduler's container is often small, and what a
// roster of a usual size needs to be kept in mind fits well below.
const memoryLimit = 256 << 20

// crowded is what no roster takes, whatever is in it: it is an organization of hundreds of thousands of people that needs more.
const crowded = 384 << 20

// boundMemory keeps the garbage beside what is kept in mind small, unless the environment says otherwise. After each
// collection it is known how much that is.
func boundMemory() {
	if _, ok := os.LookupEnv("GOMEMLIMIT"); ok {
		return
	}
	debug.SetMemoryLimit(memoryLimit)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	type uncollected struct{ _ *int }
	var watch func(int)
	watch = func(int) {
		metrics.Read(live)
		debug.SetMemoryLimit(limitFor(live[0].Value.Uint64()))
		runtime.AddCleanup(new(uncollected), watch, 0) // by the next collection
	}
	watch(0)
}

// limitFor returns the limit when so much is in use: where the usual one does not do, a quarter more than that. A collector that
// never stops would only take time, as it does short of crowded.
func limitFor(live uint64) int64 {
	roomy := int64(live) / 4 * 5
	if int64(live) < crowded {
		roomy = min(roomy, crowded)
	}
	return max(memoryLimit, roomy)
}
