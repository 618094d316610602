package fence

import (
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestUserTimeoutIsSet asks the kernel about a live connection.
func TestUserTimeoutIsSet(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connection, err := Dial(net.Dialer{})(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	socket, err := connection.(*conn).Conn.(syscall.Conn).SyscallConn() //nolint:errcheck // Dial makes no other
	if err != nil {
		t.Fatal(err)
	}
	var got int
	var failed error
	if err := socket.Control(func(fd uintptr) {
		got, failed = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
	}); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	if want := int(UserTimeout.Milliseconds()); got != want {
		t.Errorf("TCP_USER_TIMEOUT = %d ms, want %d", got, want)
	}
}

// TestSinceBoot holds the clock against the one that the kernel shows to everybody, which counts suspended time as well.
func TestSinceBoot(t *testing.T) {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		t.Fatal(err)
	}
	up := time.Duration(info.Uptime) * time.Second
	if got := sinceBoot(); got < up-2*time.Second || got > up+2*time.Second {
		t.Errorf("sinceBoot = %v, the system says %v", got, up)
	}
}
