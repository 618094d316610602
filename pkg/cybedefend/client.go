package cybedefend

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/pkg/address"
	"rollcall/pkg/connection"
	"rollcall/pkg/throttle"
)

// Defaults of [Options].
const (
	// DefaultConnections is enough for a few hundred calls a second at usual latencies.
	DefaultConnections = 16
	// DefaultTimeout is far beyond any healthy reply: giving up early on an invite loses its reply, not the invite.
	DefaultTimeout = 30 * time.Second
)

// Options configure a [Client]. BaseURL and Credentials are required.
type Options struct {
	// BaseURL is where the API is, with a path prefix if there is one. It must be https unless its host is loopback.
	BaseURL string
	// Credentials are what calls are made with.
	Credentials Credentials
	// CredentialsFrom says where they come from, for [Error.CredentialsFrom]. It may be empty.
	CredentialsFrom string
	// Transport carries the requests; nil means one of the client's own: HTTP/1.1, TLS 1.2 or later, the proxy that
	// the environment names. A transport given must not repeat requests or follow redirects, and should support
	// [net/http/httptrace]: under one that doesn't, every request without a reply counts as taken by a connection. Its
	// connections should be those of [rollcall/pkg/fence]: others write whatever the age of the claim.
	Transport http.RoundTripper
	// Connections is how many requests the client's own transport carries at once; 0 means [DefaultConnections].
	Connections int
	// Timeout is for one request, the reading of its reply included; 0 means [DefaultTimeout].
	Timeout time.Duration
	// UserAgent names the caller to the service.
	UserAgent string
	// Observe, unless nil, is called after each HTTP request. It must be safe for concurrent use and return soon.
	Observe func(Exchange)
	// Now is the clock for token lifetimes, and for replies that have no Date; nil means [time.Now].
	Now func() time.Time
}

// Limit is what a reply says about one of the service's rate limits.
type Limit = throttle.Limit

// Exchange is one HTTP request and what came of it. It holds no secret.
type Exchange struct {
	// Operation is one of the Op constants.
	Operation string
	// Status is that of the reply, 0 if none came.
	Status int
	// Class is what is known about the request's effect.
	Class Class
	// Duration is from the start of the request to the end of its reply.
	Duration time.Duration
	// Date is when the service answered by its own clock, zero if it did not say.
	Date time.Time
	// RequestID is the service's name for the request, empty if it gave none.
	RequestID string
	// RetryAfter, HasRetryAfter and RetryAfterFrom say how long the service asks to wait, as those of an [Error] do.
	RetryAfter     time.Duration
	HasRetryAfter  bool
	RetryAfterFrom string
	// Limits are the rate limits that the reply told of, by name.
	Limits []Limit
}

// Client makes calls. It is safe for concurrent use.
type Client struct {
	manner
	// base is where the API is, without a slash at its end.
	base string
	// api carries requests there.
	api     carrier
	observe func(Exchange)
	now     func() time.Time
	tokens  tokenSource
	// tokensFrom is where the credentials come from.
	tokensFrom string
	// given is the transport that carries the requests, nil if own does, which the client has made.
	given http.RoundTripper
	own   *transport
}

// New returns a client. It checks the options, and for the client's own transport the proxy that the environment names, and
// sends nothing.
func New(options Options) (*Client, error) {
	return newClient(options, newTransport(cmp.Or(options.Connections, DefaultConnections)))
}

func newClient(options Options, own *transport) (*Client, error) {
	base, err := address.ParseBase(options.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	if options.Credentials == nil {
		return nil, errors.New("no credentials")
	}
	if options.Connections < 0 || options.Timeout < 0 {
		return nil, errors.New("connections and timeout must not be negative")
	}
	if strings.ContainsFunc(options.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, errors.New("user agent has characters that no header can hold")
	}
	base = base.JoinPath()
	c := &Client{
		manner:     manner{userAgent: cmp.Or(options.UserAgent, "rollcall"), timeout: cmp.Or(options.Timeout, DefaultTimeout)},
		base:       addressOf(base),
		given:      options.Transport,
		observe:    options.Observe,
		now:        options.Now,
		tokensFrom: options.CredentialsFrom,
	}
	if c.given == nil {
		if err := connection.CheckProxy(); err != nil && !address.IsLoopback(base.Hostname()) {
			return nil, err
		}
		c.own = own
	}
	c.api = c.carrierTo(base)
	if c.observe == nil {
		c.observe = func(Exchange) {}
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.tokens, err = options.Credentials.source(c); err != nil {
		return nil, err
	}
	return c, nil
}

// carrierTo returns what carries requests to an address.
func (c *Client) carrierTo(base *url.URL) carrier {
	if c.given == nil {
		return c.own.carrierTo(base, c.manner)
	}
	return &carried{manner: c.manner, address: addressOf(base), over: c.given}
}

// TokenExpires returns when the access token ends that calls are made with now, zero where that is not known.
func (c *Client) TokenExpires() time.Time { return c.tokens.expires() }

// Close closes the idle connections of the client's own transport; calls under way go on. A transport that was given
// stays as it is.
func (c *Client) Close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}
