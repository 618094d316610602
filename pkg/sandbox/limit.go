package sandbox

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Limit is a token bucket before all calls but those that get an access token. A refused call gets a 429 before
// anything else happens to it. The zero value limits nothing.
type Limit struct {
	// Rate is how many calls a second are accepted on average; 0 means any number.
	Rate float64
	// Burst is the size of the bucket, which starts full; 0 means 1.
	Burst int
	// RetryAfter says whether a 429 tells when to come back, Headers whether every answer tells the limit.
	RetryAfter RetryAfter
	Headers    Headers
	// Reset is the form of the time in X-RateLimit-Reset.
	Reset Reset
}

func (l Limit) check() error {
	var p problems
	p.demand(l.Rate >= 0, "limit: negative rate %g", l.Rate)
	p.count("limit: burst", l.Burst)
	p.demand(slices.Contains([]RetryAfter{InSeconds, AsDate, AsEpoch, InMilliseconds, NotTelling}, l.RetryAfter),
		"limit: unknown form of Retry-After %q", l.RetryAfter)
	p.demand(slices.Contains([]Headers{NoHeaders, XRateLimit, XRateLimitNamed, RateLimitPolicy}, l.Headers),
		"limit: unknown headers %q", l.Headers)
	p.demand(slices.Contains([]Reset{ResetInSeconds, ResetInMilliseconds, ResetAsEpoch}, l.Reset), "limit: unknown form of resets %q", l.Reset)
	return p.err()
}

// RetryAfter is a way to tell when to come back.
type RetryAfter string

// The forms of the Retry-After header (RFC 9110, section 10.2.3), rounded up to the next whole second. Empty means
// InSeconds.
const (
	InSeconds  RetryAfter = "seconds"
	AsDate     RetryAfter = "date"
	NotTelling RetryAfter = "none"
	// AsEpoch gives the instant in seconds since 1970, which no standard knows and some services send.
	AsEpoch RetryAfter = "epoch"
	// InMilliseconds sends retry-after-ms instead of Retry-After, as Azure and others do.
	InMilliseconds RetryAfter = "ms-header"
)

// Reset is a form of the time in X-RateLimit-Reset. There is no standard for it, and services use all of them.
type Reset string

// The forms of resets. Empty means ResetInSeconds.
const (
	ResetInSeconds      Reset = "seconds"
	ResetInMilliseconds Reset = "ms"
	// ResetAsEpoch is the instant in seconds since 1970.
	ResetAsEpoch Reset = "epoch"
)

func (form Reset) value(window int, now time.Time) string {
	switch form {
	case ResetInMilliseconds:
		return strconv.Itoa(window * 1000)
	case ResetAsEpoch:
		return strconv.FormatInt(now.Unix()+int64(window), 10)
	case ResetInSeconds:
	}
	return strconv.Itoa(window)
}

// Headers is a way to tell the rate limit.
type Headers string

// The ways to tell the rate limit. Empty means NoHeaders.
const (
	NoHeaders Headers = "none"
	// XRateLimit is X-RateLimit-Limit, -Remaining and -Reset, XRateLimitNamed the same with a name appended, as the
	// usual throttler of the vendor's framework sends them.
	XRateLimit      Headers = "x-ratelimit"
	XRateLimitNamed Headers = "x-ratelimit-named"
	// RateLimitPolicy is RateLimit-Policy and RateLimit of the IETF draft.
	RateLimitPolicy Headers = "ratelimit-policy"
)

// ChangeLimit makes the limit another one from now on, in calls a second.
func (s *Sandbox) ChangeLimit(rate float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.limit.Rate = rate
}

// bucket is the state of a [Limit].
type bucket struct {
	tokens float64
	filled time.Time
}

// take takes a token. If there is none it returns how long the next one takes.
func (b *bucket) take(limit Limit, now time.Time) (wait time.Duration) {
	size := float64(max(limit.Burst, 1))
	if b.filled.IsZero() {
		b.tokens, b.filled = size, now
	}
	if passed := now.Sub(b.filled); passed > 0 {
		b.tokens, b.filled = min(size, b.tokens+passed.Seconds()*limit.Rate), now
	}
	// A nanosecond's worth less than a token is a token: a caller who waited as told must not be refused by rounding.
	if b.tokens >= 1-limit.Rate*1e-9 {
		b.tokens--
		return 0
	}
	return time.Duration(math.Ceil((1 - b.tokens) / limit.Rate * float64(time.Second)))
}

// tell adds the headers that describe the limit, of which the bucket still has tokens.
func (l Limit) tell(header http.Header, tokens float64, now time.Time) {
	quota, window := l.policy()
	remaining := strconv.Itoa(max(0, int(tokens)))
	switch l.Headers {
	case XRateLimit, XRateLimitNamed:
		suffix := ""
		if l.Headers == XRateLimitNamed {
			suffix = "-Short"
		}
		header.Set("X-Ratelimit-Limit"+suffix, strconv.Itoa(quota))
		header.Set("X-Ratelimit-Remaining"+suffix, remaining)
		header.Set("X-Ratelimit-Reset"+suffix, l.Reset.value(window, now))
	case RateLimitPolicy:
		header.Set("Ratelimit-Policy", fmt.Sprintf(`"default";q=%d;w=%d`, quota, window))
		header.Set("Ratelimit", fmt.Sprintf(`"default";r=%s;t=%d`, remaining, window))
	case NoHeaders:
	}
}

// policy expresses the rate as a quota in a window of whole seconds: a second, a minute or an hour, whichever is
// the first to make it a whole number.
func (l Limit) policy() (quota, window int) {
	for _, window = range []int{1, 60, 3600} {
		exact := l.Rate * float64(window)
		if exact >= 1 && math.Abs(exact-math.Round(exact)) < 1e-6 {
			return int(math.Round(exact)), window
		}
	}
	return max(1, int(l.Rate*3600)), 3600
}

// tell adds the header that says when to come back, none for [NotTelling].
func (form RetryAfter) tell(header http.Header, wait time.Duration, now time.Time) {
	// The instant has whole seconds: round up, or the caller would be back too early.
	at := now.Add(wait + time.Second - 1).Truncate(time.Second)
	switch form {
	case NotTelling:
	case AsDate:
		header.Set("Retry-After", at.UTC().Format(http.TimeFormat))
	case AsEpoch:
		header.Set("Retry-After", strconv.FormatInt(at.Unix(), 10))
	case InMilliseconds:
		header.Set("Retry-After-Ms", strconv.FormatInt(max(1, (wait+time.Millisecond-1).Milliseconds()), 10))
	case InSeconds:
		header.Set("Retry-After", strconv.FormatInt(int64(max(1, math.Ceil(wait.Seconds()))), 10))
	}
}
