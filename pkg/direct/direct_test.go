package direct_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/direct"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service counts the connections and the requests that come to a handler.
type service struct {
	*httptest.Server
	connections, requests atomic.Int64
}

func serve(t *testing.T, handler http.HandlerFunc, secure bool) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handler(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// trusted is what a client has to know to trust the service.
func (s *service) trusted(t *testing.T) *tls.Config {
	t.Helper()
	known, ok := s.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatal("the client of the service has another transport")
	}
	return known.TLSClientConfig
}

// hijacked takes a connection from the service.
func hijacked(t *testing.T, w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	t.Helper()
	conn, out, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	return conn, out
}

func transport(t *testing.T) *direct.Transport {
	t.Helper()
	made := &direct.Transport{Connections: 2}
	t.Cleanup(made.CloseIdleConnections)
	return made
}

// service returns what answers at an address.
func serviceAt(t *testing.T, over *direct.Transport, address string) *direct.Service {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	made, err := over.Service(base)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// post sends a text and returns the status and the body of the answer.
func post(ctx context.Context, at *direct.Service, text string) (status int, body string, err error) {
	answer, err := at.Do(ctx, &direct.Request{Method: http.MethodPost, Path: "/", Body: []byte(text), ContentType: "text/plain"})
	return answer.Status, string(answer.Body), err
}

func echo(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, "%s %s %s", r.Method, r.Host, text)
}

func TestOneConnectionServesOneRequestAfterTheOther(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := serve(t, echo, secure)
		over := transport(t)
		if secure {
			over.TLS = s.trusted(t)
		}
		at := serviceAt(t, over, s.URL)
		for i := range 20 {
			status, body, err := post(t.Context(), at, fmt.Sprint("hello ", i))
			want := fmt.Sprintf("POST %s hello %d", s.Listener.Addr(), i)
			if err != nil || status != http.StatusCreated || body != want {
				t.Fatalf("%d %q, %v; want %q", status, body, err, want)
			}
		}
		// Under TLS, what the service says unasked after the handshake may cost the first connection.
		if n := s.connections.Load(); n != 1 && (!secure || n > 2) {
			t.Errorf("secure %v: %d connections", secure, n)
		}
	}
}

// TestNoMoreConnectionsThanMayBe has many ask at once.
func TestNoMoreConnectionsThanMayBe(t *testing.T) {
	var now, most atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		echo(w, r)
	}, false)
	at := serviceAt(t, transport(t), s.URL)
	var askers sync.WaitGroup
	for range 50 {
		askers.Go(func() {
			if _, _, err := post(t.Context(), at, "x"); err != nil {
				t.Error(err)
			}
		})
	}
	askers.Wait()
	if s.connections.Load() > 2 || most.Load() > 2 || s.requests.Load() != 50 {
		t.Errorf("%d connections, %d requests at once, %d in all", s.connections.Load(), most.Load(), s.requests.Load())
	}
}

// TestConnectionsThatWereClosedAreNotUsed has a service that hangs up when it likes: that is noticed before a request is written.
func TestConnectionsThatWereClosedAreNotUsed(t *testing.T) {
	s := serve(t, echo, false)
	at := serviceAt(t, transport(t), s.URL)
	for i := range 10 {
		if _, _, err := post(t.Context(), at, "x"); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
		s.CloseClientConnections()
	}
	if s.requests.Load() != 10 {
		t.Errorf("%d requests arrived", s.requests.Load())
	}
}

func TestAConnectionEnds(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"as the service says": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Connection", "close")
			echo(w, r)
		},
		"with an answer that ends with it": func(w http.ResponseWriter, _ *http.Request) {
			conn, out := hijacked(t, w)
			_, _ = out.WriteString("HTTP/1.0 200 OK\r\n\r\nwhole")
			_ = errors.Join(out.Flush(), conn.Close())
		},
		"with an answer and a half": func(w http.ResponseWriter, _ *http.Request) {
			conn, out := hijacked(t, w)
			defer func() { _ = conn.Close() }()
			_, _ = out.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwholeHTTP/1.1 200 OK\r\n")
			_ = out.Flush()
			_, _ = io.Copy(io.Discard, conn)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, handler, false)
			at := serviceAt(t, transport(t), s.URL)
			for range 3 {
				if _, body, err := post(t.Context(), at, "x"); err != nil || body == "" {
					t.Fatalf("%q, %v", body, err)
				}
			}
			if s.connections.Load() != 3 {
				t.Errorf("%d connections for 3 requests", s.connections.Load())
			}
		})
	}
}

// TestABodyThatIsNotReadCostsTheConnection bounds bodies.
func TestABodyThatIsNotReadCostsTheConnection(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if !chunked {
				w.Header().Set("Content-Length", strconv.Itoa(1<<20))
			}
			_, _ = w.Write([]byte(strings.Repeat("x", 1<<20)))
		}, false)
		over := transport(t)
		over.Body = func(status int) int64 { return int64(status) }
		at := serviceAt(t, over, s.URL)
		for range 3 {
			answer, err := at.Do(t.Context(), &direct.Request{Method: http.MethodGet, Path: "/"})
			if err != nil || !answer.More || string(answer.Body) != strings.Repeat("x", 200) {
				t.Errorf("%d bytes, more %v, %v", len(answer.Body), answer.More, err)
			}
		}
		if s.connections.Load() != 3 {
			t.Errorf("%d connections for 3 requests", s.connections.Load())
		}
	}
}

