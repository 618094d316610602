package sandbox

import (
	"net/http"
	"time"
)

// Outage is a time during which no call has any effect.
type Outage struct {
	// For is how long it lasts; 0 ends it.
	For time.Duration
	// Cut closes the connections instead of answering 503.
	Cut bool
	// RetryAfter is announced with the 503 if it is not 0.
	RetryAfter time.Duration
}

// StartOutage begins an outage, instead of the one that may be under way.
func (s *Sandbox) StartOutage(outage Outage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outage, s.outageEnd = outage, s.options.Now().Add(outage.For)
}

// fault returns what calls meet during the outage.
func (o Outage) fault() Fault {
	switch {
	case o.Cut:
		return Fault{Kind: CutBefore}
	case o.RetryAfter > 0:
		return Fault{Kind: Unavailable, RetryAfter: o.RetryAfter}
	default:
		return Fault{Kind: ErrorBefore, Status: http.StatusServiceUnavailable}
	}
}
