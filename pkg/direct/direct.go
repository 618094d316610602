// Package direct makes HTTP/1.1 requests in the goroutine of whoever asks for them: it takes a connection, writes the request,
// and reads the answer.
//
//	transport := &direct.Transport{Dial: fence.Dial(net.Dialer{}), Connections: 64}
//
// [net/http.Transport] has two goroutines for each connection, so that a request is handed over three times: that costs as
// much as the request itself, and what stands between the last look at a claim and the system call that sends it is a queue.
// Here nothing stands in between. In return, this transport knows no proxies, no HTTP/2 and no compression; it repeats nothing,
// ever.
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
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync"
	"time"
)

// Defaults of a [Transport].
const (
	defaultConnections = 16
	defaultIdle        = 4 * time.Second
	defaultHandshake   = 10 * time.Second
	defaultHeader      = 64 << 10
)

// mostInterim bounds how many answers may come ahead of the one that counts, such as 103 Early Hints.
const mostInterim = 5

// Transport is a [http.RoundTripper]. Its zero value works. It is safe for concurrent use; its fields are set before.
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

	mu    sync.Mutex
	hosts map[string]*host
}

// host is a service that is asked, by scheme, name and port.
type host struct {
	// slots has room for as many connections as there may be.
	slots chan struct{}
	mu    sync.Mutex
	idle  []*conn // the one that was used last at the end
}

// RoundTrip implements [http.RoundTripper]. The request's body is closed when it returns.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	c, err := t.connect(request)
	if err != nil {
		closeBody(request)
		return nil, err
	}
	response, err := c.exchange(request)
	if err != nil {
		c.drop()
		if ended := request.Context().Err(); ended != nil {
			err = errors.Join(ended, err)
		}
		return nil, err
	}
	return response, nil
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close() // it was not used
	}
}

// connect returns a connection for a request, which is armed to end with the request's context.
func (t *Transport) connect(request *http.Request) (*conn, error) {
	ctx := request.Context()
	address, err := addressOf(request.URL)
	if err != nil {
		return nil, err
	}
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.GetConn != nil {
		trace.GetConn(address)
	}
	h := t.host(request.URL.Scheme + "://" + address)
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	c, reused := h.take(time.Now().Add(-cmp.Or(t.Idle, defaultIdle)))
	if c == nil {
		if c, err = t.dial(ctx, h, request.URL, address); err != nil {
			<-h.slots
			return nil, err
		}
	}
	c.begin(ctx)
	if trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: c.net, Reused: reused})
	}
	return c, nil
}

// addressOf returns host and port.
func addressOf(u *url.URL) (string, error) {
	port := u.Port()
	switch {
	case u.Hostname() == "":
		return "", errors.New("the address has no host")
	case u.Scheme == "https" && port == "":
		port = "443"
	case u.Scheme == "http" && port == "":
		port = "80"
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("addresses with %q are not served", u.Scheme)
	}
	return net.JoinHostPort(u.Hostname(), port), nil
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

// take returns a connection that was used after an instant and still stands, nil if there is none.
func (h *host) take(after time.Time) (c *conn, reused bool) {
	for {
		h.mu.Lock()
		last := len(h.idle) - 1
		if last < 0 {
			h.mu.Unlock()
			return nil, false
		}
		c, h.idle[last] = h.idle[last], nil
		h.idle = h.idle[:last]
		h.mu.Unlock()
		if c.since.After(after) && c.stands() {
			return c, true
		}
		c.close()
	}
}

// dial makes a connection.
func (t *Transport) dial(ctx context.Context, h *host, u *url.URL, address string) (*conn, error) {
	dial := t.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	plain, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := &conn{host: h, net: plain, plain: plain, most: cmp.Or(t.Header, defaultHeader)}
	if u.Scheme == "https" {
		if c.net, err = t.secure(ctx, plain, u.Hostname()); err != nil {
			return nil, errors.Join(err, plain.Close())
		}
	}
	c.reader, c.writer = bufio.NewReader(c), bufio.NewWriter(c.net)
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