// answers serves one connection with texts, an answer for each request.
func answers(t *testing.T, texts ...string) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		in := bufio.NewReader(conn)
		for _, text := range texts {
			request, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			_, _ = io.WriteString(conn, text)
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-served
	})
	return "http://" + listener.Addr().String()
}

func TestOddAnswers(t *testing.T) {
	const whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	interim := "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
	for _, tt := range []struct{ name, answer, body, fails string }{
		{"none", "", "", "EOF"},
		{"cut in its header", "HTTP/1.1 200 OK\r\nX: y", "", "unexpected EOF"},
		{"cut in its body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok", "", "unexpected EOF"},
		{"not HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "", "malformed HTTP"},
		{"with hints before it", interim + interim + whole, "ok", ""},
		{"never", strings.Repeat(interim, 7), "", "too many interim answers"},
		{"with an endless header", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<17) + "\r\n\r\n", "", "longer than 65536 bytes"},
		{"in pieces", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", "ok", ""},
		{"without a body", "HTTP/1.1 204 No Content\r\n\r\n", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, body, err := post(t.Context(), serviceAt(t, transport(t), answers(t, tt.answer)), "x")
			switch {
			case tt.fails == "" && (err != nil || body != tt.body):
				t.Errorf("%q, %v", body, err)
			case tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)):
				t.Errorf("%q, %v; want %s", body, err, tt.fails)
			}
		})
	}
}

// TestTheEndOfAContextCutsTheRequest has a service that does not answer, and one whose connections are all taken.
func TestTheEndOfAContextCutsTheRequest(t *testing.T) {
	arrived, release := make(chan struct{}, 3), make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}, false)
	defer close(release)
	at := serviceAt(t, &direct.Transport{Connections: 1}, s.URL)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			_, _, err := post(ctx, at, "x")
			failed <- err
		}()
	}
	<-arrived
	cancel()
	for range 2 {
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	deadline, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := post(deadline, at, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestNothingIsRepeated has a service that takes requests and hangs up.
func TestNothingIsRepeated(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/good/" {
			echo(w, r)
			return
		}
		panic(http.ErrAbortHandler)
	}, false)
	over := transport(t)
	good, bad := serviceAt(t, over, s.URL+"/good"), serviceAt(t, over, s.URL+"/bad")
	for range 5 {
		if _, _, err := post(t.Context(), good, "x"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := post(t.Context(), bad, "x"); err == nil {
			t.Error("no error")
		}
	}
	if s.requests.Load() != 10 {
		t.Errorf("%d requests for 10", s.requests.Load())
	}
}

func TestHooksAreCalled(t *testing.T) {
	s := serve(t, echo, true)
	over := transport(t)
	over.TLS = s.trusted(t)
	var called []string
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		GetConn:           func(address string) { called = append(called, "get "+address) },
		ConnectStart:      func(string, string) { called = append(called, "connect") },
		TLSHandshakeStart: func() { called = append(called, "handshake") },
		GotConn: func(info httptrace.GotConnInfo) {
			called = append(called, fmt.Sprint("got ", info.Reused, info.Conn != nil))
		},
	})
	if _, _, err := post(ctx, serviceAt(t, over, s.URL), "x"); err != nil {
		t.Fatal(err)
	}
	want := "get " + s.Listener.Addr().String() + ", connect, handshake, got false true"
	if got := strings.Join(called, ", "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestWhatIsNotServed(t *testing.T) {
	for _, base := range []url.URL{{Scheme: "ftp", Host: "service.example"}, {Scheme: "http", Path: "/path"}, {Scheme: "http", Host: "a b.example"}} {
		if _, err := transport(t).Service(&base); err == nil {
			t.Errorf("%s is served", base.String())
		}
	}
	at := serviceAt(t, transport(t), "http://localhost:1")
	for _, request := range []direct.Request{
		{Method: "GET /", Path: "/"},
		{Path: "/"},
		{Method: "GET"},
		{Method: "GET", Path: "path"},
		{Method: "GET", Path: "/a b"},
		{Method: "GET", Path: "/a\r\nb"},
		{Method: "GET", Path: "/\u00e4"},
		{Method: "GET", Path: "/", ContentType: "a\r\nb: c", Body: []byte("x")},
	} {
		if _, err := at.Do(t.Context(), &request); err == nil || !strings.Contains(err.Error(), "is no ") {
			t.Errorf("%s %s: %v", request.Method, request.Path, err)
		}
	}
	for _, field := range []direct.Field{{"a b", "c"}, {"", "c"}, {"a", "b\nc"}} {
		if _, err := direct.NewLines(direct.Header{field}); err == nil {
			t.Errorf("the field %q is sent", field)
		}
	}
}
