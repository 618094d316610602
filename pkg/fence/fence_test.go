package fence_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/fence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that stands still but for what a test adds.
type clock struct{ now atomic.Int64 }

func (c *clock) read() time.Duration     { return time.Duration(c.now.Load()) }
func (c *clock) advance(d time.Duration) { c.now.Add(int64(d)) }

func TestFresh(t *testing.T) {
	tests := []struct {
		name string
		age  time.Duration
		want error
	}{
		{"at once", 0, nil},
		{"just good", fence.Good, nil},
		{"too old", fence.Good + 1, fence.ErrStale},
		{"an hour asleep", time.Hour, fence.ErrStale},
		{"a clock that went back", -1, fence.ErrStale},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var c clock
			c.advance(time.Hour)
			ctx := fence.StampBy(t.Context(), c.read)
			c.advance(test.age)
			if err := fence.Fresh(ctx); !errors.Is(err, test.want) {
				t.Errorf("Fresh = %v, want %v", err, test.want)
			}
			// A later claim of the same work gets a stamp of its own.
			if err := fence.Fresh(fence.StampBy(ctx, c.read)); err != nil {
				t.Errorf("Fresh after another stamp = %v", err)
			}
		})
	}
}

func TestNoStampIsFresh(t *testing.T) {
	if err := fence.Fresh(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestHeldBackOnce(t *testing.T) {
	var c clock
	ctx := fence.StampBy(t.Context(), c.read)
	before, at := fence.HeldBack()
	_ = fence.Fresh(ctx)
	c.advance(time.Hour)
	for range 3 {
		_ = fence.Fresh(ctx)
	}
	if early, late := fence.HeldBack(); early != before+1 || late != at {
		t.Errorf("%d requests were held back early and %d late, want 1 and 0", early-before, late-at)
	}
}

func TestStampByTheSystemIsFresh(t *testing.T) {
	if err := fence.Fresh(fence.Stamp(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestUserTimeoutFor(t *testing.T) {
	for host, want := range map[string]time.Duration{
		"api-us.cybedefend.com": fence.UserTimeout, "api-us.cybedefend.com:443": fence.UserTimeout, "": fence.UserTimeout,
		"127.0.0.1.example.com": fence.UserTimeout, "192.0.2.1": fence.UserTimeout, "::": fence.UserTimeout,
		"localhost": 0, "LOCALHOST:8080": 0, "127.0.0.1": 0, "127.8.8.8:80": 0, "::1": 0, "[::1]": 0, "[::1]:80": 0,
		"::ffff:127.0.0.1": 0,
	} {
		if got := fence.UserTimeoutFor(host); got != want {
			t.Errorf("UserTimeoutFor(%q) = %v, want %v", host, got, want)
		}
	}
}

// TestStaleRequestsWriteNothing sends a fresh request, a stale one and one without a stamp over one transport, in clear
// text and over TLS. The first opens the connection that the second finds armed anew.
func TestStaleRequestsWriteNothing(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(map[bool]string{false: "clear", true: "TLS"}[secure], func(t *testing.T) {
			before, at := fence.HeldBack()
			var arrived atomic.Int32
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				arrived.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
			}))
			if secure {
				server.StartTLS()
			} else {
				server.Start()
			}
			t.Cleanup(server.Close)
			transport := server.Client().Transport.(*http.Transport).Clone() //nolint:errcheck // httptest says so
			t.Cleanup(transport.CloseIdleConnections)
			transport.DialContext = fence.Dial(net.Dialer{})
			transport.ForceAttemptHTTP2 = false

			var c clock
			// Each request is held back between its connection and its first byte, as a frozen process would be.
			send := func(ctx context.Context, frozen time.Duration) error {
				ours := false
				traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
					ours = fence.Arm(ctx, info.Conn)
					c.advance(frozen)
				}})
				request, err := http.NewRequestWithContext(traced, http.MethodPost, server.URL, strings.NewReader("body"))
				if err != nil {
					t.Fatal(err)
				}
				request.GetBody = nil
				response, err := transport.RoundTrip(request)
				if !ours {
					t.Error("the connection can't be armed")
				}
				if err != nil {
					return err
				}
				_, err = io.Copy(io.Discard, response.Body)
				return errors.Join(err, response.Body.Close())
			}
			if err := send(fence.StampBy(t.Context(), c.read), fence.Good); err != nil {
				t.Errorf("fresh: %v", err)
			}
			// In place of why, net/http may say that the connection is closed by now, which it then is.
			if err := send(fence.StampBy(t.Context(), c.read), fence.Good+1); !errors.Is(err, fence.ErrStale) && !errors.Is(err, net.ErrClosed) {
				t.Errorf("stale: %v", err)
			}
			if err := send(t.Context(), time.Hour); err != nil {
				t.Errorf("without a stamp: %v", err)
			}
			if err := send(fence.StampBy(t.Context(), c.read), 0); err != nil {
				t.Errorf("fresh again: %v", err)
			}
			// The connection is armed with an old stamp now, which must not bind a request without one.
			c.advance(time.Hour)
			if err := send(t.Context(), 0); err != nil {
				t.Errorf("without a stamp over a used connection: %v", err)
			}
			if got := arrived.Load(); got != 4 {
				t.Errorf("%d requests arrived, want 4", got)
			}
			// The last connection goes with a stamp that is stale by then: that is no request.
			if err := send(fence.StampBy(t.Context(), c.read), 0); err != nil {
				t.Errorf("fresh at the end: %v", err)
			}
			c.advance(time.Hour)
			transport.CloseIdleConnections()
			if early, late := fence.HeldBack(); early != before || late != at+1 {
				t.Errorf("%d requests were held back early and %d late, want 0 and 1", early-before, late-at)
			}
		})
	}
}

func closeAtEnd(t *testing.T, closer io.Closer) {
	t.Helper()
	t.Cleanup(func() {
		if err := closer.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestDisarm(t *testing.T) {
	near, far := net.Pipe()
	closeAtEnd(t, near)
	closeAtEnd(t, far)
	if fence.Arm(t.Context(), near) || fence.Disarm(near) {
		t.Error("a connection that the package did not make was armed")
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, listener)
	connection, err := fence.Dial(net.Dialer{})(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, connection)
	var c clock
	ctx := fence.StampBy(t.Context(), c.read)
	c.advance(time.Hour)
	if !fence.Arm(ctx, connection) {
		t.Error("not armed")
	}
	if n, err := connection.Write([]byte("x")); n != 0 || !errors.Is(err, fence.ErrStale) {
		t.Errorf("armed: Write = %d, %v", n, err)
	}
	if !fence.Disarm(connection) {
		t.Error("not disarmed")
	}
	if n, err := connection.Write([]byte("x")); n != 1 || err != nil {
		t.Errorf("disarmed: Write = %d, %v", n, err)
	}
}

func TestDialFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if connection, err := fence.Dial(net.Dialer{})(ctx, "tcp", "127.0.0.1:1"); err == nil || connection != nil {
		t.Errorf("Dial = %v, %v", connection, err)
	}
}
