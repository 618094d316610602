//go:build unix

package direct

import (
	"errors"
	"net"
	"syscall"
)

// peek looks at what has come on a connection, without reading it.
type peek struct {
	socket syscall.RawConn
	look   func(fd uintptr)
	quiet  *bool
}

// newPeek returns a peek that looks at nothing if the connection has no socket.
func newPeek(connection net.Conn) peek {
	has, ok := connection.(syscall.Conn)
	if !ok {
		return peek{}
	}
	socket, err := has.SyscallConn()
	if err != nil {
		return peek{}
	}
	quiet := false
	return peek{socket: socket, quiet: &quiet, look: func(fd uintptr) {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = errors.Is(err, syscall.EAGAIN)
	}}
}

// stands reports whether the other side has neither closed the connection nor said anything unasked, as far as is known here.
func (c *conn) stands() bool {
	return c.peek.socket != nil && c.peek.socket.Control(c.peek.look) == nil && *c.peek.quiet
}
