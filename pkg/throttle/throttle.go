// Package throttle reads what the headers of a reply say about pace: how long to wait, and which limits there are.
//
//	wait, limits := throttle.Read(response.StatusCode, response.Header, serviceTime)
//
// Services write the same thing in many ways: Retry-After as seconds, as a date, as a Unix time or in milliseconds, resets
// likewise. Where a number may be meant in either of two units, the other fields of the reply decide. All of it is advice;
// nothing is capped, and what is malformed is ignored.
package throttle

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Wait is how long the service asks to wait before the same request.
type Wait struct {
	// After counts only if Known is set.
	After time.Duration
	Known bool
	// From is the field that said so and how it was read, such as "Retry-After: 30000, read as milliseconds". It is as the
	// service sent it: clean it before it is shown.
	From string
}

// speaks reports whether a header has any field of pace. Most have none.
func speaks(header http.Header) bool {
	for key := range header { // in the form of http.CanonicalHeaderKey
		if strings.HasPrefix(key, "Retry-After") || strings.HasPrefix(strings.TrimPrefix(key, "X-"), "Ratelimit") {
			return true
		}
	}
	return false
}

// Read returns how long a reply asks to wait, and the limits that it tells of, by name. now is the service's time, which
// dates count from.
func Read(status int, header http.Header, now time.Time) (Wait, []Limit) {
	if !speaks(header) {
		return Wait{}, nil
	}
	asked, found := readWaits(header, now), readLimits(header, now)
	found.settle(asked.durations())
	wait := asked.longest(found.resets())
	if reset, ok := found.resetAfter(); !wait.Known && ok && status == http.StatusTooManyRequests {
		wait = Wait{reset, true, fmt.Sprintf("X-RateLimit-Reset-After: %g", reset.Seconds())}
	}
	var list []Limit
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if limit := found[name].Limit; limit != (Limit{Name: name}) {
			list = append(list, limit)
		}
	}
	return wait, list
}
