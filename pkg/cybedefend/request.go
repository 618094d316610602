package cybedefend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"rollcall/pkg/connection"
	"rollcall/pkg/fence"
	"rollcall/pkg/secret"
)

const (
	// maxReply is far beyond a page of 20 entries and all teams of an organization.
	maxReply = 1 << 20
	// maxErrorReply is enough for any explanation; what follows is not read.
	maxErrorReply = 64 << 10
	// byteOrderMark is what some services put before their JSON. It means nothing in UTF-8.
	byteOrderMark = "\xEF\xBB\xBF"
)

// request is one HTTP request to be sent.
type request struct {
	operation   string
	method      string
	url         string
	body        []byte
	contentType string
	// read is set if the request changes nothing at the service.
	read bool
	// token goes with the request, unless it is empty.
	token secret.Text
	// hide, unless it is nil, returns a further secret that the service might repeat. It is asked again once the reply has
	// been read.
	hide func() secret.Text
	// understand takes the body of a 2xx reply that came whole. If it is nil, any 2xx is a success.
	understand func(body []byte) error
	// salvage, unless it is nil, takes as much as there is in a 2xx reply that is not understood.
	salvage func(body []byte)
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
	// err is set if the reply is missing, or its body is cut or too large.
	err error
	// taken is set once a connection has been handed the request.
	taken bool
	// secrets must not be part of any message.
	secrets []secret.Text
}

// call sends a request with the credentials. Where they are refused, the error says where they come from.
func (c *Client) call(ctx context.Context, r request) error {
	err := c.callAs(ctx, r)
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrCredentials) {
		named := *e // it may be shared by everybody who has waited for one exchange
		named.CredentialsFrom = c.tokensFrom
		return &named
	}
	return err
}

// callAs sends a request with the token that is good now.
func (c *Client) callAs(ctx context.Context, r request) error {
	token, err := c.tokens.token(ctx)
	if err != nil {
		if _, ok := errors.AsType[*Error](err); ok {
			return err
		}
		class := NotProcessed
		if errors.Is(err, ErrCredentials) {
			class = FinalNo
		}
		return &Error{Operation: r.operation, Class: class, Err: err}
	}
	r.token = token
	return c.send(ctx, r)
}

// send makes exactly one HTTP request of r and judges what comes of it.
func (c *Client) send(ctx context.Context, r request) error {
	if err := ctx.Err(); err != nil {
		return &Error{Operation: r.operation, Class: NotProcessed, Err: err}
	}
	if !r.read {
		if err := fence.Fresh(ctx); err != nil {
			return &Error{Operation: r.operation, Class: NotProcessed, Err: err}
		}
	}
	start := c.now()
	answer := c.roundTrip(ctx, r)
	exchange, failure := c.judge(r, answer, start)
	exchange.Duration = c.now().Sub(start)
	c.observe(exchange)
	if failure == nil {
		return nil
	}
	return failure
}

// roundTrip sends r over the bare transport: nothing above it follows redirects, keeps cookies or repeats.
func (c *Client) roundTrip(parent context.Context, r request) (answer reply) {
	ctx, cancel := context.WithTimeout(parent, c.timeout)
	defer cancel()
	defer func() {
		if answer.err != nil {
			answer.err = c.explainEnd(parent, ctx, answer.err)
		}
	}()
	var trace tracer
	outgoing, err := newRequest(httptrace.WithClientTrace(ctx, trace.hooks(parent, r.read)), r, c.userAgent)
	if err != nil {
		return reply{err: err}
	}
	response, err := c.transport.RoundTrip(outgoing)
	if err != nil {
		taken := trace.taken() && !errors.Is(err, connection.ErrProxy)
		if r.read || !taken {
			err = connection.Explain(err)
		}
		return reply{err: err, taken: taken}
	}
	defer response.Body.Close()
	answer = reply{
		status: response.StatusCode, header: response.Header, taken: true, secrets: r.secrets(),
	}
	answer.body, answer.err = readBody(response)
	answer.body = bytes.TrimPrefix(answer.body, []byte(byteOrderMark))
	return answer
}

// explainEnd makes sure that an error which came of a context's end can be matched as such, whatever the transport
// made of it.
func (c *Client) explainEnd(parent, ctx context.Context, err error) error {
	switch {
	case parent.Err() != nil && errors.Is(err, parent.Err()), ctx.Err() == nil:
		return err
	case parent.Err() != nil:
		return fmt.Errorf("%w: %w", parent.Err(), err)
	}
	return fmt.Errorf("no whole reply within %s: %w", c.timeout, ctx.Err())
}

func newRequest(ctx context.Context, r request, userAgent string) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	outgoing, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, err
	}
	// With GetBody, net/http repeats a request by itself when a reused connection breaks.
	outgoing.GetBody = nil
	outgoing.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {userAgent}}
	if r.body != nil {
		outgoing.Header["Content-Type"] = []string{r.contentType}
	}
	if !r.token.Empty() {
		outgoing.Header["Authorization"] = []string{"Bearer " + r.token.Reveal()}
	}
	return outgoing, nil
}

// readBody reads a body up to its limit. Reading it to its end lets the connection be used again.
func readBody(response *http.Response) ([]byte, error) {
	limit := int64(maxReply)
	if response.StatusCode >= 300 {
		limit = maxErrorReply
	}
	var whole bytes.Buffer
	whole.Grow(int(min(max(response.ContentLength, 0), limit)) + bytes.MinRead)
	_, err := whole.ReadFrom(io.LimitReader(response.Body, limit+1))
	body := whole.Bytes()
	switch {
	case err != nil:
		return body, fmt.Errorf("read reply: %w", err)
	case int64(len(body)) <= limit:
		return body, nil
	case response.StatusCode >= 300:
		return body[:limit], nil
	}
	return body[:limit], unreadable("more than %d bytes", limit)
}

// tracer finds out whether a connection was handed the request. What happens on the connection after that can't be
// told for sure, so from then on the request counts as sent.
type tracer struct{ wanted, got atomic.Bool }

// hooks also hand the stamp of a change on to the connection. A read may leave late: it does no harm.
func (t *tracer) hooks(ctx context.Context, read bool) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.wanted.Store(true) },
		GotConn: func(info httptrace.GotConnInfo) {
			t.got.Store(true)
			if read {
				fence.Disarm(info.Conn)
			} else {
				fence.Arm(ctx, info.Conn)
			}
		},
	}
}

// taken also holds for a transport that does not trace at all, since it tells nothing.
func (t *tracer) taken() bool { return t.got.Load() || !t.wanted.Load() }
