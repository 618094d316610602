package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// memoryLimit is from where on the garbage collector works harder. No roster takes more, whatever is in it: it is an
// organization of hundreds of thousands of people that needs more.
const memoryLimit = 360 << 20

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

// limitFor returns the limit when so much is in use: half as much again where that is the usual one by itself. A collector that
// never stops would only take time.
func limitFor(live uint64) int64 {
	if live < memoryLimit {
		return memoryLimit
	}
	return int64(live) / 2 * 3
}
