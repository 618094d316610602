package fetch_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"rollcall/pkg/fetch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// transport answers without a network.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// answer is what a server makes of one request.
type answer struct {
	status int
	body   string
	// cut ends the body as a lost connection does.
	cut bool
	err error
}

func (a answer) response() (*http.Response, error) {
	if a.err != nil {
		return nil, a.err
	}
	body := io.Reader(strings.NewReader(a.body))
	if a.cut {
		body = io.MultiReader(body, iotest.ErrReader(io.ErrUnexpectedEOF))
	}
	return &http.Response{StatusCode: a.status, Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), Body: io.NopCloser(body)}, nil
}

func TestTo(t *testing.T) {
	const roster = "email,role\nann@x.example,member\n"
	tests := []struct {
		name    string
		address string
		answers []answer
		limit   int64
		want    string // document
		wantErr string
		asked   int
	}{
		{name: "whole", answers: []answer{{status: 200, body: roster}}, want: roster, asked: 1},
		{name: "busy, then whole", answers: []answer{{status: 503}, {status: 200, body: roster}}, want: roster, asked: 2},
		{name: "unreachable, then whole", answers: []answer{{err: io.ErrClosedPipe}, {status: 200, body: roster}}, want: roster, asked: 2},
		{name: "down", answers: []answer{{status: 502}}, wantErr: "it answers 502 Bad Gateway, and only 200 will do", asked: 3},
		{name: "gone", answers: []answer{{status: 404, body: roster}}, wantErr: "it answers 404 Not Found, and only 200 will do", asked: 1},
		{name: "nothing", answers: []answer{{status: 204}}, wantErr: "it answers 204 No Content, and only 200 will do", asked: 1},
		{name: "a part", answers: []answer{{status: 206, body: roster}}, wantErr: "it answers 206 Partial Content, and only 200 will do", asked: 1},
		{name: "too long", answers: []answer{{status: 200, body: roster}}, limit: int64(len(roster)) - 1, want: roster, wantErr: "longer than 0 MiB", asked: 1},
		{name: "just not too long", answers: []answer{{status: 200, body: roster}}, limit: int64(len(roster)), want: roster, asked: 1},
		{name: "cut short", answers: []answer{{status: 200, body: roster, cut: true}}, want: roster, wantErr: "cut short after 32 bytes: unexpected EOF", asked: 1},
		{name: "clear text", address: "http://hr.example/r.csv", wantErr: "http://hr.example must be https: credentials would travel in the clear"},
		{name: "not an address", address: "hr.example", wantErr: "not an address like https://api.example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				if tt.address == "" {
					tt.address = "https://hr.example/r.csv?sig=secret"
				}
				var got bytes.Buffer
				err := fetch.To(t.Context(), &got, fetch.Options{
					Address: tt.address, Header: http.Header{"X-Key": {"k"}}, Limit: tt.limit,
					Transport: transport(func(r *http.Request) (*http.Response, error) {
						if r.Header.Get("X-Key") != "k" || r.URL.RawQuery != "sig=secret" {
							t.Errorf("asked for %s with %v", r.URL, r.Header)
						}
						asked++
						return tt.answers[min(asked, len(tt.answers))-1].response()
					}),
				})
				if text := fmt.Sprint(err); tt.wantErr == "" && err != nil || tt.wantErr != "" && text != tt.wantErr || strings.Contains(text, "secret") {
					t.Errorf("To = %v, want %q", err, tt.wantErr)
				}
				if got.String() != tt.want || asked != tt.asked {
					t.Errorf("asked %d times and got %q, want %d times and %q", asked, &got, tt.asked, tt.want)
				}
			})
		})
	}
}

func TestRedirects(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was asked, with %v", r.Header)
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, elsewhere.URL+"/r.csv?sig=secret", http.StatusFound)
		case "/here":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			_, _ = io.WriteString(w, r.Header.Get("Authorization")) // a client that has left needs no answer
		}
	}))
	defer server.Close()
	tests := []struct{ path, want, wantErr string }{
		{"/here", "Bearer t", ""},
		{"/away", "", "it sends us elsewhere, to " + elsewhere.URL + ": give that address instead"},
		{"/round", "", "it sends us elsewhere, more than 5 times"},
	}
	for _, tt := range tests {
		var got bytes.Buffer
		err := fetch.To(t.Context(), &got, fetch.Options{Address: server.URL + tt.path, Header: http.Header{"Authorization": {"Bearer t"}}})
		if got.String() != tt.want || tt.wantErr == "" && err != nil || tt.wantErr != "" && fmt.Sprint(err) != tt.wantErr {
			t.Errorf("%s: %q, %v; want %q, %s", tt.path, &got, err, tt.want, tt.wantErr)
		}
	}
}

