package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/sandbox"
)

// TestForeignAnswers orders each of them for all calls and for invites, and takes it back.
func TestForeignAnswers(t *testing.T) {
	for _, test := range []struct {
		kind   sandbox.Kind
		status int
		html   bool
		header [2]string
	}{
		{sandbox.Forbidden, 403, false, [2]string{"Retry-After", "7"}},
		{sandbox.Challenge, 403, true, [2]string{"Cf-Mitigated", "challenge"}},
		{sandbox.WAF, 406, true, [2]string{}},
		{sandbox.Redirect, 302, true, [2]string{"Location", "/login"}},
		{sandbox.ProxyAuth, 407, true, [2]string{"Proxy-Authenticate", `Basic realm="proxy"`}},
	} {
		t.Run(test.kind.String(), func(t *testing.T) {
			s := start(t, sandbox.Options{})
			s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			order := func(body string) { s.call(t, "POST", "/sandbox/answer", body).want(t, 204) }
			check := func(got answer) {
				t.Helper()
				got.want(t, test.status)
				if isHTML := strings.HasPrefix(got.header.Get("Content-Type"), "text/html"); isHTML != test.html ||
					isHTML != strings.HasPrefix(got.text, "<!DOCTYPE html>") {
					t.Errorf("%s: %s", got.header.Get("Content-Type"), got.text)
				}
				if name, want := test.header[0], test.header[1]; name != "" && got.header.Get(name) != want {
					t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
				}
				if !test.html && got.at("statusCode") != float64(test.status) {
					t.Errorf("not the service's shape: %s", got.text)
				}
			}

			order(fmt.Sprintf(`{"kind":%q,"invitesOnly":true,"retryAfter":"7s"}`, test.kind))
			check(s.invite(t, "ann@example.com"))
			s.call(t, "GET", "/organizations", nil).want(t, 200)

			order(fmt.Sprintf(`{"kind":%q,"retryAfter":"7s"}`, test.kind))
			check(s.invite(t, "ann@example.com"))
			check(s.call(t, "GET", "/organizations", nil))
			check(s.call(t, "GET", "/client-apps", nil))

			order(`{"kind":"none"}`)
			if got := s.Counts(); got.Emails != 0 || got.Faults[test.kind] != 4 {
				t.Errorf("counted %+v", got)
			}
			s.invite(t, "ann@example.com").want(t, 201)
		})
	}
}

// TestRedirectLeadsSomewhere follows the redirect to a page, as a careless client would.
func TestRedirectLeadsSomewhere(t *testing.T) {
	s := start(t, sandbox.Options{Standing: sandbox.Standing{Fault: sandbox.Fault{Kind: sandbox.Redirect}}})
	got := s.call(t, "GET", "/organizations", nil).want(t, 200)
	if !strings.Contains(got.text, "<title>Sign in</title>") {
		t.Errorf("got %s", got.text)
	}
}

// TestStandingBeatsScript orders a fault where a script has another, and back.
func TestStandingBeatsScript(t *testing.T) {
	s := start(t, sandbox.Options{Script: func(sandbox.Call) sandbox.Fault { return sandbox.Fault{Kind: sandbox.Unavailable} }})
	if err := s.ChangeStanding(sandbox.Standing{Fault: sandbox.Fault{Kind: sandbox.Forbidden, RetryAfter: time.Minute}}); err != nil {
		t.Fatal(err)
	}
	s.invite(t, "ann@example.com").want(t, 403)
	s.call(t, "POST", "/sandbox/reset", nil).want(t, 204)
	s.invite(t, "ann@example.com").want(t, 503)
	for _, body := range []string{``, `{}`, `{"kind":"boom"}`, `{"kind":"waf","status":200}`, `{"kind":"waf","for":"1s"}`, `{"kind":"waf","late":"-1s"}`} {
		s.call(t, "POST", "/sandbox/answer", body).want(t, 400)
	}
}
