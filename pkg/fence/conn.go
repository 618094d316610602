package fence

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// UserTimeout is how long the kernel tries to deliver what was written to a connection: TCP_USER_TIMEOUT of Linux, and
// what comes closest on macOS (TCP_RXT_CONNDROPTIME) and Windows (TCP_MAXRT). After that time a request that has not
// arrived never will. Healthy networks lose packets for a second or two, rarely longer.
const UserTimeout = 8 * time.Second

// UserTimeoutFor returns how long a request to host may still be on its way after its process has ended: [UserTimeout], but
// 0 for this machine itself, since what is written to a loopback socket is with its reader at once. A host counts as this
// machine if it is a loopback address or "localhost"; no name is looked up. A port may follow.
func UserTimeoutFor(host string) time.Duration {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return 0
	}
	if address, err := netip.ParseAddr(host); err == nil && address.Unmap().IsLoopback() {
		return 0
	}
	return UserTimeout
}

// Dial returns a function for [net/http.Transport.DialContext] that makes connections with dialer. They have the user
// timeout, and they can be armed, see [Arm]. A dialer's own Control and ControlContext are not called. Connections other
// than TCP have no user timeout. Use them for HTTP/1.1 only: under HTTP/2 a connection carries several requests at once.
func Dial(dialer net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	dialer.Control, dialer.ControlContext = control, nil
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: connection}, nil
	}
}

// control sets the user timeout before a socket connects. A socket without it is of no use, since what it sends can't be
// accounted for, unless it leads to this machine itself, see [UserTimeoutFor].
func control(network, address string, socket syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var failed error
	if err := socket.Control(func(fd uintptr) { failed = setUserTimeout(fd) }); err != nil {
		return err
	}
	if failed != nil && UserTimeoutFor(address) > 0 {
		return fmt.Errorf("limit how long the system delivers what was sent: %w", failed)
	}
	return nil
}

// conn is a connection that writes nothing once the stamp on it is stale.
type conn struct {
	net.Conn
	// armed is the stamp of the request that the connection carries, nil if it has none.
	armed atomic.Pointer[stamp]
}

// SyscallConn implements [syscall.Conn], for who wants to know whether the connection still stands.
func (c *conn) SyscallConn() (syscall.RawConn, error) {
	socket, ok := c.Conn.(syscall.Conn)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return socket.SyscallConn()
}

// Write returns [ErrStale] and writes nothing if the stamp is stale. net/http then drops the connection.
func (c *conn) Write(p []byte) (int, error) {
	s := c.armed.Load()
	if err := s.fresh(); err != nil {
		// What comes later than the request is the goodbye of TLS, once nobody needs the connection any more.
		if !s.written.Load() {
			s.count(&late)
		}
		return 0, err
	}
	if s != nil {
		s.written.Store(true)
	}
	return c.Conn.Write(p)
}

// Arm puts the stamp in ctx on a connection of [Dial], or on one of TLS over such a connection; a ctx without a stamp
// disarms it. Call it in the GotConn hook of [net/http/httptrace], which runs before the request is written. The stamp
// stays until the next request is given the connection: net/http tells that a request was written before it flushes it, so
// no earlier moment is safe. Arm reports whether the connection is one of ours; on others it does nothing.
func Arm(ctx context.Context, connection net.Conn) bool { return arm(connection, stampOf(ctx)) }

// Disarm takes the stamp from a connection, for a request that may leave late whatever its context says.
func Disarm(connection net.Conn) bool { return arm(connection, nil) }

func arm(connection net.Conn, s *stamp) bool {
	for {
		switch c := connection.(type) {
		case *conn:
			c.armed.Store(s)
			return true
		case *tls.Conn: // twice for a service behind a proxy that is itself spoken to over TLS
			connection = c.NetConn()
		default:
			return false
		}
	}
}
