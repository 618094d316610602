package fence

import (
	"os"

	"golang.org/x/sys/unix"
)

// bootClock counts the time in which the machine sleeps, see clock_gettime(2).
const bootClock = unix.CLOCK_BOOTTIME

// setUserTimeout sets TCP_USER_TIMEOUT, in milliseconds: see RFC 5482 and tcp(7).
func setUserTimeout(fd uintptr) error {
	return os.NewSyscallError("set TCP_USER_TIMEOUT",
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(UserTimeout.Milliseconds())))
}
