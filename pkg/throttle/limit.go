package throttle

import (
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

// readLimits reads the limits: RateLimit-Policy and RateLimit of the IETF draft (draft-ietf-httpapi-ratelimit-headers),
// and the older fields RateLimit-Limit, -Remaining, -Reset and -Reset-After with and without X-, some with the limit's name
// as a suffix. What is malformed is ignored.
func readLimits(header http.Header, now time.Time) limits {
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
	for _, key := range slices.Sorted(maps.Keys(header)) {
		field, ok := strings.CutPrefix(strings.TrimPrefix(strings.ToLower(key), "x-"), "ratelimit-")
		if !ok {
			continue
		}
		field, name, _ := strings.Cut(field, "-")
		if after, suffix, _ := strings.Cut(name, "-"); field == "reset" && after == "after" {
			field, name = "reset-after", suffix
		}
		found.set(name, field, header.Get(key), now)
	}
	return found
}

// limits are the limits found so far, by name.
type limits map[string]*foundLimit

// foundLimit is a limit whose reset may still lack its unit.
type foundLimit struct {
	Limit
	reset amount
	// exact is set if Reset was said in a field that has one unit only.
	exact bool
}

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
		if reset, ok := readAmount(value, now); ok {
			l.get(name).reset = reset
		}
	case "reset-after":
		if seconds, ok := parseDecimal(strings.TrimSpace(value)); ok && seconds < unixSeconds {
			limit := l.get(name)
			limit.Reset, limit.HasReset, limit.exact = time.Duration(seconds*float64(time.Second)), true, true
		}
	}
}

func (l limits) get(name string) *foundLimit {
	if l[name] == nil {
		l[name] = &foundLimit{Limit: Limit{Name: name}}
	}
	return l[name]
}

// settle decides the units of the resets. A reset lies within its window, and agrees with the waits that the reply asks for.
// Beyond a day, seconds need such a witness.
func (l limits) settle(waits []time.Duration) {
	for _, limit := range l {
		reset := limit.reset
		if reset.text == "" || limit.exact {
			continue
		}
		within := limit.Window > 0 && reset.lasts <= limit.Window
		switch {
		case !reset.doubtful || within:
		case limit.Window > 0 && reset.millis <= limit.Window:
			reset = reset.inMillis()
		default:
			if reset = reset.settle(waits); reset.doubtful && reset.lasts > day {
				continue
			}
		}
		limit.Reset, limit.HasReset = reset.lasts, true
	}
}

// resets returns the resets that are known.
func (l limits) resets() (known []time.Duration) {
	for _, limit := range l {
		if limit.HasReset {
			known = append(known, limit.Reset)
		}
	}
	return known
}

// resetAfter returns the longest X-RateLimit-Reset-After among the limits that may be used up.
func (l limits) resetAfter() (longest time.Duration, known bool) {
	for _, limit := range l {
		if limit.exact && (!limit.HasRemaining || limit.Remaining == 0) {
			longest, known = max(longest, limit.Reset), true
		}
	}
	return longest, known
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
