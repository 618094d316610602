package cybedefend

import (
	"fmt"
	"net/http"
)

// Class says what is known about a call's effect, and so what the caller may do next. The zero value is unset.
//
//	reply                                               class
//	2xx, whole and understood                           Done
//	3xx; 4xx but those below                            FinalNo
//	401, the token had been accepted and can be renewed NotProcessed
//	425, 429                                            NotProcessed
//	503 with Retry-After                                NotProcessed
//	408, any other 5xx                                  Lost
//	2xx cut, too large, not JSON or without its keys    Lost
//	none, and no connection had taken the request       NotProcessed
//	none, and a connection had taken the request        Lost
//
// A read changes nothing at the service and neither does a token exchange, so what would be Lost is NotProcessed for
// them: both may simply be repeated.
type Class uint8

// The classes.
const (
	// Done: the service confirmed the call. It never is the class of an error.
	Done Class = iota + 1
	// FinalNo: the service refused the call for good; repeating the same call is of no use.
	FinalNo
	// NotProcessed: the call certainly changed nothing and may be repeated.
	NotProcessed
	// Lost: the call may have taken effect or not. Find out before repeating it.
	Lost
)

var classNames = [...]string{"unset", "done", "final_no", "not_processed", "lost"}

// String returns the word for the class in logs.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// facts are what is known about a request once it is over.
type facts struct {
	// read is set for requests that change nothing at the service.
	read bool
	// taken is set once a connection has been handed the request.
	taken bool
	// status is that of the reply, 0 if none came.
	status int
	// understood is set if a 2xx reply came whole and held what it must.
	understood bool
	// retryAfter is set if the reply said when to come again.
	retryAfter bool
	// renewable is set if a 401 only means that the token has run out.
	renewable bool
}

// classify applies the table above.
func classify(f facts) Class {
	class := effect(f)
	if class == Lost && f.read {
		return NotProcessed
	}
	return class
}

func effect(f facts) Class {
	switch f.status {
	case 0:
		if f.taken {
			return Lost
		}
		return NotProcessed
	case http.StatusUnauthorized:
		if f.renewable {
			return NotProcessed
		}
		return FinalNo
	case http.StatusTooEarly, http.StatusTooManyRequests:
		return NotProcessed
	case http.StatusRequestTimeout:
		// The server tired of waiting for the request, by its own account; a gateway may have passed on what it had.
		return Lost
	case http.StatusServiceUnavailable:
		if f.retryAfter {
			return NotProcessed
		}
		return Lost
	}
	switch {
	case f.status >= 200 && f.status < 300 && f.understood:
		return Done
	case f.status >= 300 && f.status < 500:
		return FinalNo
	}
	return Lost
}
