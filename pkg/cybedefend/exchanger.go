package cybedefend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"rollcall/pkg/address"
	"rollcall/pkg/secret"
)

const (
	// renewEarly is how long before its end a token is renewed, so that none runs out on its way.
	renewEarly = 30 * time.Second
	// renewFraction is the most of a short lifetime that is given up for that.
	renewFraction = 5
	// usualLifetime is what the vendor's own command line assumes. It counts if the reply names none; too long a guess
	// only costs a 401.
	usualLifetime = 10 * time.Minute
	// longestLifetime keeps a nonsensical lifetime from overflowing.
	longestLifetime = 24 * time.Hour
)

// PersonalAccessToken is credentials that are exchanged for access tokens, anew whenever one runs out. The personal
// access token itself is sent to the auth endpoint only.
//
// One exchange serves all callers that wait for it. Whatever makes it fail for good matches [ErrCredentials] and is
// remembered: later calls fail at once.
type PersonalAccessToken struct {
	// Token is the personal access token.
	Token secret.Text
	// AuthEndpoint is where it is exchanged, https unless its host is loopback. Empty means that of the region whose
	// API the client calls; for any other API it is required.
	AuthEndpoint string
}

func (p PersonalAccessToken) source(client *Client) (tokenSource, error) {
	if err := checkToken(p.Token); err != nil {
		return nil, errors.New("personal access token: " + err.Error())
	}
	region := regionOf(client.base)
	auth, err := address.ParseBase(cmp.Or(p.AuthEndpoint, region.AuthEndpoint))
	if err != nil {
		return nil, fmt.Errorf("auth endpoint: %w", err)
	}
	return &exchanger{
		client: client, personal: p.Token, endpoint: client.carrierTo(auth.JoinPath()), knownID: region.ClientID,
		turn: make(chan struct{}, 1),
	}, nil
}

// exchanger is the token source of a personal access token.
type exchanger struct {
	client   *Client
	personal secret.Text
	endpoint carrier
	knownID  string

	// turn is held by the one caller that exchanges. It is a channel since waiting for it must end with the waiter's
	// context.
	turn chan struct{}
	// application is what the API said about itself. It belongs to whoever has the turn.
	application application

	mu sync.Mutex
	// current is the token in use, empty if there is none.
	current secret.Text
	// renewAt is when current is due for renewal, and endsAt when it ends.
	renewAt, endsAt time.Time
	// trial is what the service has made of current.
	trial trial
	// round counts the exchanges that ended, last is what the latest of them failed with.
	round int
	last  error
	// final is the error that no later exchange can mend.
	final error
}

// application is what the vendor's command line is to the identity provider.
type application struct {
	clientID string
	resource string
}

func (e *exchanger) token(ctx context.Context) (secret.Text, error) {
	token, arrived, err := e.state()
	if !token.Empty() || err != nil {
		return token, err
	}
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return secret.Text{}, ctx.Err()
	}
	token, round, err := e.state()
	if !token.Empty() || err != nil {
		return token, err
	}
	if round != arrived {
		// An exchange failed while this caller waited for it. Trying again in each waiter's turn would make the last
		// one wait for all failures.
		if err := e.lastError(); err != nil {
			return secret.Text{}, err
		}
	}
	start := e.client.now()
	token, lifetime, err := e.exchange(ctx)
	if err != nil && ctx.Err() != nil {
		// The end of this caller's patience says nothing to the others: the next in turn tries for itself.
		return secret.Text{}, err
	}
	e.conclude(token, start, lifetime, err)
	return token, err
}

// state returns the token if there is one that is good, how many exchanges have ended, and the final error if any.
func (e *exchanger) state() (token secret.Text, round int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	// Round strips the monotonic clock, which stands still while a machine is suspended.
	if e.client.now().Round(0).Before(e.renewAt.Round(0)) {
		token = e.current
	}
	return token, e.round, e.final
}

func (e *exchanger) lastError() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last
}

// conclude records what an exchange came to that was begun at an instant.
func (e *exchanger) conclude(token secret.Text, start time.Time, lifetime time.Duration, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.round++
	e.last = err
	e.current, e.trial = token, trial{}
	e.renewAt, e.endsAt = start.Add(lifetime-min(renewEarly, lifetime/renewFraction)), start.Add(lifetime)
	if errors.Is(err, ErrCredentials) {
		e.final = err
	}
}

func (e *exchanger) expires() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current.Empty() {
		return time.Time{}
	}
	return e.endsAt
}

func (e *exchanger) accepted(token secret.Text) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current.Equal(token) {
		e.trial.accepted = true
	}
}

