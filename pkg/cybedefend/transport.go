package cybedefend

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/pkg/connection"
	"rollcall/pkg/direct"
	"rollcall/pkg/fence"
)

// transport is the client's own: it asks the service directly, and by net/http where a proxy stands in between. Neither uses
// HTTP/2: it gains no time here, and its own repeats after a GOAWAY are one thing less to reason about.
type transport struct {
	straight *direct.Transport
	proxied  *http.Transport
}

const (
	// handshake is how long a TLS handshake may take, longestHeader how many bytes the header of an answer may have.
	handshake     = 10 * time.Second
	longestHeader = 64 << 10
	// idle is for how long a connection that nobody uses is kept. Common servers hang up after five idle seconds, and a request
	// written to a connection just being closed is lost.
	idle = 4 * time.Second
)

func newTransport(connections int) *transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	dial, secure := fence.Dial(net.Dialer{Timeout: 10 * time.Second}), &tls.Config{MinVersion: tls.VersionTLS12}
	return &transport{
		straight: &direct.Transport{
			Dial: dial, TLS: secure, Handshake: handshake, Connections: connections, Idle: idle, Header: longestHeader, Body: mostOf,
		},
		proxied: &http.Transport{
			Proxy:                  connection.Proxy,
			DialContext:            dial,
			OnProxyConnectResponse: connection.ProxyAnswered,
			TLSClientConfig:        secure,
			TLSHandshakeTimeout:    handshake,
			Protocols:              &protocols,
			MaxIdleConns:           2 * connections,
			MaxIdleConnsPerHost:    connections,
			MaxConnsPerHost:        connections,
			MaxResponseHeaderBytes: longestHeader,
			IdleConnTimeout:        idle,
		},
	}
}

// carrierTo returns what carries requests to an address, as the environment has it when the client is made.
func (t *transport) carrierTo(base *url.URL, m manner) carrier {
	if proxy, err := t.proxied.Proxy(&http.Request{URL: base}); proxy == nil && err == nil {
		if service, err := t.straight.Service(base); err == nil {
			return &straight{manner: m, service: service}
		}
	}
	return &carried{manner: m, address: addressOf(base), over: t.proxied} // which says what is wrong, if something is
}

// addressOf returns an address without a slash at its end.
func addressOf(base *url.URL) string { return strings.TrimRight(base.String(), "/") }

// CloseIdleConnections closes the connections that nobody uses.
func (t *transport) CloseIdleConnections() {
	t.straight.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
}
