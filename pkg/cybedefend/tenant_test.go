package cybedefend_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

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

// holdBack makes a call whose answer is held back until release is called. Later calls are answered at once.
func (s *tenant) holdBack(t *testing.T, client *cybedefend.Client) (late <-chan error, release func()) {
	t.Helper()
	hold, answered := make(chan struct{}), make(chan error)
	var first atomic.Bool
	s.before = func(string) {
		if first.CompareAndSwap(false, true) {
			<-hold
		}
	}
	go func() { answered <- teams(t, client) }()
	synctest.Wait()
	return answered, func() { close(hold) }
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
		if s.delay > 0 {
			select {
			case <-time.After(s.delay):
			case <-r.Context().Done():
				return r.Context().Err()
			}
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