func TestName(t *testing.T) {
	tests := []struct{ give, want string }{
		{"https://hr.example/people.csv?sig=secret#x", "https://hr.example/people.csv"},
		{"https://me:secret@hr.example/people.csv", "https://hr.example/people.csv"},
		{"https://hr.example/%zz?secret", "the address"},
	}
	for _, tt := range tests {
		if got := fetch.Name(tt.give); got != tt.want {
			t.Errorf("Name(%q) = %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestReadHeader(t *testing.T) {
	header, values, err := fetch.ReadHeader(strings.NewReader("# for HR\n\nauthorization: Bearer a:bcdefgh\r\nX-Key:  k0123456 \nX-Version: 2\n"))
	want := http.Header{"Authorization": {"Bearer a:bcdefgh"}, "X-Key": {"k0123456"}, "X-Version": {"2"}}
	if diff := cmp.Diff(want, header); diff != "" || err != nil {
		t.Errorf("ReadHeader: %v, %s", err, diff)
	}
	var revealed []string
	for _, value := range values {
		revealed = append(revealed, value.Reveal())
	}
	if diff := cmp.Diff([]string{"Bearer a:bcdefgh", "a:bcdefgh", "k0123456"}, revealed); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
	for _, wrong := range []string{"Bearer token", "X Key: a", ": a", "X-Key:", `"X-Key: a"`} {
		_, _, err := fetch.ReadHeader(strings.NewReader("X-A: b\n" + wrong))
		if err == nil || !strings.HasPrefix(err.Error(), "line 2 is not a header field") || strings.Contains(err.Error(), wrong) {
			t.Errorf("ReadHeader(%q) = %v", wrong, err)
		}
	}
	for _, short := range []string{"Authorization: Bearer hunter2", "authorization: hunter2", "X-Api-Key: hunter2", "Cookie: hunter2", "Private-Token: hunter2"} {
		_, _, err := fetch.ReadHeader(strings.NewReader("X-A: b\n" + short))
		if err == nil || !strings.HasSuffix(err.Error(), " is shorter than 8 characters") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("ReadHeader(%q) = %v", short, err)
		}
	}
}

// TestWholeDocumentsAlone has a server hang up in the middle. Where the answer says where it ends, that is an error.
func TestWholeDocumentsAlone(t *testing.T) {
	tests := []struct {
		name, head, body string
		want             string // of the error
	}{
		{"length", "Content-Length: 8\r\n", "email\na@", ""},
		{"a longer length", "Content-Length: 9\r\n", "email\na@", "cut short after 8 bytes: unexpected EOF"},
		{"chunks", "Transfer-Encoding: chunked\r\n", "6\r\nemail\n\r\n2\r\na@\r\n0\r\n\r\n", ""},
		{"a chunk is missing", "Transfer-Encoding: chunked\r\n", "6\r\nemail\n\r\n", "cut short after 6 bytes: unexpected EOF"},
		{"half of a chunk is missing", "Transfer-Encoding: chunked\r\n", "6\r\nemail\n\r\n9\r\na@", "cut short after 8 bytes: unexpected EOF"},
		{"only the end of the chunks is missing", "Transfer-Encoding: chunked\r\n", "6\r\nemail\n\r\n2\r\na@\r\n", "cut short after 8 bytes: unexpected EOF"},
		{"neither, which nobody can tell", "", "email\na@", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n"+tt.head+"\r\n"+tt.body)
				_ = conn.Close()
			}))
			defer server.Close()
			var got bytes.Buffer
			err := fetch.To(t.Context(), &got, fetch.Options{Address: server.URL})
			text := ""
			if err != nil {
				text = err.Error()
			}
			if text != tt.want {
				t.Errorf("To = %q, want %q; got %q", text, tt.want, got.String())
			}
		})
	}
}