func (e *exchanger) refused(token secret.Text, sent time.Time) verdict {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.final != nil:
		return verdict{}
	case !e.current.Equal(token):
		// A late answer about a token that has been replaced or discarded says nothing about the next one.
		return verdict{err: errTokenExpired}
	}
	answer, wasGood := e.trial.refuse(sent, e.client.now())
	switch {
	case wasGood:
		e.current, e.trial = secret.Text{}, trial{}
		return verdict{err: errTokenExpired}
	case answer.err == nil:
		e.final = fmt.Errorf("a fresh access token: %w", ErrCredentials)
	}
	return answer
}

// exchange gets a new access token. It needs the turn.
func (e *exchanger) exchange(ctx context.Context) (token secret.Text, lifetime time.Duration, err error) {
	if e.application.clientID == "" {
		if e.application, err = e.discover(ctx); err != nil {
			return secret.Text{}, 0, denial(err)
		}
	}
	form := url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"client_id":          {e.application.clientID},
		"subject_token":      {e.personal.Reveal()},
		"subject_token_type": {"urn:logto:token-type:personal_access_token"},
		"resource":           {e.application.resource},
	}
	err = e.client.send(ctx, &request{
		operation: OpExchangeToken, to: e.endpoint, method: http.MethodPost, path: "/oidc/token", read: true, hide: func() secret.Text { return e.personal },
		body: []byte(form.Encode()), contentType: "application/x-www-form-urlencoded",
		understand: func(body []byte) (err error) {
			token, lifetime, err = decodeToken(body)
			return err
		},
	})
	return token, lifetime, denial(err)
}

// denial makes a final no match ErrCredentials, or ErrAddress: without a token, no call succeeds.
func denial(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Class != FinalNo {
		return err
	}
	if e.Quota {
		// Nothing that lasts: the next exchange may do better.
		e.Class = NotProcessed
		return e
	}
	cause := ErrCredentials
	if e.Status == http.StatusNotFound || e.Operation == OpDiscover && e.Status != http.StatusUnauthorized && e.Status != http.StatusForbidden {
		cause = ErrAddress // whatever answers there has not looked at the credentials
	}
	if errors.Is(e, ErrUnreadable) {
		cause = fmt.Errorf("%w: %w", cause, e.Err)
	}
	e.Err = cause
	return e
}

// discover asks the API which application to exchange tokens for. An API of a known region may fail to answer that.
func (e *exchanger) discover(ctx context.Context) (application, error) {
	found := application{resource: e.client.base}
	unclear := false
	err := e.client.send(ctx, &request{
		operation: OpDiscover, to: e.client.api, method: http.MethodGet, path: at("client-apps"), read: true,
		understand: func(body []byte) error {
			var reply struct {
				CLI struct {
					AppID string `json:"appId"`
				} `json:"cli"`
				Resource string `json:"logtoResource"`
			}
			if err := decodeObject(body, &reply, "cli"); err != nil || reply.CLI.AppID == "" {
				unclear = true
				return unreadable("no client id for token exchange")
			}
			found.clientID = reply.CLI.AppID
			found.resource = cmp.Or(reply.Resource, found.resource)
			return nil
		},
	})
	// A page in the place of the answer is what a proxy or another version of the service has there.
	refused := ClassOf(err) == FinalNo || ClassOf(err) == Foreign
	switch {
	case err == nil:
		return found, nil
	case (unclear || refused) && e.knownID != "":
		found.clientID = e.knownID
		return found, nil
	}
	if e, ok := errors.AsType[*Error](err); ok && unclear && e.Class != Foreign {
		// Without a known id to fall back on there is nothing left to try.
		e.Class = FinalNo
	}
	return application{}, err
}

func decodeToken(body []byte) (token secret.Text, lifetime time.Duration, err error) {
	var reply struct {
		AccessToken secret.Text `json:"access_token"`
		TokenType   string      `json:"token_type"`
		// ExpiresIn is in seconds. It is kept raw, since a lifetime in some other shape doesn't spoil the token.
		ExpiresIn json.RawMessage `json:"expires_in"`
	}
	if json.Unmarshal(body, &reply) != nil {
		// The decoder's error could quote what it read.
		return secret.Text{}, 0, unreadable("not the expected JSON")
	}
	if err := checkToken(reply.AccessToken); err != nil {
		return secret.Text{}, 0, unreadable("access token: %w", err)
	}
	if reply.TokenType != "" && !strings.EqualFold(reply.TokenType, "bearer") {
		return secret.Text{}, 0, unreadable("token type %q is not bearer", clean(reply.TokenType))
	}
	return reply.AccessToken, parseLifetime(reply.ExpiresIn), nil
}

func parseLifetime(raw json.RawMessage) time.Duration {
	var number json.Number
	if json.Unmarshal(raw, &number) != nil {
		return usualLifetime
	}
	seconds, err := number.Float64()
	if err != nil || seconds <= 0 {
		return usualLifetime
	}
	return time.Duration(min(seconds, longestLifetime.Seconds()) * float64(time.Second))
}
