package main_test

import (
	"fmt"
	"os"
	"strconv"
)

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
