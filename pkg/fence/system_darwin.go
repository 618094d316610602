package fence

import (
	"os"

	"golang.org/x/sys/unix"
)

// bootClock goes on while a Mac sleeps, see clock_gettime(3).
const bootClock = unix.CLOCK_MONOTONIC

// setUserTimeout sets TCP_RXT_CONNDROPTIME, in seconds: how long the kernel retransmits before it drops the connection.
func setUserTimeout(fd uintptr) error {
	return os.NewSyscallError("set TCP_RXT_CONNDROPTIME",
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_RXT_CONNDROPTIME, int(UserTimeout.Seconds())))
}
