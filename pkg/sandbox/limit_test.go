package sandbox_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"rollcall/pkg/sandbox"
)

func TestLimit(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now, TokenLifetime: 24 * time.Hour, Limit: sandbox.Limit{Rate: 10, Burst: 3}})
	accepted := func() (n int) {
		for s.call(t, "GET", "/organizations", nil).status == 200 {
			n++
		}
		return n
	}
	if got := accepted(); got != 3 {
		t.Errorf("%d calls at once, want the burst of 3", got)
	}
	clock.advance(99 * time.Millisecond)
	if got := accepted(); got != 0 {
		t.Errorf("%d calls before a token was there", got)
	}
	clock.advance(time.Millisecond)
	if got := accepted(); got != 1 {
		t.Errorf("%d calls after a tenth of a second at 10 a second", got)
	}
	clock.advance(time.Hour)
	if got := accepted(); got != 3 {
		t.Errorf("%d calls after an hour, want the burst of 3", got)
	}

	before := s.Counts().Throttled
	s.invite(t, "ann@example.com").want(t, 429)
	s.call(t, "GET", "/organizations", nil, "Authorization:").want(t, 429)
	s.call(t, "GET", "/client-apps", nil).want(t, 200)
	if got := s.Counts(); got.Throttled != before+2 || got.Emails != 0 {
		t.Errorf("counted %+v", got)
	}
}

func TestLimitChanges(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now, Limit: sandbox.Limit{Rate: 10}})
	s.invite(t, "a@example.com").want(t, 201)
	for _, body := range []string{``, `{}`, `{"rate":-1}`, `{"rate":"5"}`, `{"rate":5,"burst":1}`} {
		s.call(t, "POST", "/sandbox/limit", body).want(t, 400)
	}
	s.call(t, "POST", "/sandbox/limit", `{"rate":5}`).want(t, 204)
	clock.advance(100 * time.Millisecond)
	s.invite(t, "b@example.com").want(t, 429)
	clock.advance(100 * time.Millisecond)
	s.invite(t, "b@example.com").want(t, 201)
	s.call(t, "POST", "/sandbox/limit", `{"rate":0}`).want(t, 204)
	s.invite(t, "c@example.com").want(t, 201)
}

// TestWaitAsTold comes back exactly when told, at rates whose periods are no whole nanoseconds.
func TestWaitAsTold(t *testing.T) {
	for _, rate := range []float64{0.03, 0.3, 3, 7, 1000.0 / 3} {
		clock := newClock()
		s := start(t, sandbox.Options{Now: clock.Now, TokenLifetime: 24 * time.Hour, Limit: sandbox.Limit{Rate: rate}})
		s.invite(t, "first@example.com").want(t, 201)
		for n := range 20 {
			told := s.invite(t, "x@example.com").want(t, 429).header.Get("Retry-After")
			seconds, err := strconv.Atoi(told)
			if err != nil {
				t.Fatal(err)
			}
			clock.advance(time.Duration(seconds) * time.Second)
			s.invite(t, strconv.Itoa(n)+"@example.com").want(t, 201)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for _, test := range []struct {
		form sandbox.RetryAfter
		rate float64
		want string
	}{
		{"", 100, "1"},
		{sandbox.InSeconds, 0.3, "4"},
		{sandbox.AsDate, 100, "Sun, 01 Mar 2026 12:00:01 GMT"},
		{sandbox.AsDate, 0.3, "Sun, 01 Mar 2026 12:00:04 GMT"},
		{sandbox.AsEpoch, 100, "1772366401"},
		{sandbox.AsEpoch, 0.3, "1772366404"},
		{sandbox.InMilliseconds, 0.3, ""},
		{sandbox.NotTelling, 1, ""},
	} {
		s := start(t, sandbox.Options{
			Now: newClock().Now, Limit: sandbox.Limit{Rate: test.rate, RetryAfter: test.form},
		})
		s.invite(t, "ann@example.com").want(t, 201)
		got := s.invite(t, "bob@example.com").want(t, 429).header
		if got.Get("Retry-After") != test.want {
			t.Errorf("%s at %g/s: Retry-After %q, want %q", test.form, test.rate, got.Get("Retry-After"), test.want)
		}
		wantMilliseconds := map[bool]string{true: "3334", false: ""}[test.form == sandbox.InMilliseconds]
		if got.Get("Retry-After-Ms") != wantMilliseconds {
			t.Errorf("%s: retry-after-ms %q, want %q", test.form, got.Get("Retry-After-Ms"), wantMilliseconds)
		}
		if got.Get("Date") != "Sun, 01 Mar 2026 12:00:00 GMT" {
			t.Errorf("Date %q is not the service's own", got.Get("Date"))
		}
	}
}

func TestLimitHeaders(t *testing.T) {
	for _, test := range []struct {
		headers sandbox.Headers
		rate    float64
		want    map[string]string
	}{
		{"", 10, map[string]string{"X-RateLimit-Limit": "", "RateLimit": ""}},
		{sandbox.XRateLimit, 10, map[string]string{
			"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset": "1",
		}},
		{sandbox.XRateLimitNamed, 0.25, map[string]string{
			"X-RateLimit-Limit-short": "15", "X-RateLimit-Remaining-short": "4", "X-RateLimit-Reset-short": "60",
		}},
		{sandbox.RateLimitPolicy, 100, map[string]string{
			"RateLimit-Policy": `"default";q=100;w=1`, "RateLimit": `"default";r=4;t=1`,
		}},
		{sandbox.RateLimitPolicy, 2.5, map[string]string{"RateLimit-Policy": `"default";q=150;w=60`}},
		{sandbox.RateLimitPolicy, 1.0 / 1200, map[string]string{"RateLimit-Policy": `"default";q=3;w=3600`}},
	} {
		s := start(t, sandbox.Options{
			Now: newClock().Now, Limit: sandbox.Limit{Rate: test.rate, Burst: 5, Headers: test.headers},
		})
		got := s.call(t, http.MethodGet, "/organizations", nil).want(t, 200).header
		for name, want := range test.want {
			if got.Get(name) != want {
				t.Errorf("%s at %g/s: %s: %q, want %q", test.headers, test.rate, name, got.Get(name), want)
			}
		}
	}
}

func TestResets(t *testing.T) {
	for give, want := range map[sandbox.Reset]string{
		"": "60", sandbox.ResetInSeconds: "60", sandbox.ResetInMilliseconds: "60000", sandbox.ResetAsEpoch: "1772366460",
	} {
		s := start(t, sandbox.Options{
			Now: newClock().Now, Limit: sandbox.Limit{Rate: 0.25, Headers: sandbox.XRateLimit, Reset: give},
		})
		got := s.call(t, http.MethodGet, "/organizations", nil).want(t, 200).header.Get("X-RateLimit-Reset")
		if got != want {
			t.Errorf("%s: %s, want %s", give, got, want)
		}
	}
}
