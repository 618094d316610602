package fence

import (
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// sinceBoot reads GetTickCount64, which goes on while the machine sleeps.
func sinceBoot() time.Duration { return windows.DurationSinceBoot() }

// setUserTimeout sets TCP_MAXRT, in seconds: how long the kernel retransmits before it drops the connection.
func setUserTimeout(fd uintptr) error {
	return os.NewSyscallError("set TCP_MAXRT",
		windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_TCP, windows.TCP_MAXRT, int(UserTimeout.Seconds())))
}
