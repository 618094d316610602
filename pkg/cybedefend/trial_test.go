package cybedefend_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// gate is an API that takes a token only while it is open, and takes its time for it.
type gate struct {
	mu    sync.Mutex
	open  bool
	delay time.Duration
	// status is what it answers instead of 401, if it is set; wait, if set, has it say when to come again.
	status int
	wait   string
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	g.mu.Lock()
	open, delay, status, wait := g.open, g.delay, g.status, g.wait
	g.mu.Unlock()
	time.Sleep(delay) // virtual time
	switch {
	case r.URL.Path == "/client-apps":
		answer(200, `{"cli":{"appId":"app"}}`)(recorder, r)
	case r.URL.Path == "/oidc/token":
		answer(200, `{"access_token":"token","expires_in":600}`)(recorder, r)
	case wait != "":
		answer(status, `{"message":"slow down"}`, "Retry-After", wait)(recorder, r)
	case status != 0:
		answer(status, ``)(recorder, r)
	case open:
		answer(200, `{"teams":[]}`)(recorder, r)
	default:
		answer(401, `{"message":"jwt not active"}`)(recorder, r)
	}
	response := recorder.Result()
	response.Request = r
	return response, nil
}

func (g *gate) set(change func(*gate)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g)
}

// fresh are credentials of each kind, whose tokens the service has not accepted so far.
var fresh = map[string]cybedefend.Credentials{
	"personal": cybedefend.PersonalAccessToken{Token: secret.New(personalToken)},
	"ready":    cybedefend.AccessToken(secret.New(accessToken)),
}

func (g *gate) connect(t *testing.T, credentials cybedefend.Credentials) *cybedefend.Client {
	t.Helper()
	return connect(t, cybedefend.Options{BaseURL: "https://api-eu.cybedefend.com", Transport: g, Credentials: credentials})
}

// stage is a test with a gate of its own and a client whose token the gate has not accepted yet.
type stage struct {
	*testing.T
	service *gate
	client  *cybedefend.Client
}

// withEachFresh runs a test with each kind of credentials.
func withEachFresh(t *testing.T, test func(stage)) {
	t.Helper()
	for name, credentials := range fresh {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := &gate{}
				test(stage{t, service, service.connect(t, credentials)})
			})
		})
	}
}

// wantTooYoung checks an error for being a refusal that time may mend.
func wantTooYoung(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	failure, ok := errors.AsType[*cybedefend.Error](err)
	if !ok || failure.Class != cybedefend.NotProcessed || errors.Is(err, cybedefend.ErrCredentials) {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
		return
	}
	if !failure.HasRetryAfter || failure.RetryAfter != wait {
		t.Errorf("wait %v, %t, want %v", failure.RetryAfter, failure.HasRetryAfter, wait)
	}
}

