package connection

import (
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestWhatIsNotReached(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}
	refuses := &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	tests := []struct {
		name string
		give error
		want string
		kind error
	}{
		{"refused", refuses, "nothing listens at 127.0.0.1:9: connection refused", ErrUnreached},
		{"no way", &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}, "127.0.0.1:9 cannot be reached: network is unreachable", ErrUnreached},
		{"no name", &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.invalid", Server: "10.0.0.1:53", IsNotFound: true}}, "there is no host api.invalid, or this machine has no network", ErrUnreached},
		{"no resolver", &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: "api.invalid", Server: "10.0.0.1:53"}}, "the host api.invalid cannot be looked up: server misbehaving", ErrUnreached},
		{"proxy refuses", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: refuses}, "the proxy cannot be reached: connection refused", ErrProxyUnreached},
		{"no proxy of that name", &net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "proxy.invalid", IsNotFound: true}}, "the host of the proxy cannot be looked up", ErrProxyUnreached},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Explain(tt.give)
			if got.Error() != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !errors.Is(got, tt.kind) || !errors.Is(got, ErrUnreached) || errors.Is(got, ErrLasting) || !errors.Is(got, tt.give) {
				t.Errorf("%v does not match what it should", got)
			}
		})
	}
	read := &net.OpError{Op: "read", Net: "tcp", Addr: at, Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	if got := Explain(read); errors.Is(got, ErrUnreached) || got.Error() != read.Error() {
		t.Errorf("a connection that was made counts as none: %v", got)
	}
}

func TestNobodyListens(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Transport{}).RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
		t.Fatal("somebody answers")
	}
	if got := Explain(err); !errors.Is(got, ErrUnreached) || !strings.HasPrefix(got.Error(), "nothing listens at "+address) {
		t.Errorf("got %v", got)
	}
}
