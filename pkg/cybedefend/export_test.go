package cybedefend

import (
	"context"
	"net"
	"net/http"
	"net/url"
)

// NewThrough is [New] for a client that asks for the proxy by a function of the test.
func NewThrough(options Options, proxy func(*http.Request) (*url.URL, error)) (*Client, error) {
	own := newTransport(1)
	own.proxied.Proxy = proxy
	return newClient(options, own)
}

// NewDialling is [New] for a client that makes its connections by a function of the test.
func NewDialling(options Options, dial func(ctx context.Context, network, address string) (net.Conn, error)) (*Client, error) {
	own := newTransport(1)
	own.straight.Dial = dial
	return newClient(options, own)
}

// DecodeInvitations reads the body of a page of invitations.
var DecodeInvitations = decodeInvitations
