package cybedefend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"rollcall/pkg/connection"
	"rollcall/pkg/direct"
	"rollcall/pkg/fence"
	"rollcall/pkg/secret"
)

const (
	// maxReply is far beyond a page of 20 entries and all teams of an organization.
	maxReply = 1 << 20
	// maxErrorReply is enough for any explanation; what follows is not read.
	maxErrorReply = 64 << 10
)

// mostOf returns how many bytes of the body of a reply are read.
func mostOf(status int) int64 {
	if status < 300 {
		return maxReply
	}
	return maxErrorReply
}

// carrier takes requests to one address, each exactly once: it follows no redirects, keeps no cookies and repeats nothing.
type carrier interface {
	carry(ctx context.Context, r *request) reply
}

// manner is what is common to all requests of a client.
type manner struct {
	userAgent string
	// timeout is for one request, the reading of its reply included.
	timeout time.Duration
}

// straight asks a service itself.
type straight struct {
	manner
	service *direct.Service
	// lines are those of the last request, which are the same while its token is good.
	lines atomic.Pointer[tokenLines]
}

type tokenLines struct {
	token secret.Text
	lines direct.Lines
}

func (s *straight) carry(ctx context.Context, r *request) reply {
	lines, err := s.linesWith(r.token)
	if err != nil {
		return reply{err: err}
	}
	got, err := s.service.Do(ctx, &direct.Request{
		Method: r.method, Path: r.path, Lines: lines, Body: r.body, ContentType: r.contentType, Timeout: s.timeout, Connected: r.arm(),
	})
	answer := reply{
		status: got.Status, header: got.Header, body: got.Body, taken: got.Taken, late: errors.Is(err, direct.ErrTimeout),
	}
	if got.Status == 0 {
		answer.err = r.unanswered(got.Taken, err)
	} else {
		answer.err = incomplete(got.Status, got.More, err)
	}
	return answer
}

// linesWith returns the lines of requests with a token.
func (s *straight) linesWith(token secret.Text) (direct.Lines, error) {
	if last := s.lines.Load(); last != nil && last.token == token {
		return last.lines, nil
	}
	header := direct.Header{{Name: "User-Agent", Value: s.userAgent}, {Name: "Accept", Value: "application/json"}}
	if !token.Empty() {
		header = append(header, direct.Field{Name: "Authorization", Value: "Bearer " + token.Reveal()})
	}
	lines, err := direct.NewLines(header)
	if err != nil {
		return direct.Lines{}, err
	}
	s.lines.Store(&tokenLines{token, lines})
	return lines, nil
}

// carried has a transport of net/http ask at an address.
type carried struct {
	manner
	address string
	over    http.RoundTripper
}

func (c *carried) carry(parent context.Context, r *request) (answer reply) {
	ctx, cancel := context.WithTimeout(parent, c.timeout)
	defer cancel()
	defer func() { answer.late = parent.Err() == nil && ctx.Err() != nil }()
	var trace tracer
	outgoing, err := c.build(httptrace.WithClientTrace(ctx, trace.hooks(parent, r)), r)
	if err != nil {
		return reply{err: err}
	}
	response, err := c.over.RoundTrip(outgoing)
	if err != nil {
		taken := trace.taken() && !errors.Is(err, connection.ErrProxy)
		return reply{err: r.unanswered(taken, err), taken: taken}
	}
	defer response.Body.Close()
	answer = reply{status: response.StatusCode, taken: true}
	for name, values := range response.Header {
		for _, value := range values {
			answer.header = append(answer.header, direct.Field{Name: name, Value: value})
		}
	}
	// Reading it to its end lets the connection be used again.
	most := mostOf(answer.status)
	answer.body, err = io.ReadAll(io.LimitReader(response.Body, most+1))
	more := int64(len(answer.body)) > most
	answer.body = answer.body[:min(int64(len(answer.body)), most)]
	answer.err = incomplete(answer.status, more, err)
	return answer
}

func (c *carried) build(ctx context.Context, r *request) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	outgoing, err := http.NewRequestWithContext(ctx, r.method, c.address+r.path, body)
	if err != nil {
		return nil, err
	}
	// With GetBody, net/http repeats a request by itself when a reused connection breaks.
	outgoing.GetBody = nil
	outgoing.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {c.userAgent}}
	if r.body != nil {
		outgoing.Header["Content-Type"] = []string{r.contentType}
	}
	if !r.token.Empty() {
		outgoing.Header["Authorization"] = []string{"Bearer " + r.token.Reveal()}
	}
	return outgoing, nil
}

// arm returns what hands the stamp of a change on to the connection. A read may leave late: it does no harm.
func (r *request) arm() func(context.Context, net.Conn) {
	if r.read {
		return func(_ context.Context, connection net.Conn) { fence.Disarm(connection) }
	}
	return func(ctx context.Context, connection net.Conn) { fence.Arm(ctx, connection) }
}

// unanswered returns the error of a request without a reply.
func (r *request) unanswered(taken bool, err error) error {
	if r.read || !taken {
		return connection.Explain(err)
	}
	return err
}

// incomplete returns the error of a reply whose body was not read to its end. more is set if it goes on beyond its limit.
func incomplete(status int, more bool, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("read reply: %w", err)
	case more && status < 300:
		return unreadable("more than %d bytes", mostOf(status))
	}
	return nil
}

// tracer finds out whether a connection was handed the request. What happens on the connection after that can't be
// told for sure, so from then on the request counts as sent.
type tracer struct{ wanted, got atomic.Bool }

func (t *tracer) hooks(ctx context.Context, r *request) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.wanted.Store(true) },
		GotConn: func(info httptrace.GotConnInfo) {
			t.got.Store(true)
			r.arm()(ctx, info.Conn)
		},
	}
}

// taken also holds for a transport that does not trace at all, since it tells nothing.
func (t *tracer) taken() bool { return t.got.Load() || !t.wanted.Load() }
