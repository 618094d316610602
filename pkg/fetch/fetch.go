// Package fetch brings a document from an https address, or not at all.
//
// What it returns is the whole document as the server has it now: only an answer of 200 counts, one that is cut short or
// too long is an error, and no other host is asked than the one named. It writes nothing and keeps nothing.
//
// That a document is cut short shows where the server says how long it is, sends it in chunks, compressed, or by HTTP/2. An
// answer of HTTP/1 that does none of that ends where its connection ends, whatever has ended it.
package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"rollcall/pkg/address"
	"rollcall/pkg/connection"
	"rollcall/pkg/pattern"
	"rollcall/pkg/retry"
	"rollcall/pkg/secret"
)

const (
	// DefaultLimit is more than any roster has: 64 MiB are a million people.
	DefaultLimit = 64 << 20
	// DefaultTimeout is for the whole document.
	DefaultTimeout = 2 * time.Minute
	// Longest bounds all attempts together.
	Longest = 4 * time.Minute
	// headerTimeout is for a server that takes the request and says nothing.
	headerTimeout = 30 * time.Second
	// attempts outlast a restart of the server; whoever runs this every night tries again tomorrow.
	attempts = 3
	// redirects is how often the same host may send us on.
	redirects = 5
)

// Options say what is fetched. Address is required.
type Options struct {
	// Address is https, or http to this machine. Its query may be a secret: it is in no error.
	Address string
	// Header is sent with the request and may hold credentials.
	Header http.Header
	// Limit is how long, in bytes, the document may be. Zero stands for [DefaultLimit].
	Limit int64
	// Timeout bounds each attempt. Zero stands for [DefaultTimeout].
	Timeout time.Duration
	// Transport sends the requests; nil means one of its own.
	Transport http.RoundTripper
	// Observe, if set, is told about each failure that is followed by another attempt.
	Observe func(err error, wait time.Duration)
}

// Is reports whether a name is an address rather than a file.
func Is(name string) bool {
	return strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://")
}

// Name returns what an address may be called in public: without its query, which may be a secret.
func Name(text string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return "the address"
	}
	return (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: parsed.Path}).String()
}

// To writes the document to w. A server that answers with 429 or an error of its own, or does not answer, is asked
// again twice, as long as nothing was written and no more than [Longest] has gone by. After an error, w may hold a part of
// the document.
func To(ctx context.Context, w io.Writer, o Options) error {
	target, err := address.Parse(o.Address)
	if err != nil {
		return err
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Transport == nil {
		own := &http.Transport{
			Proxy:                  connection.Proxy,
			OnProxyConnectResponse: connection.ProxyAnswered,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			ResponseHeaderTimeout:  headerTimeout,
		}
		defer own.CloseIdleConnections()
		o.Transport = own
	}
	policy, err := retry.New(retry.Policy{Attempts: attempts})
	if err != nil {
		return err
	}
	if o.Observe == nil {
		o.Observe = func(error, time.Duration) {}
	}
	ctx, cancel := context.WithTimeout(ctx, Longest)
	defer cancel()
	for tries := 1; ; tries++ {
		again, err := o.attempt(ctx, w, target)
		if err == nil || !again || !policy.Again(tries) || ctx.Err() != nil {
			return err
		}
		wait := policy.Wait(tries, policy.Base, rand.Float64())
		o.Observe(err, wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
	}
}

// attempt asks once. again tells that the error may pass, and that nothing was written.
func (o Options) attempt(ctx context.Context, w io.Writer, target *url.URL) (again bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return false, bare(err)
	}
	request.Header = o.Header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	client := &http.Client{Transport: o.Transport, CheckRedirect: sameHost}
	reply, err := client.Do(request)
	if err != nil {
		err = connection.Explain(bare(err))
		return !errors.Is(err, errElsewhere) && !errors.Is(err, connection.ErrLasting), err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return reply.StatusCode == http.StatusTooManyRequests || reply.StatusCode >= 500, fmt.Errorf("it answers %s, and only 200 will do", reply.Status)
	}
	written, err := io.Copy(w, io.LimitReader(reply.Body, o.Limit+1))
	switch {
	case err != nil:
		return written == 0, fmt.Errorf("cut short after %d bytes: %w", written, bare(err))
	case written > o.Limit:
		return false, fmt.Errorf("longer than %d MiB", o.Limit>>20)
	}
	return false, nil
}

// errElsewhere says that the server sends us to another one, which must not see our credentials.
var errElsewhere = errors.New("it sends us elsewhere")

func sameHost(next *http.Request, before []*http.Request) error {
	switch first := before[0].URL; {
	case next.URL.Host != first.Host || next.URL.Scheme != first.Scheme:
		return fmt.Errorf("%w, to %s://%s: give that address instead", errElsewhere, next.URL.Scheme, next.URL.Host)
	case len(before) > redirects:
		return fmt.Errorf("%w, more than %d times", errElsewhere, redirects)
	}
	return nil
}

// bare returns what went wrong without the address, whose query may be a secret.
func bare(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

// ReadHeader reads a file of header fields, one "Name: value" a line; blank lines and those that start with # do not
// count. The values are returned, too, since they are secrets: nobody should print them. What is shorter than
// [secret.Shortest] is no secret, and refused in a field that is for one.
func ReadHeader(r io.Reader) (header http.Header, values []secret.Text, err error) {
	header = http.Header{}
	lines := bufio.NewScanner(r)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if !found || value == "" || name == "" || strings.ContainsAny(name, " \t\"") {
			return nil, nil, fmt.Errorf(`line %d is not a header field such as "Authorization: Bearer …"`, number)
		}
		header.Add(textproto.CanonicalMIMEHeaderKey(name), value)
		for _, part := range secrets(name, value) {
			switch {
			case len(part) >= secret.Shortest:
				values = append(values, secret.New(part))
			case forSecrets().MatchString(name):
				return nil, nil, fmt.Errorf("line %d: what is secret in %s is shorter than %d characters", number, name, secret.Shortest)
			}
		}
	}
	return header, values, lines.Err()
}

// forSecrets matches the names of header fields whose values are credentials.
var forSecrets = pattern.Of("(?i)authorization|cookie|token|secret|passw|key$")

// secrets returns what is secret in a header field: its value, and in "Authorization: Bearer …" also what follows the scheme
// alone.
func secrets(name, value string) []string {
	if _, credentials, found := strings.Cut(value, " "); found && strings.HasSuffix(strings.ToLower(name), "authorization") {
		return []string{value, strings.TrimSpace(credentials)}
	}
	return []string{value}
}
