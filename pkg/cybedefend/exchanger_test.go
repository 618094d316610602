package cybedefend_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func TestExchangeAsksForTheRightApplication(t *testing.T) {
	const form = "&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&resource=RESOURCE" +
		"&subject_token=pat_personal-secret&subject_token_type=urn%3Alogto%3Atoken-type%3Apersonal_access_token"
	const euID, euAPI = "fm90ay05zohu8fk2q45ms", "https%3A%2F%2Fapi-eu.cybedefend.com"
	tests := []struct {
		name      string
		discovery http.HandlerFunc
		id        string
		resource  string
	}{
		{"discovered", nil, "app", euAPI},
		{"discovered with a resource", answer(200, `{"cli":{"appId":"b"},"logtoResource":"urn:api"}`), "b", "urn%3Aapi"},
		{"in an envelope", answer(200, `{"data":{"cli":{"appId":"c"}}}`), "c", euAPI},
		{"not there", answer(404, ``), euID, euAPI},
		{"guarded", answer(401, ``), euID, euAPI},
		{"a page", answer(200, `<html>`), euID, euAPI},
		{"without the application", answer(200, `{"vscode":{"appId":"x"}}`), euID, euAPI},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			service := &tenant{discovery: test.discovery}
			if err := teams(t, service.connect(t)); err != nil {
				t.Fatal(err)
			}
			want := []string{"auth-eu.cybedefend.com client_id=" + test.id + strings.Replace(form, "RESOURCE", test.resource, 1)}
			if diff := cmp.Diff(want, service.forms); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExchangeFails(t *testing.T) {
	tests := []struct {
		name    string
		give    *tenant
		class   cybedefend.Class
		final   bool
		message string
	}{
		{"grant", &tenant{refusal: answer(400, `{"error":"invalid_grant","error_description":"the token pat_personal-secret is revoked"}`)}, cybedefend.FinalNo, true, "exchange token: 400 Bad Request: the token [redacted] is revoked"},
		{"client", &tenant{refusal: answer(400, `{"error":"invalid_client"}`)}, cybedefend.FinalNo, true, "exchange token: 400 Bad Request: invalid_client"},
		{"not allowed", &tenant{refusal: answer(400, `{"code":"token_exchange_not_allowed"}`)}, cybedefend.FinalNo, true, "exchange token: 400 Bad Request: token_exchange_not_allowed"},
		{"quota", &tenant{refusal: answer(400, `{"message":"Rate limit exceeded"}`)}, cybedefend.NotProcessed, false, "exchange token: 400 Bad Request: Rate limit exceeded"},
		{"401", &tenant{refusal: answer(401, ``)}, cybedefend.FinalNo, true, "exchange token: 401 Unauthorized: credentials refused"},
		{"403", &tenant{refusal: answer(403, `{}`)}, cybedefend.FinalNo, true, "exchange token: 403 Forbidden: credentials refused"},
		{"403 of a firewall", &tenant{refusal: answer(403, ``)}, cybedefend.Foreign, false, "exchange token: 403 Forbidden: an answer without words, which is not in the service's form"},
		{"redirect", &tenant{refusal: answer(302, ``, "Location", "https://login.example.com/")}, cybedefend.Foreign, false, `exchange token: 302 Found: a redirect to "login.example.com", which is not followed`},
		{"429", &tenant{refusal: answer(429, ``, "Retry-After", "9")}, cybedefend.NotProcessed, false, "exchange token: 429 Too Many Requests"},
		{"500", &tenant{refusal: answer(500, ``)}, cybedefend.NotProcessed, false, "exchange token: 500 Internal Server Error"},
		{"no token", &tenant{refusal: answer(200, `{"token_type":"Bearer"}`)}, cybedefend.FinalNo, true, "exchange token: 200 OK: credentials refused: unreadable reply: access token: empty"},
		{"token for no header", &tenant{refusal: answer(200, `{"access_token":"a\r\nb"}`)}, cybedefend.FinalNo, true, "exchange token: 200 OK: credentials refused: unreadable reply: access token: has spaces or characters that no token can hold"},
		{"other type", &tenant{refusal: answer(200, `{"access_token":"a","token_type":"mac"}`)}, cybedefend.FinalNo, true, `exchange token: 200 OK: credentials refused: unreadable reply: token type "mac" is not bearer`},
		{"not JSON", &tenant{refusal: answer(200, `access_token=a`)}, cybedefend.NotProcessed, false, "exchange token: 200 OK: unreadable reply: not the expected JSON"},
		{"discovery fails for now", &tenant{discovery: answer(502, ``)}, cybedefend.NotProcessed, false, "discover client id: 502 Bad Gateway"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client := test.give.connect(t)
			err := teams(t, client)
			if cybedefend.ClassOf(err) != test.class || errors.Is(err, cybedefend.ErrCredentials) != test.final || errors.Is(err, cybedefend.ErrForbidden) {
				t.Errorf("class %v, error %v", cybedefend.ClassOf(err), err)
			}
			if err == nil || err.Error() != test.message {
				t.Errorf("error %v, want %q", err, test.message)
			}
			// A final no is remembered, anything else is worth another try.
			test.give.set(func(s *tenant) { s.refusal, s.discovery = nil, nil })
			if err := teams(t, client); errors.Is(err, cybedefend.ErrCredentials) != test.final || (err == nil) == test.final {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestAnUnknownServiceMustNameItsClient(t *testing.T) {
	for _, discovery := range []http.HandlerFunc{answer(404, ``), answer(200, `{}`)} {
		service := &tenant{discovery: discovery}
		client := service.connect(t, func(o *cybedefend.Options) {
			o.BaseURL = "https://api.example.com"
			o.Credentials = cybedefend.PersonalAccessToken{Token: secret.New(personalToken), AuthEndpoint: "https://auth.example.com"}
		})
		err := teams(t, client)
		if cybedefend.ClassOf(err) != cybedefend.FinalNo || !errors.Is(err, cybedefend.ErrAddress) || service.exchanges != 0 {
			t.Errorf("class %v after %d exchanges: %v", cybedefend.ClassOf(err), service.exchanges, err)
		}
		if !errors.Is(err, cybedefend.ErrCredentials) {
			t.Errorf("it stops nobody: %v", err)
		}
	}
}

// TestWhoRefusesTheExchange tells a wrong token from a wrong address.
func TestWhoRefusesTheExchange(t *testing.T) {
	for status, address := range map[int]bool{400: false, 401: false, 403: false, 404: true} {
		err := teams(t, (&tenant{refusal: answer(status, `{"message":"no"}`)}).connect(t))
		if !errors.Is(err, cybedefend.ErrCredentials) || errors.Is(err, cybedefend.ErrAddress) != address {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestOneExchangeServesAllCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &tenant{delay: time.Second, before: func(string) { <-time.After(time.Second) }}
		client := service.connect(t)
		for i, err := range together(t, client) {
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		}
		if service.exchanges != 1 || service.discoveries != 1 {
			t.Errorf("%d exchanges, %d discoveries, want 1 of each", service.exchanges, service.discoveries)
		}
		service.expire()
		for i, err := range together(t, client) {
			if cybedefend.ClassOf(err) != cybedefend.NotProcessed || errors.Is(err, cybedefend.ErrCredentials) {
				t.Errorf("caller %d with the expired token: class %v: %v", i, cybedefend.ClassOf(err), err)
			}
		}
		for i, err := range together(t, client) {
			if err != nil {
				t.Errorf("caller %d after the renewal: %v", i, err)
			}
		}
		if service.exchanges != 2 || service.discoveries != 1 {
			t.Errorf("%d exchanges, %d discoveries, want 2 and 1", service.exchanges, service.discoveries)
		}
	})
}

// TestAPageInPlaceOfTheClientsNameIsNobodysRefusal has the address of something else than an API.
func TestAPageInPlaceOfTheClientsNameIsNobodysRefusal(t *testing.T) {
	for _, discovery := range []http.HandlerFunc{answer(404, `<title>Welcome</title>`), answer(200, `<title>Welcome</title>`)} {
		service := &tenant{discovery: discovery}
		err := teams(t, service.connect(t, func(o *cybedefend.Options) {
			o.BaseURL = "https://api.example.com"
			o.Credentials = cybedefend.PersonalAccessToken{Token: secret.New(personalToken), AuthEndpoint: "https://auth.example.com"}
		}))
		failure, ok := errors.AsType[*cybedefend.Error](err)
		if !ok || failure.Class != cybedefend.Foreign || !failure.Ahead() || errors.Is(err, cybedefend.ErrCredentials) {
			t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
		}
	}
}

// together makes 32 calls at once.
func together(t *testing.T, client *cybedefend.Client) []error {
	t.Helper()
	errs := make([]error, 32)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range errs {
		group.Go(func() {
			<-start
			errs[i] = teams(t, client)
		})
	}
	close(start)
	group.Wait()
	return errs
}

func TestAFailedExchangeFailsAllWhoWaitedForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &tenant{delay: time.Second, refusal: answer(503, ``)}
		client := service.connect(t)
		start := time.Now()
		for i, err := range together(t, client) {
			if cybedefend.ClassOf(err) != cybedefend.NotProcessed {
				t.Errorf("caller %d: class %v: %v", i, cybedefend.ClassOf(err), err)
			}
		}
		if took := time.Since(start); service.exchanges != 1 || took != time.Second {
			t.Errorf("%d exchanges in %v, want 1 in 1s", service.exchanges, took)
		}
		service.set(func(s *tenant) { s.refusal = nil })
		if err := teams(t, client); err != nil {
			t.Errorf("after the outage: %v", err)
		}
	})
}

func TestACancelledCallerFailsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &tenant{delay: 10 * time.Second}
		client := service.connect(t)
		// The first caller exchanges, the second waits for it; both give up. The third is patient.
		errs := make([]error, 3)
		var group sync.WaitGroup
		for i, patience := range []time.Duration{3 * time.Second, 2 * time.Second, time.Minute} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			group.Go(func() { _, errs[i] = client.Teams(ctx, organizationID) })
			synctest.Wait()
		}
		group.Wait()
		for i, err := range errs[:2] {
			if cybedefend.ClassOf(err) != cybedefend.NotProcessed || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("caller %d: class %v: %v", i, cybedefend.ClassOf(err), err)
			}
		}
		if errs[2] != nil {
			t.Errorf("the patient caller: %v", errs[2])
		}
	})
}

func TestALate401DoesNotDiscardTheNewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &tenant{}
		client := service.connect(t)
		if err := teams(t, client); err != nil {
			t.Fatal(err)
		}
		service.expire()
		// One of two calls with the old token is answered only after the token has been renewed.
		late, release := service.holdBack(t, client)
		if err := teams(t, client); cybedefend.ClassOf(err) != cybedefend.NotProcessed {
			t.Errorf("the first 401: %v", err)
		}
		if err := teams(t, client); err != nil {
			t.Fatal(err)
		}
		release()
		if err := <-late; cybedefend.ClassOf(err) != cybedefend.NotProcessed {
			t.Errorf("the late 401: %v", err)
		}
		if err := teams(t, client); err != nil || service.exchanges != 2 {
			t.Errorf("%d exchanges, want 2; error %v", service.exchanges, err)
		}
	})
}

func TestAPersonalTokenRevokedMidwayIsFinal(t *testing.T) {
	service := &tenant{}
	client := service.connect(t)
	if err := teams(t, client); err != nil {
		t.Fatal(err)
	}
	service.expire()
	service.set(func(s *tenant) { s.refusal = answer(401, `{"message":"revoked"}`) })
	if err := teams(t, client); cybedefend.ClassOf(err) != cybedefend.NotProcessed {
		t.Errorf("the expired token: %v", err)
	}
	if err := teams(t, client); !errors.Is(err, cybedefend.ErrCredentials) {
		t.Errorf("the revoked one: %v", err)
	}
}

