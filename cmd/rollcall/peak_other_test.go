//go:build !linux

package main_test

import "os"

// peakMemory knows nothing: other systems count in another unit, or not at all.
func peakMemory(*os.ProcessState) (mib float64, known bool) { return 0, false }

// peakSoFar knows nothing.
func peakSoFar(int) (mib float64, known bool) { return 0, false }
