package main_test

import (
	"os"
	"syscall"
)

// peakMemory returns the most memory that a process took, in MiB. It reports whether the system tells.
func peakMemory(ended *os.ProcessState) (mib float64, known bool) {
	usage, known := ended.SysUsage().(*syscall.Rusage)
	if !known {
		return 0, false
	}
	return float64(usage.Maxrss) / 1024, true // Linux counts in KiB
}
