package main

import (
	"os"
	"syscall"
)

// peakMemory returns the most memory that a process took, in MiB, 0 where the system does not tell.
func peakMemory(ended *os.ProcessState) (mib float64) {
	if usage, known := ended.SysUsage().(*syscall.Rusage); known {
		return float64(usage.Maxrss) / 1024 // Linux counts in KiB
	}
	return 0
}
