package cybedefend

import (
	"net/http"
	"net/url"
)

// NewTransport is the client's own transport, for tests that change where it connects to.
var NewTransport = newTransport

// Through has the transport ask for the proxy by a function of the test.
func (t *transport) Through(proxy func(*http.Request) (*url.URL, error)) { t.proxied.Proxy = proxy }
