//go:build linux || darwin

package fence

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot reads a clock that goes on while the machine sleeps. Go's own timers, like CLOCK_MONOTONIC of Linux, don't.
func sinceBoot() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(bootClock, &now); err != nil {
		return wallClock()
	}
	return time.Duration(now.Nano())
}
