package cybedefend

import (
	"cmp"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limit is what a reply says about one of the service's rate limits. All of it is advice.
type Limit struct {
	// Name tells limits apart; it may be empty.
	Name string
	// Quota is how many requests a Window allows, 0 if the reply does not say.
	Quota int64
	// Window is how long the quota lasts, 0 if the reply does not say.
	Window time.Duration
	// Remaining is how many requests are left. It counts only if HasRemaining is set.
	Remaining    int64
	HasRemaining bool
	// Reset is how long until the quota is whole again. It counts only if HasReset is set.
	Reset    time.Duration
	HasReset bool
}

// parseLimits reads the limits from a reply's header: RateLimit-Policy and RateLimit of the IETF draft
// (draft-ietf-httpapi-ratelimit-headers), and the older fields RateLimit-Limit, -Remaining and -Reset with and
// without X-, some with the limit's name as a suffix. What is malformed is ignored. now is the service's time.
func parseLimits(header http.Header, now time.Time) []Limit {
	found := limits{}
	for _, item := range split(strings.Join(header.Values("RateLimit-Policy"), ","), ',') {
		name, params := parseItem(item)
		quota, ok := params["q"]
		if !ok {
			// Drafts up to 07 had the quota in place of the name.
			quota, name = name, ""
		}
		found.set(name, "limit", quota, now)
		if window, ok := parseSeconds(params["w"]); ok && found[name] != nil {
			found[name].Window = window
		}
	}
	for _, item := range split(strings.Join(header.Values("RateLimit"), ","), ',') {
		name, params := parseItem(item)
		found.set(name, "remaining", params["r"], now)
		found.set(name, "reset", params["t"], now)
	}
	for key := range header {
		field, ok := strings.CutPrefix(strings.TrimPrefix(strings.ToLower(key), "x-"), "ratelimit-")
		if !ok {
			continue
		}
		field, name, _ := strings.Cut(field, "-")
		found.set(name, field, header.Get(key), now)
	}
	var list []Limit
	for _, name := range slices.Sorted(maps.Keys(found)) {
		list = append(list, *found[name])
	}
	return list
}

// limits are the limits found so far, by name.
type limits map[string]*Limit

// set puts one value in its place, unless it makes no sense.
func (l limits) set(name, field, value string, now time.Time) {
	number, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	isCount := err == nil && number >= 0
	switch field {
	case "limit":
		if isCount && number > 0 {
			l.get(name).Quota = number
		}
	case "remaining":
		if isCount {
			limit := l.get(name)
			limit.Remaining, limit.HasRemaining = number, true
		}
	case "reset":
		if reset, ok := parseReset(value, now); ok {
			limit := l.get(name)
			limit.Reset, limit.HasReset = reset, true
		}
	}
}

func (l limits) get(name string) *Limit {
	if l[name] == nil {
		l[name] = &Limit{Name: name}
	}
	return l[name]
}

// parseReset reads the time until a reset, which services write as seconds from now, as a Unix time in seconds or
// milliseconds, or as a date. Numbers too large for the first and too small for the second say nothing.
func parseReset(value string, now time.Time) (time.Duration, bool) {
	const (
		day         = 24 * 60 * 60
		unixSeconds = 1_000_000_000
		unixMillis  = 1000 * unixSeconds
	)
	value = strings.TrimSpace(value)
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now)), true
	}
	number, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err != nil || number < 0:
		return 0, false
	case number <= day:
		return time.Duration(number) * time.Second, true
	case number >= unixMillis:
		return max(0, time.UnixMilli(number).Sub(now)), true
	case number >= unixSeconds:
		return max(0, time.Unix(number, 0).Sub(now)), true
	}
	return 0, false
}

// parseRetryAfter reads Retry-After (RFC 9110, section 10.2.3): whole seconds or a date, which counts from the
// service's time now. Throttlers with several limits add their name to the field; the longest wait counts.
func parseRetryAfter(header http.Header, now time.Time) (wait time.Duration, ok bool) {
	for key := range header {
		if key != "Retry-After" && !strings.HasPrefix(key, "Retry-After-") {
			continue
		}
		value := strings.TrimSpace(header.Get(key))
		named, understood := parseSeconds(value)
		if at, err := http.ParseTime(value); err == nil {
			named, understood = max(0, at.Sub(now)), true
		}
		if understood {
			wait, ok = max(wait, named), true
		}
	}
	return wait, ok
}

// parseSeconds reads whole seconds. More than a Duration can hold is the longest Duration.
func parseSeconds(value string) (time.Duration, bool) {
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return 0, false
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds > int64(math.MaxInt64/time.Second) {
		return math.MaxInt64, true
	}
	return time.Duration(seconds) * time.Second, true
}

// parseItem reads an item of a structured field (RFC 9651) and its parameters, as far as rate limits use them.
func parseItem(item string) (name string, params map[string]string) {
	parts := split(item, ';')
	params = map[string]string{}
	for i, part := range parts {
		part = strings.TrimSpace(part)
		if i == 0 {
			name = strings.Trim(part, `"`)
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		params[key] = value
	}
	return name, params
}

// split cuts text at each separator that is not inside double quotes.
func split(text string, separator rune) []string {
	quoted := false
	return strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == separator && !quoted
	})
}

// serverTime returns when the service sent the reply by its own clock, zero if it does not say.
func serverTime(header http.Header) time.Time {
	at, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// requestID returns the service's name for a request.
func requestID(header http.Header) string {
	id := clean(cmp.Or(header.Get("X-Request-Id"), header.Get("X-Correlation-Id"),
		header.Get("X-Trace-Id"), header.Get("Cf-Ray")))
	const longest = 64
	return strings.ToValidUTF8(id[:min(len(id), longest)], "")
}
