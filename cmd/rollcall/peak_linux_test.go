package main_test

import (
	"fmt"
	"os"
	"strconv"
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

// peakSoFar returns the most memory that a process has taken until now, in MiB. It reports whether the system tells.
func peakSoFar(pid int) (mib float64, known bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	found := highWater.FindSubmatch(text)
	if err != nil || found == nil {
		return 0, false
	}
	kib, _ := strconv.Atoi(string(found[1])) // it is digits
	return float64(kib) / 1024, true
}
