// Package direct makes HTTP/1.1 requests in the goroutine of whoever asks for them: it takes a connection, writes the request,
// and reads the answer.
//
//	transport := &direct.Transport{Dial: fence.Dial(net.Dialer{}), Connections: 64}
//	service, err := transport.Service(base)
//	…
//	answer, err := service.Do(ctx, &direct.Request{Method: "GET", Path: "/organizations", Timeout: 30 * time.Second})
//
// [net/http.Transport] has two goroutines for each connection, so that a request is handed over three times: that costs as
// much as the request itself, and what stands between the last look at a claim and the system call that sends it is a queue.
// Here nothing stands in between, a request is written in one piece and nothing is built that nobody asks for. In return, this
// transport knows no proxies, no redirects, no HTTP/2 and no compression; it repeats nothing, ever.
//
// It tells of what it does by the hooks of [net/http/httptrace]: GetConn, GotConn, TLSHandshakeStart, TLSHandshakeDone, and by
// the dialer those of names and connections.
package direct

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// Defaults of a [Transport].
const (
	defaultConnections = 16
	defaultIdle        = 4 * time.Second
	defaultHandshake   = 10 * time.Second
	defaultHeader      = 64 << 10
	defaultBody        = 1 << 20
)

// mostInterim bounds how many answers may come ahead of the one that counts, such as 103 Early Hints.
const mostInterim = 5

// ErrTimeout means that there was no whole answer within [Request.Timeout]. It matches [context.DeadlineExceeded].
var ErrTimeout error = timeoutError{}

// Transport makes connections and keeps them. Its zero value works. It is safe for concurrent use; its fields are set before.
type Transport struct {
	// Dial makes connections. Nil: a plain [net.Dialer].
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS configures what connections to https are like. Nil: Go's defaults.
	TLS *tls.Config
	// Handshake is how long a TLS handshake may take. Zero: 10 s.
	Handshake time.Duration
	// Connections is how many connections there may be to a host; who asks for more waits. Zero: 16.
	Connections int
	// Idle is for how long a connection that nobody uses may be used again. Zero: 4 s.
	Idle time.Duration
	// Header is how many bytes the header of an answer may have. Zero: 64 KiB.
	Header int64
	// Body says how many bytes of the body of an answer are read. One that has more costs the connection. Nil: 1 MiB.
	Body func(status int) int64

	mu    sync.Mutex
	hosts map[string]*host
}

// host is what connections lead to, by scheme, name and port.
type host struct {
	// slots has room for as many connections as there may be.
	slots chan struct{}
	mu    sync.Mutex
	idle  []*conn // the one that was used last at the end
}

// Service is what is asked: a host, and a path there that those of all requests follow. It is safe for concurrent use.
type Service struct {
	transport *Transport
	host      *host
	// address is host and port. The connections are encrypted for serverName if it is secure.
	address, serverName string
	secure              bool
	// name is the host as requests name it, prefix the path.
	name, prefix string
}

// Service returns the service at an address, whose host is named in ASCII. Services of one host share its connections.
func (t *Transport) Service(base *url.URL) (*Service, error) {
	address, err := addressOf(base)
	if err != nil {
		return nil, err
	}
	name := withoutZone(base.Host)
	if !isPlain(name) || strings.ContainsAny(name, " \t/") {
		return nil, errors.New("the name of the host has characters that a request can't have")
	}
	return &Service{
		transport: t, host: t.host(base.Scheme + "://" + address),
		address: address, serverName: base.Hostname(), secure: base.Scheme == "https",
		name: name, prefix: strings.TrimRight(base.EscapedPath(), "/"),
	}, nil
}

// withoutZone takes the zone from an IPv6 address: it means something on this machine alone (RFC 6874).
func withoutZone(host string) string {
	end := strings.LastIndexByte(host, ']')
	zone := strings.LastIndexByte(host[:max(end, 0)], '%')
	if zone < 0 {
		return host
	}
	return host[:zone] + host[end:]
}

// Do makes one request. With an error, the answer is what was read of it, whose status is 0 if that is nothing. The error matches
// the cause of the context's end, or [ErrTimeout], if that came first.
func (s *Service) Do(ctx context.Context, r *Request) (Answer, error) {
	if err := r.check(); err != nil {
		return Answer{}, err
	}
	var deadline time.Time
	if r.Timeout > 0 {
		deadline = time.Now().Add(r.Timeout)
	}
	answer, err := s.do(ctx, r, deadline)
	if err == nil {
		return answer, nil
	}
	ended := context.Cause(ctx)
	if ended == nil && !deadline.IsZero() && !time.Now().Before(deadline) {
		ended = ErrTimeout
	}
	switch {
	case ended == nil, errors.Is(err, ended):
		return answer, err
	case errors.Is(err, os.ErrDeadlineExceeded): // which is how the connection was cut
		return answer, ended
	}
	return answer, fmt.Errorf("%w: %w", ended, err)
}

