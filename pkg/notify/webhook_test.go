package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/notify"
	"rollcall/pkg/report"
	"rollcall/pkg/secret"
)

const hookAddress = "https://hooks.example.com/services/T0000/B0000/s3cr3t-0123456789?key=k3y"

// post is what reached the other side.
type post struct {
	Method, Address, ContentType, UserAgent, Body string
}

// answer is what the other side does with a post. The zero value never answers.
type answer struct {
	status               int
	retryAfter, location string
	err                  error
}

// others answer in turn; the last one goes on answering.
type others struct {
	answers []answer
	posts   []post
}

func (o *others) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	o.posts = append(o.posts, post{
		Method: request.Method, Address: request.URL.String(), ContentType: request.Header.Get("Content-Type"),
		UserAgent: request.UserAgent(), Body: string(body),
	})
	a := o.answers[min(len(o.posts), len(o.answers))-1]
	switch {
	case a.err != nil:
		return nil, a.err
	case a.status == 0:
		<-request.Context().Done()
		return nil, request.Context().Err()
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Retry-After": {a.retryAfter}, "Location": {a.location}},
		Request: request, Body: io.NopCloser(strings.NewReader("what the answer says")),
	}, nil
}

func TestPost(t *testing.T) {
	cut := answer{err: errors.New("connection reset by peer")}
	tests := []struct {
		name    string
		answers []answer
		posts   int
		want    string
		// atLeast and atMost bound the virtual time it takes.
		atLeast, atMost time.Duration
	}{
		{"taken at once", []answer{{status: 200}}, 1, "", 0, 0},
		{"any 2xx will do", []answer{{status: 204}}, 1, "", 0, 0},
		{"a bad gateway passes", []answer{{status: 502}, {status: 200}}, 2, "", 0, time.Second},
		{"a cut connection", []answer{cut, cut, {status: 200}}, 3, "", 0, 2 * time.Second},
		{"asked to wait", []answer{{status: 429, retryAfter: "7"}, {status: 200}}, 2, "", 7 * time.Second, 8 * time.Second},
		{"asked to wait for long", []answer{{status: 429, retryAfter: "3600"}, {status: 200}}, 2, "", 10 * time.Second, 11 * time.Second},
		{"asked to wait until a date", []answer{{status: 503, retryAfter: "Mon, 23 Nov 2026 06:00:00 GMT"}, {status: 200}}, 2, "", 0, time.Second},
		{"down", []answer{{status: 503}}, 3, "post to hooks.example.com: 3 attempts: the answer is 503 Service Unavailable", 0, 2 * time.Second},
		{"unreachable", []answer{cut}, 3, "post to hooks.example.com: 3 attempts: connection reset by peer", 0, 2 * time.Second},
		{"no answer", []answer{{}}, 3, "post to hooks.example.com: 3 attempts: no answer within 10s", 30 * time.Second, 32 * time.Second},
		{"revoked", []answer{{status: 404}}, 1, "post to hooks.example.com: the answer is 404 Not Found", 0, 0},
		{"refused", []answer{{status: 400}}, 1, "post to hooks.example.com: the answer is 400 Bad Request", 0, 0},
		{"moved", []answer{{status: 308, location: "https://elsewhere.example.com/s3cr3t-0123456789"}}, 1, "post to hooks.example.com: the answer is 308, and redirects are not followed", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, other := time.Now(), &others{answers: tt.answers}
				n := newNotifier(t, notify.Options{Address: secret.New(hookAddress), Transport: other})
				ended, err := n.End(t.Context(), report.Summary{Roster: "team.csv", Status: 7})
				if got := text(postError(err)); got != tt.want {
					t.Errorf("End = %q, want %q", got, tt.want)
				}
				if ended.Status != 7 {
					t.Errorf("the status becomes %d", ended.Status)
				}
				if took := time.Since(began); took < tt.atLeast || took > tt.atMost {
					t.Errorf("it took %s, want %s to %s", took, tt.atLeast, tt.atMost)
				}
				if len(other.posts) != tt.posts {
					t.Fatalf("%d posts, want %d", len(other.posts), tt.posts)
				}
				for _, got := range other.posts {
					want := post{Method: "POST", Address: hookAddress, ContentType: "application/json", UserAgent: "rollcall", Body: notice(t, report.Summary{Roster: "team.csv", Status: 7})}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Error(diff)
					}
				}
			})
		})
	}
}

func TestPostEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := &others{answers: []answer{{status: 429, retryAfter: "10"}}}
		n := newNotifier(t, notify.Options{Address: secret.New(hookAddress), Transport: other, On: notify.Always})
		enough := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(enough) })
		if _, err := n.End(ctx, report.Summary{}); !errors.Is(err, enough) {
			t.Errorf("End = %v, want %v", err, enough)
		}
		if len(other.posts) != 1 {
			t.Errorf("%d posts, want 1", len(other.posts))
		}
	})
}

// TestPostOverTheWire is the one test with a transport of the Notifier's own.
func TestPostOverTheWire(t *testing.T) {
	var reached []string
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached = append(reached, r.URL.Path+" by "+r.UserAgent())
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, server.URL+"/new", http.StatusTemporaryRedirect)
		}
	}))
	defer server.Close()
	tests := []struct{ path, want string }{
		{"/taken", ""},
		{"/moved", "post to " + strings.TrimPrefix(server.URL, "http://") + ": the answer is 307, and redirects are not followed"},
	}
	for _, tt := range tests {
		n := newNotifier(t, notify.Options{Address: secret.New(server.URL + tt.path), On: notify.Always, UserAgent: "program/1"})
		_, err := n.End(t.Context(), report.Summary{})
		if got := text(postError(err)); got != tt.want {
			t.Errorf("End = %q, want %q", got, tt.want)
		}
	}
	if diff := cmp.Diff([]string{"/taken by program/1", "/moved by program/1"}, reached); diff != "" {
		t.Error(diff)
	}
}

func TestUserAgent(t *testing.T) {
	for _, tt := range []struct{ version, userAgent, want string }{
		{"", "", "rollcall"}, {"v1.2.3", "", "rollcall/v1.2.3"}, {"v1.2.3", "program/1", "program/1"},
	} {
		other := &others{answers: []answer{{status: 200}}}
		n := newNotifier(t, notify.Options{Address: secret.New(hookAddress), On: notify.Always, Version: tt.version, UserAgent: tt.userAgent, Transport: other})
		if _, err := n.End(t.Context(), report.Summary{}); err != nil {
			t.Fatal(err)
		}
		if got := other.posts[0].UserAgent; got != tt.want {
			t.Errorf("version %q and user agent %q make %q, want %q", tt.version, tt.userAgent, got, tt.want)
		}
	}
}

func TestAddress(t *testing.T) {
	tests := []struct{ give, host, want string }{
		{"", "", ""},
		{hookAddress, "hooks.example.com", ""},
		{"\ufeff" + hookAddress + " \r\n", "hooks.example.com", ""},
		{"http://127.0.0.1:8080/s3cr3t", "127.0.0.1:8080", ""},
		{"http://[::1]/s3cr3t", "[::1]", ""},
		{"http://localhost/s3cr3t", "localhost", ""},
		{"\n", "", "notify: not an address like https://api.example.com"},
		{"http://hooks.example.com/s3cr3t", "", "notify: http://hooks.example.com must be https: credentials would travel in the clear"},
		{"ftp://hooks.example.com/s3cr3t", "", "notify: ftp:// is not https://"},
		{"hooks.example.com/s3cr3t", "", "notify: not an address like https://api.example.com"},
		{"https://s3cr3t@hooks.example.com", "", "notify: an address must have no user"},
		{"https://hooks.example.com/s3cr3t\n/more", "", "notify: not an address like https://api.example.com"},
	}
	for _, tt := range tests {
		n, err := notify.New(notify.Options{Address: secret.New(tt.give)})
		if got := text(err); got != tt.want {
			t.Errorf("New(%q) = %q, want %q", tt.give, got, tt.want)
		}
		if n != nil && n.Host() != tt.host {
			t.Errorf("the host of %q is %q, want %q", tt.give, n.Host(), tt.host)
		}
		if printed := fmt.Sprintf("%+v %#v %v", n, n, err); strings.Contains(printed, "s3cr3t") {
			t.Errorf("it prints as %s", printed)
		}
	}
}

// postError returns what kept a notice from being taken. Any other error stays as it is.
func postError(err error) error {
	if failed, ok := errors.AsType[*notify.EndError](err); ok && len(failed.Files) == 0 {
		return failed.Post
	}
	return err
}

// notice is what is posted of s.
func notice(t *testing.T, s report.Summary) string {
	t.Helper()
	body, err := notify.Notice(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func newNotifier(t *testing.T, o notify.Options) *notify.Notifier {
	t.Helper()
	n, err := notify.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
