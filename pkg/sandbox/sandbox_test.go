package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rollcall/pkg/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const home = "/organization/" + sandbox.DefaultOrganizationID

// service is a running sandbox and a plain client with an access token.
type service struct {
	*sandbox.Running
	client *http.Client
	token  string
}

func start(t *testing.T, options sandbox.Options) *service {
	t.Helper()
	running, err := sandbox.Start(t.Context(), "", options)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true} // a cut must not be repeated behind the test's back
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	return &service{running, &http.Client{Transport: transport}, running.AccessToken().Reveal()}
}

// answer is a reply, or the error instead of one; a cut body leaves both.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
	err    error
}

// call sends a request with body as JSON. Header lines such as "Authorization: x" replace what it sends otherwise;
// an empty value removes it.
func (s *service) call(t *testing.T, method, path string, body any, header ...string) answer {
	t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); value == "" {
			request.Header.Del(name)
			continue
		}
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	a := answer{status: response.StatusCode, header: response.Header, text: string(read), err: err}
	_ = json.Unmarshal(read, &a.body) // some replies are broken on purpose
	return a
}

func (s *service) invite(t *testing.T, email string) answer {
	t.Helper()
	return s.call(t, http.MethodPost, home+"/invite", map[string]string{"email": email, "role": "member"})
}

func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.err != nil || a.status != status {
		t.Fatalf("got %d %s %v, want status %d", a.status, a.text, a.err, status)
	}
	return a
}

// emails are those of a list in the reply.
func (a answer) emails(list string) []string {
	emails := []string{}
	for n := 0; a.at(list, n) != nil; n++ {
		emails = append(emails, fmt.Sprint(a.at(list, n, "email")))
	}
	return emails
}

// at returns what stands at the path of names and places in the reply, nil if there is nothing.
func (a answer) at(path ...any) any {
	var value any = a.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			array, _ := value.([]any)
			if step >= len(array) {
				return nil
			}
			value = array[step]
		}
	}
	return value
}

// clock is a clock that only the test moves. Handlers read it from goroutines of their own.
type clock struct{ passed atomic.Int64 }

func newClock() *clock { return new(clock) }

func (c *clock) Now() time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(c.passed.Load()))
}

func (c *clock) advance(by time.Duration) { c.passed.Add(int64(by)) }

func page(list string, number, size int) string {
	return fmt.Sprintf("%s/%s?page=%d&pageSize=%d", home, list, number, size)
}
