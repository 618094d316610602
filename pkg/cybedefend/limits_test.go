package cybedefend

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var serviceNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func headerOf(pairs ...string) http.Header {
	header := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		header.Add(pairs[i], pairs[i+1])
	}
	return header
}

func TestParseRetryAfter(t *testing.T) {
	inNinety := serviceNow.Add(90 * time.Second).Format(http.TimeFormat)
	tests := []struct {
		name   string
		give   http.Header
		want   time.Duration
		wantOK bool
	}{
		{"none", headerOf(), 0, false},
		{"zero", headerOf("Retry-After", "0"), 0, true},
		{"seconds", headerOf("Retry-After", " 7 "), 7 * time.Second, true},
		{"date by the service's clock", headerOf("Retry-After", inNinety), 90 * time.Second, true},
		{"date gone by", headerOf("Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT"), 0, true},
		{"huge is kept", headerOf("Retry-After", "86400000"), 86400000 * time.Second, true},
		{"beyond a duration", headerOf("Retry-After", "99999999999"), math.MaxInt64, true},
		{"beyond an integer", headerOf("Retry-After", "99999999999999999999999"), math.MaxInt64, true},
		{"negative", headerOf("Retry-After", "-5"), 0, false},
		{"fraction", headerOf("Retry-After", "1.5"), 0, false},
		{"garbage", headerOf("Retry-After", "soon"), 0, false},
		{"empty", headerOf("Retry-After", ""), 0, false},
		{"named limits", headerOf("Retry-After-short", "2", "Retry-After-long", "30"), 30 * time.Second, true},
		{"named limit, one is garbage", headerOf("Retry-After", "x", "Retry-After-long", "3"), 3 * time.Second, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := parseRetryAfter(test.give, serviceNow)
			if got != test.want || ok != test.wantOK {
				t.Errorf("parseRetryAfter = %v, %v, want %v, %v", got, ok, test.want, test.wantOK)
			}
		})
	}
}

func TestParseLimits(t *testing.T) {
	tests := []struct {
		name string
		give http.Header
		want []Limit
	}{
		{"none", headerOf("Content-Type", "text/plain"), nil},
		{
			"draft",
			headerOf("RateLimit-Policy", `"burst";q=100;w=60, "day";q=1000;w=86400`, "RateLimit", `"burst";r=5;t=3`),
			[]Limit{
				{
					Name: "burst", Quota: 100, Window: time.Minute,
					Remaining: 5, HasRemaining: true, Reset: 3 * time.Second, HasReset: true,
				},
				{Name: "day", Quota: 1000, Window: 24 * time.Hour},
			},
		},
		{
			"separators inside a name", headerOf("RateLimit-Policy", `"a,b;c";q=9;w=1`),
			[]Limit{{Name: "a,b;c", Quota: 9, Window: time.Second}},
		},
		{"quota in place of the name", headerOf("RateLimit-Policy", "15;w=60"), []Limit{{Quota: 15, Window: time.Minute}}},
		{
			"the framework's throttler",
			headerOf("X-RateLimit-Limit", "15", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "60"),
			[]Limit{{Quota: 15, HasRemaining: true, Reset: time.Minute, HasReset: true}},
		},
		{
			"the throttler with names", headerOf("X-RateLimit-Limit-short", "3", "X-RateLimit-Remaining-long", "8"),
			[]Limit{{Name: "long", Remaining: 8, HasRemaining: true}, {Name: "short", Quota: 3}},
		},
		{"without X-", headerOf("RateLimit-Limit", "15"), []Limit{{Quota: 15}}},
		{"reset in seconds of Unix time", headerOf("X-RateLimit-Reset", "1795341610"), []Limit{{Reset: 10 * time.Second, HasReset: true}}},
		{"reset in milliseconds", headerOf("X-RateLimit-Reset", "1795341610500"), []Limit{{Reset: 10500 * time.Millisecond, HasReset: true}}},
		{"reset as a date", headerOf("X-RateLimit-Reset", "Sun, 22 Nov 2026 10:00:10 GMT"), []Limit{{Reset: 10 * time.Second, HasReset: true}}},
		{"reset gone by", headerOf("X-RateLimit-Reset", "1000000001"), []Limit{{HasReset: true}}},
		{"reset that may be anything", headerOf("X-RateLimit-Reset", "90000"), nil},
		{
			"malformed", headerOf(
				"RateLimit-Policy", `"a";q=x;w=1, ;, "b", "open;q=1`, "RateLimit", `"a";r=-1;t=`,
				"X-RateLimit-Limit", "-3", "X-RateLimit-Remaining", "many", "X-RateLimit-Reset", "", "X-RateLimit-Limit-z", "0",
			), nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, parseLimits(test.give, serviceNow)); diff != "" {
				t.Errorf("parseLimits (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParseLimits(f *testing.F) {
	f.Add(`"burst";q=100;w=60`, "1795341610", "7")
	f.Add(`"a,b;c`, "Sun, 22 Nov 2026 10:00:10 GMT", "-1")
	f.Fuzz(func(t *testing.T, policy, reset, retryAfter string) {
		header := http.Header{
			"Ratelimit-Policy": {policy}, "Ratelimit": {policy}, "X-Ratelimit-Reset": {reset}, "Retry-After": {retryAfter},
		}
		for _, limit := range parseLimits(header, serviceNow) {
			if limit.Quota < 0 || limit.Window < 0 || limit.Remaining < 0 || limit.Reset < 0 {
				t.Errorf("negative: %+v", limit)
			}
		}
		if wait, _ := parseRetryAfter(header, serviceNow); wait < 0 {
			t.Errorf("wait %v", wait)
		}
	})
}
