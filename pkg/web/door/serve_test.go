package door_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/web/door"
)

// serve serves h until the returned function is called, which returns what Serve does.
func serve(t *testing.T, h http.HandlerFunc, tell func(string)) (address string, end func() error) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- door.Serve(ctx, l, h, tell) }()
	return l.Addr().String(), func() error { cancel(); return <-ended }
}

func dial(t *testing.T, address string) *bufio.ReadWriter {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	rw := bufio.NewReadWriter(bufio.NewReader(connection), bufio.NewWriter(connection))
	if _, err := rw.WriteString("GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil || rw.Flush() != nil {
		t.Fatal(err)
	}
	return rw
}

func TestStreamsEndWithTheServer(t *testing.T) {
	address, end := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "begun\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		_, _ = io.WriteString(w, "ended\n")
	}, nil)
	stream := dial(t, address)
	response, err := http.ReadResponse(stream.Reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	body := bufio.NewReader(response.Body)
	if line, err := body.ReadString('\n'); line != "begun\n" || err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if rest, err := io.ReadAll(body); string(rest) != "ended\n" || err != nil {
		t.Errorf("the stream was cut: %q, %v", rest, err)
	}
	_ = response.Body.Close()
}

// What doesn't end by itself is cut after a while, or nobody could leave.
func TestAnswersThatDoNotEndAreCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{make(chan net.Conn), make(chan struct{}), sync.Once{}}
		ctx, cancel := context.WithCancel(t.Context())
		begun, release := make(chan struct{}), make(chan struct{})
		ended := make(chan error, 1)
		go func() {
			ended <- door.Serve(ctx, l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				close(begun)
				<-release
			}), nil)
		}()
		ours, theirs := net.Pipe()
		l.waiting <- theirs
		if _, err := io.WriteString(ours, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-begun
		began := time.Now()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("it was cut after %s, want 3s", took)
		}
		if _, err := ours.Read(make([]byte, 1)); err == nil {
			t.Error("the connection was not cut")
		}
		close(release)
		synctest.Wait()
	})
}

// pipes is a listener within the process.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case one := <-l.waiting:
		return one, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func TestPanicsAreTold(t *testing.T) {
	told := make(chan string, 1)
	address, end := serve(t, func(http.ResponseWriter, *http.Request) { panic("a mistake in a page") }, func(text string) { told <- text })
	dial(t, address)
	if text := <-told; !strings.Contains(text, "a mistake in a page") || strings.HasSuffix(text, "\n") {
		t.Errorf("told: %q", text)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

func TestServeReturnsWhyItCannotListen(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if err := door.Serve(t.Context(), l, http.NotFoundHandler(), nil); err == nil {
		t.Error("a closed listener serves")
	}
}
