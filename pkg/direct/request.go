package direct

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Request is what a [Service] is asked. It may be made again with each use, and what it points to is not changed.
type Request struct {
	Method string
	// Path follows the path of the service: it begins with a slash, and has all escaped that must be, and the query if any.
	Path string
	// Lines are further fields. Host and those that tell of the body are none of them.
	Lines Lines
	// Body is sent as it is, as ContentType. Nil: there is none.
	Body        []byte
	ContentType string
	// Timeout is for all of the request, the reading of its answer included. Zero: none.
	Timeout time.Duration
	// Connected, unless nil, is called with the request's context and the connection that is about to be written to.
	Connected func(context.Context, net.Conn)
}

// Header are the fields of a request or of an answer, in their order.
type Header []Field

// Field is one field of a header.
type Field struct{ Name, Value string }

// Get returns the first value of a field, empty if there is none. A name counts in any letter case.
func (h Header) Get(name string) string {
	for i := range h {
		if len(h[i].Name) == len(name) && strings.EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Lines are fields as they are sent, made once for many requests. The zero value has none.
type Lines struct{ text string }

// NewLines returns the lines of a header. Its errors show no value.
func NewLines(header Header) (Lines, error) {
	var text []byte
	for _, field := range header {
		if !isName(field.Name) || !isPlain(field.Value) {
			return Lines{}, fmt.Errorf("the field %q has characters that no header can hold", field.Name)
		}
		text = appendField(text, field.Name, field.Value)
	}
	return Lines{string(text)}, nil
}

// check refuses what would end up as something else than one request.
func (r *Request) check() error {
	switch {
	case !isName(r.Method):
		return fmt.Errorf("%q is no method", r.Method)
	case !strings.HasPrefix(r.Path, "/") || !isPlain(r.Path) || strings.ContainsAny(r.Path, " \t"):
		return fmt.Errorf("%q is no path", r.Path)
	case !isPlain(r.ContentType):
		return fmt.Errorf("%q is no type of content", r.ContentType)
	}
	return nil
}

// append writes the request as HTTP/1.1 has it (RFC 9112).
func (r *Request) append(b []byte, s *Service) []byte {
	b = append(append(b, r.Method...), ' ')
	b = append(append(append(b, s.prefix...), r.Path...), " HTTP/1.1\r\n"...)
	b = append(appendField(b, "Host", s.name), r.Lines.text...)
	if r.Body != nil {
		b = appendField(b, "Content-Type", r.ContentType)
	}
	if r.Body != nil || r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		b = append(strconv.AppendInt(append(b, "Content-Length: "...), int64(len(r.Body)), 10), "\r\n"...)
	}
	return append(append(b, "\r\n"...), r.Body...)
}

func appendField(b []byte, name, value string) []byte {
	return append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
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
