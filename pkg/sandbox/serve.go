package sandbox

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// serve takes one call all the way: outage and limit, the first half of the latency, the faults before, the call
// itself, the second half, the faults after.
func (s *Sandbox) serve(route route, w http.ResponseWriter, r *http.Request) {
	if n := s.neighbour(r); n != nil {
		n.serve(route, w, r)
		return
	}
	q := &request{operation: route.operation, http: r, query: r.URL.Query()}
	if err := q.read(w); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			s.reply(w, q, 0, nil, refuse(http.StatusRequestEntityTooLarge, "request entity too large"))
			return
		}
		s.cut(w) // half a request gets no answer
		return
	}
	if fault, ok := s.admit(route, w.Header()); !ok {
		s.failBefore(w, q, fault)
		return
	}
	fault := s.fault(q)
	latency := s.latency()
	if !pause(r.Context(), latency/2) {
		s.cut(w)
		return
	}
	if fault.Kind.Before() {
		s.count(fault.Kind)
		s.failBefore(w, q, fault)
		return
	}
	if fault.Kind.mute() {
		q.late = fault.Late
	}
	body, err := s.process(route, q)
	if !pause(r.Context(), latency-latency/2) {
		s.cut(w)
		return
	}
	if fault.Kind != None {
		s.count(fault.Kind)
		s.failAfter(w, q, fault, route.status, body, err)
		return
	}
	s.reply(w, q, route.status, body, err)
}

// admit counts the call and reports whether it gets past outage and rate limit, or else what it meets.
func (s *Sandbox) admit(route route, header http.Header) (Fault, bool) {
	if s.front != nil {
		return s.front.admit(route, header)
	}
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests[route.operation]++
	if now.Before(s.outageEnd) {
		s.stats.Outage++
		return s.outage.fault(), false
	}
	limit := s.current.limit
	if limit.Rate == 0 || route.public() {
		return Fault{}, true
	}
	wait := s.bucket.take(limit, now)
	limit.tell(header, s.bucket.tokens, now)
	if wait > 0 {
		s.stats.Throttled++
		return Fault{Kind: Throttle, RetryAfter: wait}, false
	}
	return Fault{}, true
}

// count counts a fault that is about to be met.
func (s *Sandbox) count(kind Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Faults[kind]++
}

// latency returns how long to work on a call.
func (s *Sandbox) latency() time.Duration {
	if s.options.LatencyJitter == 0 {
		return s.options.Latency
	}
	return s.options.Latency + rand.N(s.options.LatencyJitter+1)
}

// pause waits and reports false if the client left, or the server closed, meanwhile.
func pause(ctx context.Context, wait time.Duration) bool {
	if wait <= 0 {
		return true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// process lets the call take effect and returns the body of its reply or a refusalError.
func (s *Sandbox) process(route route, q *request) (any, error) {
	s.callLate()
	if !route.public() {
		if err := s.authorize(q.http.Header); err != nil {
			return nil, err
		}
	}
	if err := q.checkQuery(route.query); err != nil {
		return nil, err
	}
	if strings.Contains(route.pattern, "{organizationId}") {
		if err := s.enter(q.http.PathValue("organizationId")); err != nil {
			return nil, err
		}
	}
	return route.handle(s, q)
}
