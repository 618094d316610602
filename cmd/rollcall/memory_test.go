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
	if got := debug.SetMemoryLimit(-1); got < memoryLimit {
		t.Errorf("the limit is %d at the beginning", got)
	}
	kept := make([]byte, memoryLimit)
	for until := time.Now().Add(time.Minute); debug.SetMemoryLimit(-1) < memoryLimit/2*3; <-time.After(time.Millisecond) {
		if runtime.GC(); time.Now().After(until) {
			t.Fatalf("the limit is %d with %d bytes in use", debug.SetMemoryLimit(-1), len(kept))
		}
	}
	runtime.KeepAlive(kept)
}
