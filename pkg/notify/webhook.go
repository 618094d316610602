package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/address"
	"rollcall/pkg/connection"
	"rollcall/pkg/retry"
	"rollcall/pkg/secret"
)

const (
	// timeout bounds one post: chats answer within a second, and a run should not look stuck at its end.
	timeout = 10 * time.Second
	// attempts is how often a post is made in all: enough for a restart or a rate limit, not for an outage.
	attempts = 3
	// longest is the longest wait that the other side may ask for.
	longest = 10 * time.Second
)

// hook posts JSON to one address. Such an address is a secret, since whoever knows it can post, so it appears in no error.
// A hook is safe for concurrent use.
type hook struct {
	address   secret.Text
	host      string
	userAgent string
	transport http.RoundTripper
	policy    retry.Policy
}

// newHook checks the address and sends nothing. Its errors show no more of the address than the host.
func newHook(o Options) (*hook, error) {
	// Some editors put a byte order mark in front of a file, and all of them a line break at its end.
	target, err := address.Parse(strings.Trim(o.Address.Reveal(), " \t\r\n\ufeff"))
	if err != nil {
		return nil, err
	}
	policy, err := retry.New(retry.Policy{Attempts: attempts})
	if err != nil {
		return nil, err
	}
	h := &hook{
		address: secret.New(target.String()), host: target.Host, userAgent: cmp.Or(o.UserAgent, defaultUserAgent(o.Version)),
		transport: o.Transport, policy: policy,
	}
	if h.transport == nil {
		h.transport = newTransport()
	}
	return h, nil
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  connection.Proxy,
		OnProxyConnectResponse: connection.ProxyAnswered,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		DisableKeepAlives:      true,
	}
}

// defaultUserAgent names the program, and its version if that is known.
func defaultUserAgent(version string) string {
	if version == "" {
		return "rollcall"
	}
	return "rollcall/" + version
}

// post posts body, a JSON document, until somebody takes it: up to three times, as long as trying again may help. It
// takes half a minute and the waits in between at most.
func (h *hook) post(ctx context.Context, body []byte) error {
	for attempt := 1; ; attempt++ {
		asked, err := h.try(ctx, body)
		if err == nil {
			return nil
		}
		if final, ok := errors.AsType[*finalError](err); ok {
			return fmt.Errorf("post to %s: %w", h.host, final.err)
		}
		if !h.policy.Again(attempt) {
			return fmt.Errorf("post to %s: %d attempts: %w", h.host, attempt, err)
		}
		if err := sleep(ctx, h.policy.Wait(attempt, min(asked, longest), rand.Float64())); err != nil {
			return fmt.Errorf("post to %s: %w", h.host, err)
		}
	}
}

// finalError is an answer that another attempt would not change.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }

// try posts once. With an error comes how long the other side asks to wait.
func (h *hook) try(ctx context.Context, body []byte) (asked time.Duration, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return 0, &finalError{errors.New("the address can't be requested")}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", h.userAgent)
	// Not a client: it would follow redirects, to an address that nobody has named, and name addresses in its errors.
	reply, err := h.transport.RoundTrip(request)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err = connection.Explain(err); errors.Is(err, connection.ErrLasting) {
			return 0, &finalError{err}
		}
		return 0, err
	}
	defer reply.Body.Close()
	// Nothing in the answer matters, and if it can't be read, the post was taken all the same.
	_, _ = io.Copy(io.Discard, io.LimitReader(reply.Body, 64<<10))
	switch {
	case reply.StatusCode < 300:
		return 0, nil
	case reply.StatusCode == http.StatusTooManyRequests || reply.StatusCode >= 500:
		return retryAfter(reply.Header), fmt.Errorf("the answer is %d %s", reply.StatusCode, http.StatusText(reply.StatusCode))
	case reply.StatusCode < 400:
		return 0, &finalError{fmt.Errorf("the answer is %d, and redirects are not followed", reply.StatusCode)}
	}
	return 0, &finalError{fmt.Errorf("the answer is %d %s", reply.StatusCode, http.StatusText(reply.StatusCode))}
}

// retryAfter reads the seconds for which the other side asks, 0 where it does not.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.ParseUint(header.Get("Retry-After"), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
