//go:build unix

package console

import "golang.org/x/sys/unix"

// Foreground reports whether the process may read from a stream that is a terminal. One in the background that does is stopped.
func Foreground(stream any) bool {
	file, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return false
	}
	group, err := unix.IoctlGetInt(int(file.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
