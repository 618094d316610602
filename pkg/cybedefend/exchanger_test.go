package cybedefend_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// tenant is a service and its identity provider in one round-tripper. Tokens are "token-1", "token-2" and so on.
type tenant struct {
	mu sync.Mutex
	// valid are the tokens that the API takes.
	valid map[string]bool
	// exchanges and discoveries count the requests of each kind.
	exchanges, discoveries int
	// forms are the bodies of the exchanges.
	forms []string
	// lifetime is what the identity provider says about its tokens, in seconds.
	lifetime string
	// stillborn makes it issue tokens that the API refuses.
	stillborn bool
	// refusal is what it answers instead of a token, unless it is nil.
	refusal http.HandlerFunc
	// delay is how long each exchange takes.
	delay time.Duration
	// discovery replaces the answer of the API about its applications, unless it is nil.
	discovery http.HandlerFunc
	// before is called before each call of the API is answered, with its token.
	before func(token string)
}

func (s *tenant) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	if err := s.serve(recorder, r); err != nil {
		return nil, err
	}
	response := recorder.Result()
	response.Request = r
	return response, nil
}

func (s *tenant) serve(w http.ResponseWriter, r *http.Request) error {
	switch r.URL.Path {
	case "/client-apps":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.discoveries++
		if s.discovery != nil {
			s.discovery(w, r)
			return nil
		}
		answer(200, `{"cli":{"appId":"app"},"vscode":{}}`)(w, r)
	case "/oidc/token":
		select {
		case <-time.After(s.delay):
		case <-r.Context().Done():
			return r.Context().Err()
		}
		s.exchange(w, r)
	default:
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if s.before != nil {
			s.before(token)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.valid[token] {
			answer(401, `{"message":"jwt expired"}`)(w, r)
			return nil
		}
		answer(200, `{"teams":[]}`)(w, r)
	}
	return nil
}

func (s *tenant) exchange(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges++
	_ = r.ParseForm()
	s.forms = append(s.forms, r.URL.Host+" "+r.PostForm.Encode())
	if s.refusal != nil {
		s.refusal(w, r)
		return
	}
	token := fmt.Sprintf("token-%d", s.exchanges)
	if s.valid == nil {
		s.valid = map[string]bool{}
	}
	s.valid[token] = !s.stillborn
	answer(200, fmt.Sprintf(`{"access_token":%q,"token_type":"bearer","expires_in":%s}`, token, s.lifetime))(w, r)
}

// expire makes the API refuse all tokens issued so far.
func (s *tenant) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.valid)
}

func (s *tenant) set(change func(*tenant)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *tenant) connect(t *testing.T, change ...func(*cybedefend.Options)) *cybedefend.Client {
	t.Helper()
	if s.lifetime == "" {
		s.lifetime = "600"
	}
	return connect(t, cybedefend.Options{
		BaseURL: "https://api-eu.cybedefend.com", Transport: s,
		Credentials: cybedefend.PersonalAccessToken{Token: secret.New(personalToken)},
	}, change...)
}

func teams(t *testing.T, client *cybedefend.Client) error {
	t.Helper()
	_, err := client.Teams(t.Context(), organizationID)
	return err
}

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
		if cybedefend.ClassOf(err) != cybedefend.FinalNo || !errors.Is(err, cybedefend.ErrCredentials) || service.exchanges != 0 {
			t.Errorf("class %v after %d exchanges: %v", cybedefend.ClassOf(err), service.exchanges, err)
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
		hold := make(chan struct{})
		var once sync.Once
		service.before = func(token string) {
			held := false
			once.Do(func() { held = token == "token-1" })
			if held {
				<-hold
			}
		}
		late := make(chan error)
		go func() { late <- teams(t, client) }()
		synctest.Wait()
		if err := teams(t, client); cybedefend.ClassOf(err) != cybedefend.NotProcessed {
			t.Errorf("the first 401: %v", err)
		}
		if err := teams(t, client); err != nil {
			t.Fatal(err)
		}
		close(hold)
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

func TestNoSecretIsEverPrinted(t *testing.T) {
	secrets := []string{personalToken, accessToken, "token-1", inviteToken}
	echo := func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		text := strings.Repeat("y", 180) + r.Header.Get("Authorization") + r.PostForm.Get("subject_token") + r.URL.RawQuery
		answer(418, marshal(t, map[string]string{"message": text}))(w, r)
	}
	ready := serve(t, echo)
	var errs []error
	for _, call := range calls {
		_, err := call(t.Context(), ready)
		errs = append(errs, err)
	}
	errs = append(errs, teams(t, (&tenant{refusal: echo}).connect(t)))
	for _, cut := range []string{invitationJSON[:90], strings.Replace(invitationJSON, `"email"`, `"mail"`, 1), `"` + inviteToken + `"`, inviteToken} {
		_, err := serve(t, answer(201, cut)).Invite(t.Context(), organizationID, ada)
		errs = append(errs, err)
	}
	options := cybedefend.Options{Credentials: cybedefend.PersonalAccessToken{Token: secret.New(personalToken)}}
	printed := []any{options, options.Credentials, cybedefend.AccessToken(secret.New(accessToken))}
	for _, err := range errs {
		if err == nil {
			t.Error("a call succeeded")
			continue
		}
		failure, _ := errors.AsType[*cybedefend.Error](err)
		printed = append(printed, err, *failure)
	}
	for _, value := range printed {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := fmt.Sprintf(verb, value)
			for _, s := range secrets {
				// The beginning is as bad: messages are shortened.
				if strings.Contains(text, s[:min(len(s), 14)]) {
					t.Errorf("%s shows a secret: %s", verb, text)
				}
			}
		}
	}
}
