// Package connection knows how connections leave this machine, by the proxy that the environment names, and which failures
// to make one last until a person has looked into them.
//
//	transport := &http.Transport{Proxy: connection.Proxy, OnProxyConnectResponse: connection.ProxyAnswered}
//	if err := connection.Explain(err); errors.Is(err, connection.ErrLasting) { … } // another try is of no use
//
// A proxy that has no valid address is never taken for none. No error shows the address of a proxy, which may hold a
// password. The package makes no connection itself.
package connection

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/http/httpproxy"
)

// Match these with [errors.Is].
var (
	// ErrLasting: no connection can be made until a person has looked into it, be it the certificate, the proxy or the
	// protocol. Nothing was sent over one.
	ErrLasting = errors.New("no connection can be made")
	// ErrProxy: the proxy is why. It matches ErrLasting, too.
	ErrProxy error = proxyError{}
)

type proxyError struct{}

func (proxyError) Error() string { return "the proxy lets no connection through" }

// Is implements the interface of [errors.Is].
func (proxyError) Is(target error) bool { return target == ErrLasting }

// explained is an error that matches its kind, and has a text of its own.
type explained struct {
	text  string
	kind  error
	cause error
}

func (l *explained) Error() string { return l.text }

func (l *explained) Unwrap() []error { return []error{l.kind, l.cause} }

// environment is read once: a process has one.
var environment = sync.OnceValues(func() (func(*url.URL) (*url.URL, error), error) {
	return proxyOf(httpproxy.FromEnvironment())
})

// proxyOf returns what finds the proxy for an address, and an error if the proxy for https is none.
func proxyOf(config *httpproxy.Config) (find func(*url.URL) (*url.URL, error), err error) {
	if config.HTTPSProxy != "" && !isProxy(config.HTTPSProxy) {
		err = &explained{
			text: "HTTPS_PROXY (or https_proxy) is not the address of a proxy, as http://proxy.example.com:8080 is", kind: ErrProxy,
		}
	}
	return config.ProxyFunc(), err
}

// isProxy reports whether net/http can use a proxy at an address, which may lack http://.
func isProxy(text string) bool {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	address, err := url.Parse(text)
	return err == nil && address.Hostname() != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, address.Scheme)
}

// CheckProxy returns an error that matches [ErrProxy] if the environment names a proxy for https that cannot be one.
func CheckProxy() error {
	_, err := environment()
	return err
}

// Proxy returns the proxy for a request, nil for none. It is a [http.Transport.Proxy]. Unlike [http.ProxyFromEnvironment] it
// fails if what the environment names cannot be one.
func Proxy(request *http.Request) (*url.URL, error) {
	find, err := environment()
	return through(find, err, request.URL)
}

func through(find func(*url.URL) (*url.URL, error), broken error, target *url.URL) (*url.URL, error) {
	if target.Scheme == "https" && broken != nil {
		return nil, broken
	}
	proxy, err := find(target)
	if err != nil {
		return nil, &explained{text: "the proxy that the environment names has no valid address", kind: ErrProxy}
	}
	return proxy, nil
}

// ProxyAnswered names what a proxy answers instead of making a connection. It is a
// [http.Transport.OnProxyConnectResponse]. Nothing of the request has left by then.
func ProxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	status := answer.StatusCode
	if status == http.StatusOK {
		return nil
	}
	text := fmt.Sprintf("the proxy refuses to connect: %d %s", status, http.StatusText(status))
	switch {
	case status == http.StatusProxyAuthRequired:
		text = "the proxy asks for credentials"
	case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		return errors.New(text) // it could not for now
	}
	return &explained{text: text, kind: ErrProxy}
}

// Explain returns the error of a connection that could not be made in plain words. It matches [ErrLasting] if it is one that
// lasts, [ErrUnreached] if nothing was reached, and still what it came from. Other errors stay as they are.
func Explain(err error) error {
	text := ""
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority):
		text = "the certificate is signed by an authority that this machine does not trust: "
	case errors.As(err, &certificate):
		text = "the certificate is not valid: "
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return &explained{text: "http is answered where https was asked", kind: ErrLasting, cause: err}
	case errors.As(err, &record):
		text = "something else than https is answered where https was asked: "
	case refused(err):
		text = "no secure connection can be agreed on: "
	default:
		if text, kind := unreached(err); text != "" {
			return &explained{text: text, kind: kind, cause: err}
		}
		return err
	}
	return &explained{text: text + err.Error(), kind: ErrLasting, cause: err}
}

// lastingAlerts are those of TLS (RFC 8446, section 6.2, and older ones) that are about what the two sides are, rather than
// about what has happened to one of them.
var lastingAlerts = []tls.AlertError{40, 42, 43, 44, 45, 46, 47, 48, 49, 70, 71, 86, 112, 116, 120}

// refused reports whether the other side refuses to speak TLS with us.
func refused(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)
	return ok && failed.Op == "remote error" && slices.ContainsFunc(lastingAlerts, func(alert tls.AlertError) bool {
		return failed.Err.Error() == alert.Error() // the alert itself has a type of its own, which is not exported
	})
}
