package cybedefend

import (
	"context"
	"errors"
	"strings"

	"rollcall/pkg/secret"
)

// Credentials are what a client's calls are made with: [AccessToken] or [PersonalAccessToken].
type Credentials interface {
	// source returns where client takes its tokens from.
	source(client *Client) (tokenSource, error)
}

// tokenSource hands out access tokens, and is told what the service made of them. It is safe for concurrent use.
type tokenSource interface {
	// token returns the access token to send now.
	token(ctx context.Context) (secret.Text, error)
	// accepted is told that the service took a token.
	accepted(token secret.Text)
	// refused is told that the service answered 401 to a token, and returns whether that only means that it had run
	// out, so that the next token may do better.
	refused(token secret.Text) (renewable bool)
}

// AccessToken returns credentials of a ready access token (a JWT). It can't be renewed: the first 401 is final.
func AccessToken(token secret.Text) Credentials { return readyToken{token} }

type readyToken struct{ value secret.Text }

func (t readyToken) source(*Client) (tokenSource, error) {
	if err := checkToken(t.value); err != nil {
		return nil, errors.New("access token: " + err.Error())
	}
	return t, nil
}

func (t readyToken) token(context.Context) (secret.Text, error) { return t.value, nil }
func (readyToken) accepted(secret.Text)                         {}
func (readyToken) refused(secret.Text) bool                     { return false }

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
	// clientID is the id that the vendor's command line has there, in case the API does not tell.
	clientID string
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
