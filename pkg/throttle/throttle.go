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

// Speaks reports whether a field with that name, in any letter case, is one of those that [Read] looks at.
func Speaks(name string) bool {
	if rest, ok := cutPrefixFold(name, "X-"); ok {
		name = rest
	} else if _, ok = cutPrefixFold(name, "Retry-After"); ok {
		return true
	}
	_, ok := cutPrefixFold(name, "RateLimit")
	return ok
}

func cutPrefixFold(text, prefix string) (rest string, ok bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// Read returns how long a reply asks to wait, and the limits that it tells of, by name. now is the service's time, which
// dates count from.
func Read(status int, header http.Header, now time.Time) (Wait, []Limit) {
	if len(header) == 0 {
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
