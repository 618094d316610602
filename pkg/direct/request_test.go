package direct_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/direct"
)

// recorder keeps what is written to a connection, and answers each request.
type recorder struct {
	net.Conn
	written [][]byte
}

func (r *recorder) Write(p []byte) (int, error) {
	r.written = append(r.written, bytes.Clone(p))
	return r.Conn.Write(p)
}

// recorded makes a request, and returns what was written.
func recorded(t *testing.T, base string, r *direct.Request) [][]byte {
	t.Helper()
	near, far := net.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		request, err := http.ReadRequest(bufio.NewReader(far))
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		_, _ = io.WriteString(far, "HTTP/1.1 204 No Content\r\n\r\n")
	}()
	wire := &recorder{Conn: near}
	over := &direct.Transport{Dial: func(context.Context, string, string) (net.Conn, error) { return wire, nil }}
	defer over.CloseIdleConnections()
	if answer, err := serviceAt(t, over, base).Do(t.Context(), r); err != nil || answer.Status != http.StatusNoContent {
		t.Errorf("%d, %v", answer.Status, err)
	}
	<-served
	return wire.written
}

// seen is a request as a service reads it.
type seen struct {
	Method, Target, Host, Body string
	Length                     int64
	Header                     http.Header
}

func readSeen(t *testing.T, written []byte) seen {
	t.Helper()
	request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(written)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		t.Fatal(err)
	}
	return seen{request.Method, request.RequestURI, request.Host, string(body), request.ContentLength, request.Header}
}

// TestRequestsAreThoseOfNetHTTP holds what is written against what net/http writes.
func TestRequestsAreThoseOfNetHTTP(t *testing.T) {
	for _, base := range []string{
		"http://service.example", "http://service.example:8080/", "http://[::1]:8080/a%2Fb", "http://[fe80::1%25eth0]/behind/a/proxy/",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			for _, body := range []string{"", `{"a":1}`} {
				const path = "/organization/x/members?page=1&search=ada%2B1%40example.com"
				r := &direct.Request{Method: method, Path: path}
				request, err := http.NewRequestWithContext(t.Context(), method, strings.TrimRight(base, "/")+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header = http.Header{"User-Agent": {"rollcall"}, "Authorization": {"Bearer token"}}
				if r.Lines, err = direct.NewLines(direct.Header{{"User-Agent", "rollcall"}, {"Authorization", "Bearer token"}}); err != nil {
					t.Fatal(err)
				}
				if body != "" {
					r.Body, r.ContentType = []byte(body), "application/json"
					request.Body, request.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
					request.Header.Set("Content-Type", "application/json")
				}
				var want bytes.Buffer
				if err := request.Write(&want); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(readSeen(t, want.Bytes()), readSeen(t, bytes.Join(recorded(t, base, r), nil))); diff != "" {
					t.Errorf("%s %s %q (-net/http +direct):\n%s", method, base, body, diff)
				}
			}
		}
	}
}

// TestARequestIsWrittenAtOnce counts writes: each is a look whether the request may still leave.
func TestARequestIsWrittenAtOnce(t *testing.T) {
	for size, want := range map[int]int{0: 1, 3000: 1, 12_000: 3} {
		written := recorded(t, "http://service.example", &direct.Request{Method: http.MethodPost, Path: "/", Body: make([]byte, size)})
		if len(written) != want {
			t.Errorf("a body of %d bytes is written in %d parts, want %d", size, len(written), want)
		}
	}
}

func TestServicesOfOneHostShareItsConnections(t *testing.T) {
	s := serve(t, echo, false)
	over := transport(t)
	for _, path := range []string{"/a", "/b", "/a"} {
		base, err := url.Parse(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		at, err := over.Service(base)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := post(t.Context(), at, "x"); err != nil {
			t.Error(err)
		}
	}
	if n := s.connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}