func wantRefused(t *testing.T, err error) {
	t.Helper()
	if cybedefend.ClassOf(err) != cybedefend.FinalNo || !errors.Is(err, cybedefend.ErrCredentials) {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
}

func TestAFreshTokenRefusedMayBeTooYoung(t *testing.T) {
	withEachFresh(t, func(s stage) {
		wantTooYoung(s.T, teams(s.T, s.client), 2*time.Second)
		<-time.After(2*time.Second - 1)
		wantTooYoung(s.T, teams(s.T, s.client), 1)
		s.service.set(func(g *gate) { g.open = true })
		<-time.After(1)
		if err := teams(s.T, s.client); err != nil {
			s.Fatal(err)
		}
	})
}

func TestAFreshTokenRefusedTwiceIsFinal(t *testing.T) {
	withEachFresh(t, func(s stage) {
		wantTooYoung(s.T, teams(s.T, s.client), 2*time.Second)
		<-time.After(2 * time.Second)
		wantRefused(s.T, teams(s.T, s.client))
		wantRefused(s.T, teams(s.T, s.client))
	})
}

// TestRefusalsOfOneMomentAreOne sends many requests before the first refusal is known, and one whose answer is late.
func TestRefusalsOfOneMomentAreOne(t *testing.T) {
	withEachFresh(t, func(s stage) {
		for i, err := range together(s.T, s.client) {
			if cybedefend.ClassOf(err) != cybedefend.NotProcessed {
				s.Errorf("caller %d: class %v: %v", i, cybedefend.ClassOf(err), err)
			}
		}
		// Sent within the two seconds, answered after them.
		<-time.After(time.Second)
		s.service.set(func(g *gate) { g.delay = 5 * time.Second })
		wantTooYoung(s.T, teams(s.T, s.client), 0)
		wantRefused(s.T, teams(s.T, s.client))
	})
}

// TestALateRefusalDoesNotDiscardATokenThatIsOldEnoughByNow holds an answer back until the token has been accepted.
func TestALateRefusalDoesNotDiscardATokenThatIsOldEnoughByNow(t *testing.T) {
	withEachFresh(t, func(s stage) {
		wantTooYoung(s.T, teams(s.T, s.client), 2*time.Second)
		s.service.set(func(g *gate) { g.delay = 10 * time.Second })
		late := make(chan error)
		go func() { late <- teams(s.T, s.client) }()
		synctest.Wait()
		s.service.set(func(g *gate) { g.delay, g.open = 0, true })
		<-time.After(2 * time.Second)
		if err := teams(s.T, s.client); err != nil {
			s.Fatal(err)
		}
		wantTooYoung(s.T, <-late, 0)
		if err := teams(s.T, s.client); err != nil {
			s.Error(err)
		}
	})
}

// TestOnlyTheServiceAcceptsAToken refuses a token for the first time after others have answered in the service's place.
func TestOnlyTheServiceAcceptsAToken(t *testing.T) {
	for _, status := range []int{302, 403, 408, 429, 502, 503} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			withEachFresh(t, func(s stage) {
				s.service.set(func(g *gate) { g.status = status })
				if err := teams(s.T, s.client); err == nil {
					s.Fatal("no error")
				}
				s.service.set(func(g *gate) { g.status = 0 })
				wantTooYoung(s.T, teams(s.T, s.client), 2*time.Second)
			})
		})
	}
}

// TestAThrottleAcceptsNoToken has a gateway turn calls away before it looks at the token.
func TestAThrottleAcceptsNoToken(t *testing.T) {
	withEachFresh(t, func(s stage) {
		s.service.set(func(g *gate) { g.status, g.wait = 403, "1" })
		if err := teams(s.T, s.client); cybedefend.ClassOf(err) != cybedefend.NotProcessed {
			s.Fatalf("class %v: %v", cybedefend.ClassOf(err), err)
		}
		s.service.set(func(g *gate) { g.status, g.wait = 0, "" })
		wantTooYoung(s.T, teams(s.T, s.client), 2*time.Second)
	})
}

func TestAReadyTokenThatWasAcceptedIsRefusedForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &gate{open: true}
		client := service.connect(t, cybedefend.AccessToken(secret.New(accessToken)))
		if err := teams(t, client); err != nil {
			t.Fatal(err)
		}
		service.set(func(g *gate) { g.open = false })
		wantRefused(t, teams(t, client))
	})
}

// TestARenewedTokenIsFreshAgain lets a token that was accepted run out, and has the next one refused.
func TestARenewedTokenIsFreshAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &gate{open: true}
		client := service.connect(t, cybedefend.PersonalAccessToken{Token: secret.New(personalToken)})
		if err := teams(t, client); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Hour)
		service.set(func(g *gate) { g.open = false })
		wantTooYoung(t, teams(t, client), 2*time.Second)
	})
}

// TestALateRefusalAfterTheEndIsFinal answers a call with an old token only after the personal access token was refused.
func TestALateRefusalAfterTheEndIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &tenant{}
		client := service.connect(t)
		if err := teams(t, client); err != nil {
			t.Fatal(err)
		}
		service.expire()
		service.set(func(s *tenant) { s.refusal = answer(401, `{"message":"revoked"}`) })
		late, release := service.holdBack(t, client)
		if err := teams(t, client); cybedefend.ClassOf(err) != cybedefend.NotProcessed {
			t.Errorf("the expired token: %v", err)
		}
		wantRefused(t, teams(t, client))
		release()
		wantRefused(t, <-late)
	})
}
