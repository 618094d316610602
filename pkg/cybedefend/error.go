package cybedefend

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rollcall/pkg/connection"
)

// Match these with [errors.Is].
var (
	// ErrCredentials: the credentials are no good, and no call of this client will succeed: a token refused with 401
	// that can't be renewed, or a personal access token that can't be exchanged.
	ErrCredentials = errors.New("credentials refused")
	// ErrAddress: what answers at the base URL, or at the auth endpoint, is not what belongs there, so that no token can be
	// had. It matches ErrCredentials, too.
	ErrAddress error = addressError{}
	// ErrForbidden: the service itself does not allow the call (403).
	ErrForbidden = errors.New("forbidden")
	// ErrConnection: no connection can be made until a person has looked into the certificate, the proxy or the protocol. No
	// call of this client will succeed before.
	ErrConnection = connection.ErrLasting
	// ErrUnreached: no connection was made, for a reason that may pass: nothing was sent.
	ErrUnreached = connection.ErrUnreached
	// ErrUnreadable: the service answered 2xx with a reply that can't be understood.
	ErrUnreadable = errors.New("unreadable reply")
)

type addressError struct{}

func (addressError) Error() string { return "not an address of CybeDefend" }

// Is implements the interface of [errors.Is].
func (addressError) Is(target error) bool { return target == ErrCredentials }

// Error is the error of every call. Its text names the operation and what was wrong, and holds no secret.
type Error struct {
	// Operation is one of the Op constants: that of the call, or of the token exchange ahead of it.
	Operation string
	// Class says whether the call took effect and may be repeated. It is never unset and never [Done].
	Class Class
	// Status is the HTTP status of the reply, 0 if none came.
	Status int
	// Message is the service's own explanation, shortened and cleaned of control characters and markup. Where somebody
	// else answered, it says who, as far as that shows: class [Foreign], and pages under a 5xx.
	Message string
	// Quota is set if the service refused the call for good (class [FinalNo]), but speaks of a rate, a quota or a limit
	// that is used up: later the same call may do better.
	Quota bool
	// RequestID is the service's name for the request, empty if it gave none.
	RequestID string
	// RetryAfter is how long the service asks to wait. It counts only if HasRetryAfter is set and is not capped.
	// RetryAfterFrom is the header that said so, and how it was read: "Retry-After: 30000, read as milliseconds". A fresh
	// access token that is refused for the first time counts as asking for two seconds.
	RetryAfter     time.Duration
	HasRetryAfter  bool
	RetryAfterFrom string
	// CredentialsFrom is where the credentials come from that were refused, if that is what happened and it is known.
	CredentialsFrom string
	// Err is the cause: a sentinel of this package, the context's error or one of the network. It may be nil.
	Err error
}

// Error returns "operation: status: explanation (request id)".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Operation)
	if e.Status != 0 {
		b.WriteString(": " + strconv.Itoa(e.Status))
		if text := http.StatusText(e.Status); text != "" {
			b.WriteString(" " + text)
		}
	}
	switch {
	case e.Message != "" && !strings.EqualFold(e.Message, http.StatusText(e.Status)):
		b.WriteString(": " + e.Message)
	case e.Err != nil && !errors.Is(e.Err, ErrForbidden):
		b.WriteString(": " + e.Err.Error())
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	return b.String()
}

// Overload reports whether the service refused the call for being one too many: 429, 503, 403 with a time to wait, or
// words about a quota. The rate should fall.
func (e *Error) Overload() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	case http.StatusForbidden:
		return e.Class == NotProcessed || e.Quota
	}
	return e.Quota
}

// Ahead reports whether the error is of the token exchange ahead of the call: then the call itself was not sent, whatever
// the class says about the exchange.
func (e *Error) Ahead() bool { return e.Operation == OpDiscover || e.Operation == OpExchangeToken }

// Unwrap returns [Error.Err].
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of err: [Done] for nil, and [Lost], the cautious one, for an error that holds no [*Error].
func ClassOf(err error) Class {
	if err == nil {
		return Done
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Lost
}

// StatusOf returns the HTTP status behind err, 0 if no reply came.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// longestWait is beyond what anybody waits for, and far from what a Duration can hold.
const longestWait = 365 * 24 * time.Hour

// AskedWait returns how long the service asked to wait, 0 if it did not. It is a year at the most, so that the end of the
// wait is an instant.
func AskedWait(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok && e.HasRetryAfter {
		return min(e.RetryAfter, longestWait)
	}
	return 0
}

// refuse returns the error for a call that can't be right and is not sent.
func refuse(operation, format string, args ...any) *Error {
	return &Error{Operation: operation, Class: FinalNo, Err: fmt.Errorf(format, args...)}
}

func unreadable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnreadable, fmt.Errorf(format, args...))
}
