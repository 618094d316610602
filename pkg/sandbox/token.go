package sandbox

import (
	"crypto/rand"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

// The identifiers of the client applications; the first is the one that exchanges personal access tokens.
const (
	cliApp      = "sandboxcli00000000000"
	vscodeApp   = "sandboxvscode00000000"
	intellijApp = "sandboxintellij000000"
)

// The values that the exchange of a personal access token demands.
const (
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
	patType       = "urn:logto:token-type:personal_access_token"
)

// The bodies of replies about credentials.
type (
	wireApps struct {
		CLI           wireApp `json:"cli"`
		VSCode        wireApp `json:"vscode"`
		IntelliJ      wireApp `json:"intellij"`
		LogtoResource string  `json:"logtoResource,omitempty"`
	}
	wireApp struct {
		AppID string `json:"appId"`
	}
	wireToken struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
		Scope       string `json:"scope"`
	}
)

func (s *Sandbox) clientApps(*request) (any, error) {
	return wireApps{
		CLI: wireApp{cliApp}, VSCode: wireApp{vscodeApp}, IntelliJ: wireApp{intellijApp},
		LogtoResource: s.options.Resource,
	}, nil
}

// exchange gives an access token for the personal one (RFC 8693, as far as the vendor's clients use it).
func (s *Sandbox) exchange(q *request) (any, error) {
	no := func(status int, code, description string) (any, error) {
		return nil, &refusalError{status: status, code: code, message: description}
	}
	mediaType, _, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return no(http.StatusBadRequest, "invalid_request", "the body must be form-encoded")
	}
	form, err := url.ParseQuery(string(q.body))
	if err != nil {
		return no(http.StatusBadRequest, "invalid_request", "the form can't be read")
	}
	s.mu.Lock()
	revoked := s.revoked
	s.mu.Unlock()
	switch {
	case form.Get("grant_type") != exchangeGrant:
		return no(http.StatusBadRequest, "unsupported_grant_type", "unsupported grant_type requested")
	case !isRegions(form) && form.Get("client_id") != cliApp:
		return no(http.StatusBadRequest, "invalid_client", "client is unknown or may not exchange tokens")
	case form.Get("subject_token_type") != patType:
		return no(http.StatusBadRequest, "invalid_request", "unsupported subject_token_type")
	case !isRegions(form) && strings.TrimSuffix(form.Get("resource"), "/") != s.resource(q.http):
		return no(http.StatusBadRequest, "invalid_target", "resource indicator is missing, or unknown")
	case form.Get("subject_token") != s.options.PAT.Reveal():
		return no(http.StatusBadRequest, "invalid_grant", "the personal access token is unknown")
	case revoked:
		return no(http.StatusUnauthorized, "invalid_grant", "the personal access token was revoked")
	}
	return wireToken{
		AccessToken: s.AccessToken().Reveal(),
		TokenType:   "Bearer",
		ExpiresIn:   int(s.options.TokenLifetime / time.Second),
	}, nil
}

// isRegions reports whether a form has the client id of a region and the resource of that same region: the vendor's own
// commands ask by these, wherever they were told that the service is.
func isRegions(form url.Values) bool {
	return slices.ContainsFunc(cybedefend.Regions(), func(r cybedefend.Region) bool {
		return form.Get("client_id") == r.ClientID && form.Get("resource") == r.BaseURL
	})
}

// resource is what an access token must be asked for.
func (s *Sandbox) resource(r *http.Request) string {
	return strings.TrimSuffix(or(s.options.Resource, "http://"+r.Host), "/")
}

// life is the time during which an access token is valid: the claims nbf and exp of a real one.
type life struct{ begin, end time.Time }

// AccessToken returns a new access token, as if a personal one had been exchanged.
func (s *Sandbox) AccessToken() secret.Text {
	token := "at_sandbox_" + rand.Text()
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, life := range s.tokens {
		if !now.Before(life.end) {
			delete(s.tokens, old)
		}
	}
	begin := now.Add(s.options.TokenAhead)
	s.tokens[token] = life{begin, begin.Add(s.options.TokenLifetime)}
	s.stats.Tokens++
	return secret.New(token)
}

// ExpireTokens ends the life of every access token. Clients with a personal one get new ones.
func (s *Sandbox) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Revoke ends the life of the personal access token and of every access token.
func (s *Sandbox) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
	clear(s.tokens)
}

// authorize refuses a call without a valid access token.
func (s *Sandbox) authorize(header http.Header) error {
	if s.front != nil {
		return s.front.authorize(header)
	}
	for _, retired := range []string{"X-Api-Key", "Api-Key"} {
		if header.Get(retired) != "" {
			return refuse(http.StatusGone, "API keys are no longer accepted: use a personal access token")
		}
	}
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return refuse(http.StatusUnauthorized, "Unauthorized")
	}
	now := s.options.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch life, known := s.tokens[token]; {
	case !known || !now.Before(life.end):
		return refuse(http.StatusUnauthorized, "Invalid or expired token")
	case now.Before(life.begin):
		return refuse(http.StatusUnauthorized, "jwt not active")
	}
	return nil
}
