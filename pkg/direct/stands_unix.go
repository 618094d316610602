//go:build unix

package direct

import (
	"errors"
	"syscall"
)

// stands reports whether the other side has neither closed the connection nor said anything unasked, as far as is known here.
func (c *conn) stands() bool {
	socket, ok := c.plain.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Control(func(fd uintptr) {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = errors.Is(err, syscall.EAGAIN)
	})
	return err == nil && quiet
}
