package onboard_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/guard"
	"rollcall/pkg/onboard"
	"rollcall/pkg/remedy"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/status"
)

// TestSeatsThatAreNotTold has a service that tells of no subscription: a person is warned, and nothing is held back.
func TestSeatsThatAreNotTold(t *testing.T) {
	for name, silent := range map[string]bool{"told": false, "not told": true} {
		t.Run(name, func(t *testing.T) {
			c, o := team(t, 3, sandbox.Options{Seats: 2})
			address, err := url.Parse(c.service.URL())
			if err != nil {
				t.Fatal(err)
			}
			proxy := httputil.NewSingleHostReverseProxy(address)
			proxy.ModifyResponse = func(reply *http.Response) error {
				body, err := io.ReadAll(reply.Body)
				if silent {
					body = regexp.MustCompile(`"subscription":\{[^}]*\}`).ReplaceAll(body, []byte(`"subscription":null`))
				}
				reply.Body, reply.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				reply.Header.Del("Content-Length")
				return err
			}
			server := httptest.NewServer(proxy)
			defer server.Close()
			var warnings []string
			o.Dial = onboard.At(server.URL, cybedefend.AccessToken(c.service.AccessToken()))
			o.WithinSeats, o.Observer.Warn = true, func(w onboard.Warning) { warnings = append(warnings, w.Text) }
			report, _ := onboard.Run(t.Context(), nil, o, func(*onboard.Preview) error { return nil })
			want, mails := status.Guarded, 0
			if silent {
				want, mails = status.Well, 3
			}
			warned := slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, "does not tell how many seats") })
			if report.Status != want || c.service.Counts().Emails != mails || warned != silent {
				t.Errorf("%v, %d mails, warnings %q", report.Status, c.service.Counts().Emails, warnings)
			}
		})
	}
}

// TestSeatsHaveToBeLookedUp asks for guards about seats where nobody is looked up, or for less than nothing.
func TestSeatsHaveToBeLookedUp(t *testing.T) {
	_, whole := team(t, 1, sandbox.Options{})
	for _, tt := range []struct {
		option string
		spoil  func(*onboard.Options)
	}{
		{guard.OptionMaxSeats, func(o *onboard.Options) { o.MaxSeats = new(-1) }},
		{guard.OptionMaxSeats, func(o *onboard.Options) { o.MaxSeats, o.NoPreflight = new(9), true }},
		{guard.OptionWithinSeats, func(o *onboard.Options) { o.WithinSeats, o.NoPreflight = true, true }},
	} {
		o := whole
		tt.spoil(&o)
		if p := remedy.Of(o.Validate()); p == nil || p.Option != tt.option {
			t.Errorf("%s: %v", tt.option, o.Validate())
		}
	}
}
