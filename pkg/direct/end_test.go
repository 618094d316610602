package direct_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/direct"
)

// slow returns a dialer of in-memory connections whose service takes its time for each answer, and counts them. All of it has
// ended once more time than that has gone by after the connections were closed.
func slow(t *testing.T, takes time.Duration, dialled *int) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	quiet, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = quiet.Close() })
	return func(context.Context, string, string) (net.Conn, error) {
		*dialled++
		near, far := net.Pipe()
		go func() {
			in := bufio.NewReader(far)
			for {
				request, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, request.Body)
				time.Sleep(takes) // virtual time
				if _, err := io.WriteString(far, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil {
					return
				}
			}
		}()
		return standing{near, quiet}, nil
	}
}

// standing is a connection that stands as long as it is open, as the socket of another does, to which nobody writes.
type standing struct {
	net.Conn
	quiet net.PacketConn
}

// SyscallConn implements [syscall.Conn].
func (s standing) SyscallConn() (syscall.RawConn, error) {
	socket, ok := s.quiet.(syscall.Conn)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return socket.SyscallConn()
}

// TestAnOldConnectionIsNotUsed lets time go by between requests.
func TestAnOldConnectionIsNotUsed(t *testing.T) {
	for pause, want := range map[time.Duration]int{3 * time.Second: 1, 5 * time.Second: 3} {
		synctest.Test(t, func(t *testing.T) {
			dialled := 0
			over := &direct.Transport{Dial: slow(t, 0, &dialled)}
			at := serviceAt(t, over, "http://service.example")
			for range 3 {
				if _, _, err := post(t.Context(), at, "x"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(pause) // virtual time
			}
			over.CloseIdleConnections()
			if dialled != want && (runtime.GOOS != "windows" || dialled != 3) { // where it is not known whether a connection still stands
				t.Errorf("%d connections for 3 requests with pauses of %v, want %d", dialled, pause, want)
			}
		})
	}
}

func TestATimeoutIsForOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for takes, ends := range map[time.Duration]bool{20 * time.Second: false, 40 * time.Second: true} {
			dialled := 0
			over := &direct.Transport{Dial: slow(t, takes, &dialled), Connections: 1}
			at := serviceAt(t, over, "http://service.example")
			for range 3 {
				start := time.Now()
				answer, err := at.Do(t.Context(), &direct.Request{Method: http.MethodGet, Path: "/", Timeout: 30 * time.Second})
				if took := time.Since(start); took != min(takes, 30*time.Second) {
					t.Errorf("%v took %v", takes, took)
				}
				if timedOut := errors.Is(err, direct.ErrTimeout) && errors.Is(err, context.DeadlineExceeded); timedOut != ends || !ends && string(answer.Body) != "ok" || !answer.Taken {
					t.Errorf("%v: %+v, %v", takes, answer, err)
				}
			}
			over.CloseIdleConnections()
			time.Sleep(takes) // virtual time
		}
	})
}

// TestWaitingCountsForATimeout has a service whose only connection is taken, and one that can't be dialled.
func TestWaitingCountsForATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dialled := 0
		busy := &direct.Transport{Dial: slow(t, time.Minute, &dialled), Connections: 1}
		at := serviceAt(t, busy, "http://service.example")
		done := make(chan error)
		go func() {
			_, err := at.Do(t.Context(), &direct.Request{Method: http.MethodGet, Path: "/"})
			done <- err
		}()
		synctest.Wait()
		unreached := serviceAt(t, &direct.Transport{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}, "http://service.example")
		for _, at := range []*direct.Service{at, unreached} {
			start := time.Now()
			answer, err := at.Do(t.Context(), &direct.Request{Method: http.MethodGet, Path: "/", Timeout: 10 * time.Second})
			if took := time.Since(start); took != 10*time.Second || !errors.Is(err, direct.ErrTimeout) || answer.Taken {
				t.Errorf("%v, %v, taken %v", took, err, answer.Taken)
			}
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		busy.CloseIdleConnections()
	})
}

// TestTheEndOfOneContextHitsNoOther ends the context of connections that nobody uses just now.
func TestTheEndOfOneContextHitsNoOther(t *testing.T) {
	for _, wait := range []func(){func() {}, synctest.Wait} { // the connection is cut after it is taken again, or before
		synctest.Test(t, func(t *testing.T) {
			dialled := 0
			over := &direct.Transport{Dial: slow(t, time.Second, &dialled), Connections: 1}
			at := serviceAt(t, over, "http://service.example")
			stop := errors.New("stop")
			ctx, cancel := context.WithCancelCause(t.Context())
			for range 3 {
				if _, _, err := post(ctx, at, "x"); err != nil {
					t.Fatal(err)
				}
			}
			cancel(stop)
			wait()
			for range 3 {
				own, end := context.WithCancel(t.Context())
				if _, _, err := post(own, at, "x"); err != nil {
					t.Error(err)
				}
				end()
				wait()
			}
			answer, err := at.Do(ctx, &direct.Request{Method: http.MethodGet, Path: "/"})
			if !errors.Is(err, stop) || answer.Taken {
				t.Errorf("under the context that has ended: taken %v, %v", answer.Taken, err)
			}
			if dialled != 1 && runtime.GOOS != "windows" { // where it is not known whether a connection still stands
				t.Errorf("%d connections", dialled)
			}
			over.CloseIdleConnections()
		})
	}
}

// TestEachContextEndsItsRequest has one connection serve under one context after the other.
func TestEachContextEndsItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dialled := 0
		over := &direct.Transport{Dial: slow(t, time.Second, &dialled), Connections: 1}
		at := serviceAt(t, over, "http://service.example")
		type key struct{}
		outer, cancel := context.WithCancel(t.Context())
		for _, ctx := range []context.Context{outer, context.WithValue(outer, key{}, 1), t.Context(), context.Background(), outer} { //nolint:usetesting // one without an end
			if _, _, err := post(ctx, at, "x"); err != nil {
				t.Error(err)
			}
		}
		time.AfterFunc(time.Second/2, cancel)
		start := time.Now()
		if _, _, err := post(context.WithValue(outer, key{}, 2), at, "x"); !errors.Is(err, context.Canceled) || time.Since(start) != time.Second/2 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		over.CloseIdleConnections()
		time.Sleep(time.Second) // virtual time
	})
}
