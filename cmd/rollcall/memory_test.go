package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// TestTheMemoryLimitGrows keeps more in mind than the limit: the collector is not to run all the time.
func TestTheMemoryLimitGrows(t *testing.T) {
	if limit, ok := os.LookupEnv("GOMEMLIMIT"); ok {
		t.Skipf("the environment sets it to %s", limit)
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	boundMemory()
	const most = 3 * memoryLimit // without a limit it is far more
	if got := debug.SetMemoryLimit(-1); got < memoryLimit || got > most {
		t.Errorf("the limit is %d at the beginning", got)
	}
	kept := make([]byte, memoryLimit)
	for until := time.Now().Add(time.Minute); debug.SetMemoryLimit(-1) < memoryLimit/2*3; <-time.After(time.Millisecond) {
		if runtime.GC(); time.Now().After(until) {
			t.Fatalf("the limit is %d with %d bytes in use", debug.SetMemoryLimit(-1), len(kept))
		}
	}
	if got := debug.SetMemoryLimit(-1); got > most {
		t.Errorf("the limit is %d with %d bytes in use", got, len(kept))
	}
	runtime.KeepAlive(kept)
}

func TestLimitFor(t *testing.T) {
	const much = memoryLimit / 4 * 3
	for _, tt := range []struct {
		live                int
		collecting, working float64
		want                int64
	}{
		{0, 0, 0, memoryLimit},
		{much, 1, 10, memoryLimit},
		{much, 4, 10, much / 2 * 3},
		{memoryLimit / 2, 9, 10, memoryLimit}, // collecting is not what a larger limit would spare
		{memoryLimit, 0, 10, memoryLimit / 2 * 3},
		{2 * memoryLimit, 0, 10, 3 * memoryLimit},
	} {
		if got := limitFor(uint64(tt.live), tt.collecting, tt.working); got != tt.want {
			t.Errorf("with %d in use, %g s of collecting beside %g s: %d, want %d", tt.live, tt.collecting, tt.working, got, tt.want)
		}
	}
}
