package cybedefend

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"rollcall/pkg/secret"
)

// Credentials are what a client's calls are made with: [AccessToken] or [PersonalAccessToken].
type Credentials interface {
	// ID names the credentials for an audit trail. It is no secret.
	ID() string
	// source returns where client takes its tokens from.
	source(client *Client) (tokenSource, error)
}

// tokenSource hands out access tokens, and is told what the service made of them. It is safe for concurrent use.
type tokenSource interface {
	// token returns the access token to send now.
	token(ctx context.Context) (secret.Text, error)
	// accepted is told that the service took a token.
	accepted(token secret.Text)
	// refused is told that the service answered 401 to a token in a request that was sent at an instant, and returns what
	// that means.
	refused(token secret.Text, sent time.Time) verdict
	// expires returns when the present token ends, zero where that is not known.
	expires() time.Time
}

// AccessToken returns credentials of a ready access token (a JWT). It can't be renewed: a 401 is final once the token has
// been accepted, and so is the second one, two seconds after the first, for a token that never was.
func AccessToken(token secret.Text) Credentials { return readyToken{token} }

type readyToken struct{ value secret.Text }

func (t readyToken) source(client *Client) (tokenSource, error) {
	if err := checkToken(t.value); err != nil {
		return nil, errors.New("access token: " + err.Error())
	}
	return &readySource{client: client, value: t.value}, nil
}

// readySource is the token source of a ready access token.
type readySource struct {
	client *Client
	value  secret.Text

	mu    sync.Mutex
	trial trial
}

func (s *readySource) token(context.Context) (secret.Text, error) { return s.value, nil }

func (s *readySource) accepted(secret.Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trial.accepted = true
}

func (s *readySource) refused(_ secret.Text, sent time.Time) verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, _ := s.trial.refuse(sent, s.client.now())
	return answer
}

// expires returns nothing: what a ready token says of itself is for whoever gave it.
func (s *readySource) expires() time.Time { return time.Time{} }

// checkToken reports what would keep a token from being sent, without showing any of it.
func checkToken(token secret.Text) error {
	switch {
	case token.Empty():
		return errors.New("empty")
	case strings.ContainsFunc(token.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("has spaces or characters that no token can hold")
	}
	return nil
}

// Region is one of the service's separate tenants.
type Region struct {
	// Name is "us" or "eu".
	Name string
	// BaseURL is where the API is, AuthEndpoint where tokens are exchanged.
	BaseURL, AuthEndpoint string
	// ClientID is the id that the vendor's command line has there, in case the API does not tell.
	ClientID string
}

// Regions returns the known regions, the default first.
func Regions() []Region {
	return []Region{
		{"us", "https://api-us.cybedefend.com", "https://auth-us.cybedefend.com", "7o6r9cvvi8um0kisvn7hm"},
		{"eu", "https://api-eu.cybedefend.com", "https://auth-eu.cybedefend.com", "fm90ay05zohu8fk2q45ms"},
	}
}

// regionOf returns the region whose API is at base, or a Region with no more than that.
func regionOf(base string) Region {
	for _, region := range Regions() {
		if region.BaseURL == base {
			return region
		}
	}
	return Region{BaseURL: base}
}