func TestTokensAreRenewedEarly(t *testing.T) {
	tests := []struct {
		lifetime string
		// renewed is when the next call needs a new token.
		renewed time.Duration
	}{
		{"600", 570 * time.Second},
		{"3600", 3570 * time.Second},
		{`"3600"`, 3570 * time.Second},
		{"10", 8 * time.Second},
		{"0.5", 400 * time.Millisecond},
		{"0", 570 * time.Second},
		{"-1", 570 * time.Second},
		{"null", 570 * time.Second},
		{"true", 570 * time.Second},
		{"1e300", 24*time.Hour - 30*time.Second},
	}
	for _, test := range tests {
		t.Run(test.lifetime, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := &tenant{lifetime: test.lifetime}
				start := time.Now()
				elapsed := time.Duration(0)
				client := service.connect(t, func(o *cybedefend.Options) {
					o.Now = func() time.Time { return start.Add(elapsed) }
				})
				for i, at := range []time.Duration{0, test.renewed - 1, test.renewed} {
					elapsed = at
					if err := teams(t, client); err != nil {
						t.Fatal(err)
					}
					if want := 1 + i/2; service.exchanges != want {
						t.Errorf("%d exchanges at %v, want %d", service.exchanges, at, want)
					}
				}
			})
		})
	}
}