func (s *Service) do(ctx context.Context, r *Request, deadline time.Time) (Answer, error) {
	c, err := s.connect(ctx, deadline)
	if err != nil {
		return Answer{}, err
	}
	if r.Connected != nil {
		r.Connected(ctx, c.net)
	}
	if err := c.write(s, r); err != nil {
		c.drop()
		return Answer{Taken: true}, err
	}
	answer, keep, err := c.read(r.Method, s.transport.body)
	answer.Taken = true
	if keep && c.reader.Buffered() == 0 {
		c.release()
	} else {
		c.drop()
	}
	return answer, err
}

// body returns how many bytes of a body are read.
func (t *Transport) body(status int) int64 {
	if t.Body == nil {
		return defaultBody
	}
	return t.Body(status)
}

// connect returns a connection for a request, which ends at the deadline and with the context.
func (s *Service) connect(ctx context.Context, deadline time.Time) (*conn, error) {
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.GetConn != nil {
		trace.GetConn(s.address)
	}
	if err := s.wait(ctx, deadline); err != nil {
		return nil, err
	}
	c, err := s.take(ctx, deadline)
	reused := c != nil
	if c == nil && err == nil {
		c, err = s.dial(ctx, deadline)
	}
	if err != nil {
		<-s.host.slots
		return nil, err
	}
	if trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: c.net, Reused: reused})
	}
	return c, nil
}

// wait waits until there may be one more connection.
func (s *Service) wait(ctx context.Context, deadline time.Time) error {
	select {
	case s.host.slots <- struct{}{}:
		return nil
	default:
	}
	ctx, cancel := until(ctx, deadline)
	defer cancel()
	select {
	case s.host.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// until returns a context that ends at a deadline, if there is one.
func until(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	if deadline.IsZero() {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline)
}

func (t *Transport) host(name string) *host {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[name]
	if h == nil {
		if t.hosts == nil {
			t.hosts = map[string]*host{}
		}
		h = &host{slots: make(chan struct{}, cmp.Or(t.Connections, defaultConnections))}
		t.hosts[name] = h
	}
	return h
}

// take returns a connection that is not too old and still stands, nil if there is none.
func (s *Service) take(ctx context.Context, deadline time.Time) (*conn, error) {
	after := time.Now().Add(-cmp.Or(s.transport.Idle, defaultIdle))
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		c := s.host.last()
		if c == nil || c.since.After(after) && c.begin(ctx, deadline) && c.stands() {
			return c, nil
		}
		c.close()
	}
}

// last takes the connection that was used last, nil if there is none.
func (h *host) last() (c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if last := len(h.idle) - 1; last >= 0 {
		c, h.idle[last] = h.idle[last], nil
		h.idle = h.idle[:last]
	}
	return c
}

// dial makes a connection.
func (s *Service) dial(ctx context.Context, deadline time.Time) (*conn, error) {
	t, dial := s.transport, s.transport.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	dialing, cancel := until(ctx, deadline)
	defer cancel()
	plain, err := dial(dialing, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	c := &conn{host: s.host, net: plain, plain: plain, most: cmp.Or(t.Header, defaultHeader), peek: newPeek(plain)}
	if s.secure {
		if c.net, err = t.secure(dialing, plain, s.serverName); err != nil {
			return nil, errors.Join(err, plain.Close())
		}
	}
	c.reader = bufio.NewReader(c)
	if !c.begin(ctx, deadline) {
		return nil, errors.Join(net.ErrClosed, c.net.Close())
	}
	return c, nil
}

// secure makes the handshake of TLS.
func (t *Transport) secure(ctx context.Context, plain net.Conn, name string) (net.Conn, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TLS != nil {
		config = t.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = name
	}
	config.NextProtos = []string{"http/1.1"}
	ctx, cancel := context.WithTimeoutCause(ctx, cmp.Or(t.Handshake, defaultHandshake), errHandshake)
	defer cancel()
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.TLSHandshakeStart != nil {
		trace.TLSHandshakeStart()
	}
	secured := tls.Client(plain, config)
	err := secured.HandshakeContext(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errHandshake) {
		err = errHandshake
	}
	if trace != nil && trace.TLSHandshakeDone != nil {
		trace.TLSHandshakeDone(secured.ConnectionState(), err)
	}
	return secured, err
}

// CloseIdleConnections closes the connections that nobody uses.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, h := range t.hosts {
		h.mu.Lock()
		for _, c := range h.idle {
			c.close()
		}
		h.idle = nil
		h.mu.Unlock()
	}
}

// handshakeError is that of a handshake that took too long.
type handshakeError struct{}

func (handshakeError) Error() string { return "the TLS handshake took too long" }
func (handshakeError) Timeout() bool { return true }

// Temporary implements [net.Error].
func (handshakeError) Temporary() bool { return true }

var errHandshake net.Error = handshakeError{}

type timeoutError struct{}

func (timeoutError) Error() string { return "no whole answer in time" }
func (timeoutError) Timeout() bool { return true }

// Is implements the interface of [errors.Is].
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }
