package throttle_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/throttle"
)

var serviceNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// headerOf returns a header as net/http would read it.
func headerOf(pairs ...string) http.Header {
	header := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		header.Add(pairs[i], pairs[i+1])
	}
	return header
}

func TestWait(t *testing.T) {
	const (
		inNinety = "Sun, 22 Nov 2026 10:01:30 GMT"
		inThirty = "Sun, 22 Nov 2026 10:00:30 GMT"
	)
	tests := []struct {
		name string
		give http.Header
		want throttle.Wait
	}{
		{"none", headerOf(), throttle.Wait{}},
		{"zero", headerOf("Retry-After", "0"), throttle.Wait{0, true, "Retry-After: 0"}},
		{"seconds", headerOf("Retry-After", " 7 "), throttle.Wait{7 * time.Second, true, "Retry-After: 7"}},
		{"decimals", headerOf("Retry-After", "1.25"), throttle.Wait{1250 * time.Millisecond, true, "Retry-After: 1.25"}},
		{"date by the service's clock", headerOf("Retry-After", inNinety), throttle.Wait{90 * time.Second, true, "Retry-After: " + inNinety}},
		{"date gone by", headerOf("Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT"), throttle.Wait{0, true, "Retry-After: Mon, 02 Jan 2006 15:04:05 GMT"}},
		{"Unix time", headerOf("Retry-After", "1795341690"), throttle.Wait{90 * time.Second, true, "Retry-After: 1795341690, read as a Unix time"}},
		{"Unix time with decimals", headerOf("Retry-After", "1795341690.5"), throttle.Wait{90500 * time.Millisecond, true, "Retry-After: 1795341690.5, read as a Unix time"}},
		{"Unix time in milliseconds", headerOf("Retry-After", "1795341690500"), throttle.Wait{90500 * time.Millisecond, true, "Retry-After: 1795341690500, read as a Unix time in milliseconds"}},
		{"Unix time gone by", headerOf("Retry-After", "1000000001"), throttle.Wait{0, true, "Retry-After: 1000000001, read as a Unix time"}},
		{"huge is kept", headerOf("Retry-After", "86400000"), throttle.Wait{86400000 * time.Second, true, "Retry-After: 86400000"}},
		{"beyond a duration", headerOf("Retry-After", "99999999999"), throttle.Wait{math.MaxInt64, true, "Retry-After: 99999999999, read as a Unix time"}},
		{"beyond anything", headerOf("Retry-After", "99999999999999999999999"), throttle.Wait{math.MaxInt64, true, "Retry-After: 99999999999999999999999"}},
		{"negative", headerOf("Retry-After", "-5"), throttle.Wait{}},
		{"exponent", headerOf("Retry-After", "1e3"), throttle.Wait{}},
		{"two points", headerOf("Retry-After", "1.2.3"), throttle.Wait{}},
		{"garbage", headerOf("Retry-After", "soon"), throttle.Wait{}},
		{"empty", headerOf("Retry-After", ""), throttle.Wait{}},
		{"named limits", headerOf("Retry-After-short", "2", "Retry-After-long", "30"), throttle.Wait{30 * time.Second, true, "Retry-After-Long: 30"}},
		{"named limit, one is garbage", headerOf("Retry-After", "x", "Retry-After-long", "3"), throttle.Wait{3 * time.Second, true, "Retry-After-Long: 3"}},

		{"in milliseconds", headerOf("retry-after-ms", "1500"), throttle.Wait{1500 * time.Millisecond, true, "Retry-After-Ms: 1500"}},
		{"in milliseconds and rounded up", headerOf("retry-after-ms", "1500", "Retry-After", "2"), throttle.Wait{1500 * time.Millisecond, true, "Retry-After-Ms: 1500"}},
		{"in milliseconds both", headerOf("retry-after-ms", "30000", "Retry-After", "30000"), throttle.Wait{30 * time.Second, true, "Retry-After: 30000, read as milliseconds"}},
		{"exact one in the wrong unit", headerOf("retry-after-ms", "30", "Retry-After", "30"), throttle.Wait{30 * time.Second, true, "Retry-After: 30"}},
		{"exact one huge", headerOf("retry-after-ms", "9e9", "Retry-After", "3"), throttle.Wait{3 * time.Second, true, "Retry-After: 3"}},

		{"milliseconds beside a reset in seconds", headerOf("Retry-After", "30000", "X-RateLimit-Reset", "30"), throttle.Wait{30 * time.Second, true, "Retry-After: 30000, read as milliseconds"}},
		{"milliseconds beside a reset at a Unix time", headerOf("Retry-After", "30000", "X-RateLimit-Reset", "1795341630"), throttle.Wait{30 * time.Second, true, "Retry-After: 30000, read as milliseconds"}},
		{"milliseconds beside a reset at a date", headerOf("Retry-After", "30000", "X-RateLimit-Reset", inThirty), throttle.Wait{30 * time.Second, true, "Retry-After: 30000, read as milliseconds"}},
		{"milliseconds beside a reset after", headerOf("Retry-After", "1471", "X-RateLimit-Reset-After", "1.47"), throttle.Wait{1471 * time.Millisecond, true, "Retry-After: 1471, read as milliseconds"}},
		{"milliseconds beside a draft's reset", headerOf("Retry-After", "30000", "RateLimit", `"a";r=0;t=30`), throttle.Wait{30 * time.Second, true, "Retry-After: 30000, read as milliseconds"}},
		{"both in milliseconds, within a window", headerOf("Retry-After", "30000", "RateLimit-Policy", `10;w=60`, "RateLimit-Reset", "30000"), throttle.Wait{30 * time.Second, true, "Retry-After: 30000, read as milliseconds"}},
		{"seconds that agree", headerOf("Retry-After", "3600", "X-RateLimit-Reset", "3500"), throttle.Wait{time.Hour, true, "Retry-After: 3600"}},
		{"an hour beside a reset of a day", headerOf("Retry-After", "3600", "X-RateLimit-Reset", "86400"), throttle.Wait{time.Hour, true, "Retry-After: 3600"}},
		{"one of two resets agrees in seconds", headerOf("Retry-After", "3600", "X-RateLimit-Reset-a", "3", "X-RateLimit-Reset-b", "3600"), throttle.Wait{time.Hour, true, "Retry-After: 3600"}},
		{"a minute's ban beside a reset of a second", headerOf("Retry-After", "60", "X-RateLimit-Reset", "1"), throttle.Wait{time.Minute, true, "Retry-After: 60"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, _ := throttle.Read(http.StatusOK, test.give, serviceNow)
			if got != test.want {
				t.Errorf("Read = %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestWaitOfA429 holds what only a refusal makes a wait.
func TestWaitOfA429(t *testing.T) {
	tests := []struct {
		name   string
		status int
		give   http.Header
		want   throttle.Wait
	}{
		{"reset after", 429, headerOf("X-RateLimit-Reset-After", "1.47"), throttle.Wait{1470 * time.Millisecond, true, "X-RateLimit-Reset-After: 1.47"}},
		{"reset after with requests left", 429, headerOf("X-RateLimit-Reset-After", "1.47", "X-RateLimit-Remaining", "3"), throttle.Wait{}},
		{"reset after of a named limit that is used up", 429, headerOf("X-RateLimit-Reset-After-a", "9", "X-RateLimit-Remaining-a", "3", "X-RateLimit-Reset-After-b", "2", "X-RateLimit-Remaining-b", "0"), throttle.Wait{2 * time.Second, true, "X-RateLimit-Reset-After: 2"}},
		{"Retry-After comes first", 429, headerOf("X-RateLimit-Reset-After", "1.47", "Retry-After", "1"), throttle.Wait{time.Second, true, "Retry-After: 1"}},
		{"success", 201, headerOf("X-RateLimit-Reset-After", "1.47"), throttle.Wait{}},
		{"503", 503, headerOf("X-RateLimit-Reset-After", "1.47"), throttle.Wait{}},
		{"reset", 429, headerOf("X-RateLimit-Reset", "7"), throttle.Wait{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := throttle.Read(test.status, test.give, serviceNow); got != test.want {
				t.Errorf("Read = %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	resets := func(reset time.Duration) []throttle.Limit { return []throttle.Limit{{Reset: reset, HasReset: true}} }
	tests := []struct {
		name string
		give http.Header
		want []throttle.Limit
	}{
		{"none", headerOf("Content-Type", "text/plain"), nil},
		{
			"draft",
			headerOf("RateLimit-Policy", `"burst";q=100;w=60, "day";q=1000;w=86400`, "RateLimit", `"burst";r=5;t=3`),
			[]throttle.Limit{
				{
					Name: "burst", Quota: 100, Window: time.Minute,
					Remaining: 5, HasRemaining: true, Reset: 3 * time.Second, HasReset: true,
				},
				{Name: "day", Quota: 1000, Window: 24 * time.Hour},
			},
		},
		{
			"separators inside a name", headerOf("RateLimit-Policy", `"a,b;c";q=9;w=1`),
			[]throttle.Limit{{Name: "a,b;c", Quota: 9, Window: time.Second}},
		},
		{"quota in place of the name", headerOf("RateLimit-Policy", "15;w=60"), []throttle.Limit{{Quota: 15, Window: time.Minute}}},
		{
			"the framework's throttler",
			headerOf("X-RateLimit-Limit", "15", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "60"),
			[]throttle.Limit{{Quota: 15, HasRemaining: true, Reset: time.Minute, HasReset: true}},
		},
		{
			"the throttler with names", headerOf("X-RateLimit-Limit-short", "3", "X-RateLimit-Remaining-long", "8"),
			[]throttle.Limit{{Name: "long", Remaining: 8, HasRemaining: true}, {Name: "short", Quota: 3}},
		},
		{"without X-", headerOf("RateLimit-Limit", "15"), []throttle.Limit{{Quota: 15}}},
		{"reset in seconds of Unix time", headerOf("X-RateLimit-Reset", "1795341610"), resets(10 * time.Second)},
		{"reset in milliseconds of Unix time", headerOf("X-RateLimit-Reset", "1795341610500"), resets(10500 * time.Millisecond)},
		{"reset as a date", headerOf("X-RateLimit-Reset", "Sun, 22 Nov 2026 10:00:10 GMT"), resets(10 * time.Second)},
		{"reset gone by", headerOf("X-RateLimit-Reset", "1000000001"), resets(0)},
		{"reset with decimals", headerOf("X-RateLimit-Reset", "0.5"), resets(500 * time.Millisecond)},
		{"reset after", headerOf("X-RateLimit-Reset-After", "1.47", "X-RateLimit-Reset", "1795341602"), resets(1470 * time.Millisecond)},
		{"reset of an hour", headerOf("X-RateLimit-Reset", "3600"), resets(time.Hour)},
		{"reset that may be anything", headerOf("X-RateLimit-Reset", "90000"), nil},
		{"reset that Retry-After shows to be milliseconds", headerOf("X-RateLimit-Reset", "90000", "Retry-After", "90"), resets(90 * time.Second)},
		{"reset that Retry-After shows to be seconds", headerOf("X-RateLimit-Reset", "90000", "Retry-After", "90000"), resets(25 * time.Hour)},
		{"reset that is milliseconds below a day", headerOf("X-RateLimit-Reset", "30000", "Retry-After", "30"), resets(30 * time.Second)},
		{
			"reset that its window shows to be milliseconds", headerOf("RateLimit-Policy", "15;w=60", "RateLimit-Reset", "30000"),
			[]throttle.Limit{{Quota: 15, Window: time.Minute, Reset: 30 * time.Second, HasReset: true}},
		},
		{
			"reset that its window shows to be seconds", headerOf("RateLimit-Policy", "15;w=3600", "RateLimit-Reset", "3000", "Retry-After", "3"),
			[]throttle.Limit{{Quota: 15, Window: time.Hour, Reset: 50 * time.Minute, HasReset: true}},
		},
		{
			"malformed", headerOf(
				"RateLimit-Policy", `"a";q=x;w=1, ;, "b", "open;q=1`, "RateLimit", `"a";r=-1;t=`,
				"X-RateLimit-Limit", "-3", "X-RateLimit-Remaining", "many", "X-RateLimit-Reset", "", "X-RateLimit-Limit-z", "0",
				"X-RateLimit-Reset-After", "9999999999", "X-RateLimit-Reset-y", "soon",
			), nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, got := throttle.Read(http.StatusOK, test.give, serviceNow)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("limits (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`"burst";q=100;w=60`, "1795341610", "7")
	f.Add(`"a,b;c`, "Sun, 22 Nov 2026 10:00:10 GMT", "-1")
	f.Add("15;w=60", "30000", "30000")
	f.Fuzz(func(t *testing.T, policy, reset, retryAfter string) {
		header := http.Header{
			"Ratelimit-Policy": {policy}, "Ratelimit": {policy}, "X-Ratelimit-Reset": {reset},
			"X-Ratelimit-Reset-After": {reset}, "Retry-After": {retryAfter}, "Retry-After-Ms": {retryAfter},
		}
		wait, limits := throttle.Read(http.StatusTooManyRequests, header, serviceNow)
		for _, limit := range limits {
			if limit.Quota < 0 || limit.Window < 0 || limit.Remaining < 0 || limit.Reset < 0 {
				t.Errorf("negative: %+v", limit)
			}
		}
		if wait.After < 0 || wait.Known != (wait.From != "") {
			t.Errorf("wait %+v", wait)
		}
	})
}

func TestSpeaks(t *testing.T) {
	for name, want := range map[string]bool{
		"Retry-After": true, "retry-after-ms": true, "RETRY-AFTER-LONG": true, "RateLimit": true, "ratelimit-policy": true,
		"X-RateLimit-Reset": true, "x-ratelimit-remaining-a": true,
		"": false, "Retry": false, "X-": false, "X-Retry-After": false, "Date": false, "Content-Type": false, "XRateLimit": false,
	} {
		if got := throttle.Speaks(name); got != want {
			t.Errorf("Speaks(%q) = %v", name, got)
		}
		// A field that is not spoken of tells nothing.
		if wait, limits := throttle.Read(http.StatusTooManyRequests, headerOf(name, "7"), serviceNow); !want && (wait.Known || limits != nil) {
			t.Errorf("%q tells %+v, %+v", name, wait, limits)
		}
	}
}
