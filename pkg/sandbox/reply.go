package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// refusalError is an answer that says no.
type refusalError struct {
	status  int
	message string
	// code is that of an error of the identity provider, which has a shape of its own.
	code string
	// wait is told as the time to come back, if it is not 0.
	wait time.Duration
}

func (e *refusalError) Error() string { return e.message }

func refuse(status int, format string, arguments ...any) error {
	return &refusalError{status: status, message: fmt.Sprintf(format, arguments...)}
}

// badRequest is the documented shape of a 400.
type badRequest struct {
	Timestamp string `json:"timestamp"`
	Service   string `json:"service"`
	Method    string `json:"method"`
	Message   string `json:"message"`
	// Code is not the HTTP status, so that a client which takes it for one is found out.
	Code int `json:"code"`
}

// invalidArgument is gRPC's, which the service's gateway probably translates.
const invalidArgument = 3

// failure is the documented shape of the other refusals.
type failure struct {
	Message    string `json:"message"`
	StatusCode int    `json:"statusCode"`
	Timestamp  string `json:"timestamp"`
	Path       string `json:"path"`
}

// oauthFailure is the shape of the identity provider's refusals (RFC 6749, section 5.2).
type oauthFailure struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// The types of bodies.
const (
	jsonType = "application/json; charset=utf-8"
	htmlType = "text/html"
)

// timeFormat is that of the vendor's framework: RFC 3339 with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z"

// shape returns what a refusal looks like on the wire.
func (s *Sandbox) shape(q *request, refusal *refusalError) any {
	now := s.options.Now().UTC().Format(timeFormat)
	switch {
	case refusal.code != "":
		return oauthFailure{refusal.code, refusal.message}
	case refusal.status == http.StatusBadRequest:
		return badRequest{now, "sandbox", string(q.operation), refusal.message, invalidArgument}
	default:
		return failure{refusal.message, refusal.status, now, q.http.URL.Path}
	}
}

// encode returns status and body of the answer.
func (s *Sandbox) encode(q *request, status int, body any, err error) (int, []byte) {
	status = or(status, http.StatusOK)
	if refusal, ok := errors.AsType[*refusalError](err); ok {
		status, body = refusal.status, s.shape(q, refusal)
	}
	mark := ""
	if odd, ok := body.(marked); ok {
		mark, body = byteOrderMark, odd.body
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("sandbox: reply of %s: %v", q.operation, err)) // only wire types get here
	}
	return status, append([]byte(mark), encoded...)
}

// reply sends the answer.
func (s *Sandbox) reply(w http.ResponseWriter, q *request, status int, body any, err error) {
	if refusal, ok := errors.AsType[*refusalError](err); ok && refusal.wait > 0 {
		s.options.Limit.RetryAfter.tell(w.Header(), refusal.wait, s.options.Now())
	}
	status, encoded := s.encode(q, status, body, err)
	s.write(w, status, jsonType, encoded, len(encoded))
}

// write sends as much of the body as is asked for, below a header that promises all of it.
func (s *Sandbox) write(w http.ResponseWriter, status int, contentType string, body []byte, part int) {
	w.Header().Set("Date", s.options.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body[:part]) // a client that has left needs no answer
}

// failBefore answers a call that had no effect.
func (s *Sandbox) failBefore(w http.ResponseWriter, q *request, fault Fault) {
	wait := or(fault.RetryAfter, time.Second)
	switch fault.Kind {
	case CutBefore:
		s.cut(w)
	case Throttle:
		s.options.Limit.RetryAfter.tell(w.Header(), wait, s.options.Now())
		s.reply(w, q, 0, nil, refuse(http.StatusTooManyRequests, "ThrottlerException: Too Many Requests"))
	case Unavailable:
		InSeconds.tell(w.Header(), wait, s.options.Now())
		s.reply(w, q, 0, nil, refuse(http.StatusServiceUnavailable, "Service Unavailable"))
	case Forbidden:
		s.options.Limit.RetryAfter.tell(w.Header(), wait, s.options.Now())
		s.reply(w, q, 0, nil, refuse(http.StatusForbidden, "Forbidden"))
	case FailureBefore:
		s.replyFailure(w, q, nil)
	case Challenge, WAF, Redirect, ProxyAuth:
		s.replyForeign(w, foreigners[fault.Kind])
	default:
		s.replyError(w, q, fault)
	}
}

// failAfter answers a call that has had its effect: the reply that was due is the last three arguments.
func (s *Sandbox) failAfter(w http.ResponseWriter, q *request, fault Fault, status int, body any, err error) {
	switch fault.Kind {
	case CutAfter:
		s.cut(w)
	case Truncate:
		status, encoded := s.encode(q, status, body, err)
		s.write(w, status, jsonType, encoded, len(encoded)/2)
		_ = http.NewResponseController(w).Flush() // the cut comes in any case
		s.cut(w)
	case Garble:
		page := []byte("<!DOCTYPE html><title>It works!</title>")
		s.write(w, or(status, http.StatusOK), htmlType, page, len(page))
	case Hollow:
		s.reply(w, q, status, struct{}{}, nil)
	case Hang:
		<-q.http.Context().Done()
		s.cut(w)
	case ErrorAfter:
		s.replyError(w, q, fault)
	case FailureAfter:
		s.replyFailure(w, q, err)
	default:
		s.replyOddly(w, q, fault.Kind, status, body, err)
	}
}

func (s *Sandbox) replyError(w http.ResponseWriter, q *request, fault Fault) {
	status := or(fault.Status, http.StatusInternalServerError)
	s.reply(w, q, 0, nil, refuse(status, "%s", http.StatusText(status)))
}

// cut closes the connection without another byte.
func (s *Sandbox) cut(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := connection.(*net.TCPConn); ok && s.options.Faults.Reset {
		_ = tcp.SetLinger(0) // closing then sends RST instead of FIN; without it there is a FIN, which will do
	}
	_ = connection.Close()
}
