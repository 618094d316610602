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
	known := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/user:cpu-seconds"},
	}
	type uncollected struct{ _ *int }
	var watch func(int)
	watch = func(int) {
		metrics.Read(known)
		debug.SetMemoryLimit(limitFor(known[0].Value.Uint64(), known[1].Value.Float64(), known[2].Value.Float64()))
		runtime.AddCleanup(new(uncollected), watch, 0) // by the next collection
	}
	watch(0)
}

// limitFor returns the limit when so much is in use, and collecting has taken so much time beside the work itself: half as much
// again as is in use where the usual limit leaves no room, or so little that a collector which hardly ever stops takes a third
// of the time that the work does.
func limitFor(live uint64, collecting, working float64) int64 {
	roomy := int64(live) / 2 * 3
	if live >= memoryLimit || roomy > memoryLimit && collecting > working/3 {
		return roomy
	}
	return memoryLimit
}
