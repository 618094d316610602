package cybedefend

import (
	"fmt"
	"net/http"
)

// Class says what is known about a call's effect, and so what the caller may do next. The zero value is unset.
//
//	reply to a call that changes something               class
//	2xx, whole and understood                            Done
//	2xx, anything else: cut, too large, not JSON, without Confirmed
//	  its keys, a page
//	3xx; 407; any with cf-mitigated                      Foreign
//	425, 429                                             NotProcessed
//	403, 503 with Retry-After                            NotProcessed
//	408, any other 5xx, whatever the body                Lost
//	4xx with a page of HTML or XML                       Foreign
//	4xx without a JSON object, but 400, 401, 404, 409,   Foreign
//	  410, 413, 415 and 422
//	401, the token can be renewed or is too young        NotProcessed
//	any other 4xx                                        FinalNo
//	none, and no connection had taken the request        NotProcessed
//	none, and a connection had taken the request         Lost
//
// The first line that fits counts. A read changes nothing at the service and neither does a token exchange, so what would
// be Lost is NotProcessed for them: both may simply be repeated. Their 2xx replies are judged by whether a repetition can
// be of any use:
//
//	2xx reply to a read                                  class
//	whole and understood                                 Done
//	a page of HTML or XML                                Foreign
//	whole, and JSON of another shape                     FinalNo
//	cut, too large or not JSON                           NotProcessed
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
	// Confirmed: the service said yes with a 2xx, but not in a way that can be understood as a whole. The call is never
	// made again; find out what it did.
	Confirmed
	// Foreign: somebody else answered in the service's place: a firewall, a proxy, a sign-in page. Nothing is certain
	// about the call's effect, and other calls will fare no better until a person looks into it.
	Foreign
)

var classNames = [...]string{"unset", "done", "final_no", "not_processed", "lost", "confirmed", "foreign"}

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
	// wholeJSON is set if a 2xx reply came whole and is JSON, though not understood.
	wholeJSON bool
	// foreign is set if the reply isn't the service's.
	foreign bool
	// retryAfter is set if the reply said when to come again.
	retryAfter bool
	// renewable is set if a 401 only means that another token, or the same one a little later, may do better.
	renewable bool
}

func (f facts) success() bool { return f.status >= 200 && f.status < 300 }

// classify applies the tables above.
func classify(f facts) Class {
	switch {
	case f.success() && f.understood:
		return Done
	case f.success() && f.read:
		return classifyReading(f)
	case f.success():
		return Confirmed
	}
	class := effect(f)
	if class == Lost && f.read {
		return NotProcessed
	}
	return class
}

// classifyReading is the class of a 2xx reply to a read that was not understood.
func classifyReading(f facts) Class {
	switch {
	case f.foreign:
		return Foreign
	case f.wholeJSON:
		return FinalNo
	}
	return NotProcessed
}

// effect is the class of a reply that is not 2xx, or of none.
func effect(f facts) Class {
	switch {
	case f.status == 0 && f.taken:
		return Lost
	case f.status == 0:
		return NotProcessed
	case f.foreign:
		return Foreign
	}
	switch f.status {
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
	case http.StatusForbidden, http.StatusServiceUnavailable:
		if f.retryAfter {
			return NotProcessed
		}
	}
	if f.status >= 400 && f.status < 500 {
		return FinalNo
	}
	return Lost
}
