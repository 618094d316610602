package cli

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"

	"rollcall/pkg/bounded"
	"rollcall/pkg/config"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/fetch"
	"rollcall/pkg/keyring"
	"rollcall/pkg/onboard"
	"rollcall/pkg/order"
	"rollcall/pkg/remedy"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
	"rollcall/pkg/statedir"
	"rollcall/pkg/status"
)

// dial finds where the service is and what to call it with, or starts a sandbox that is both.
func (a *app) dial(ctx context.Context, p order.Place) (onboard.Endpoint, error) {
	if p.Sandbox {
		running, err := sandbox.Start(context.WithoutCancel(ctx), "", sandbox.Options{})
		if err != nil {
			return onboard.Endpoint{}, err
		}
		here := config.Value{Text: running.URL(), Source: "--sandbox"}
		a.witness.Settle(config.Settings{APIURL: here, AuthEndpoint: here, Credentials: config.Credentials{PAT: running.PAT(), Source: here.Source}})
		return onboard.Endpoint{
			URL: running.URL(), Ephemeral: true, Close: running.Close,
			Credentials: cybedefend.PersonalAccessToken{Token: running.PAT(), AuthEndpoint: running.URL()},
		}, nil
	}
	found, err := a.resolve(p)
	if wrong, ok := errors.AsType[*config.Error](err); ok {
		return onboard.Endpoint{}, &onboard.Error{Kind: status.Settings, OptionError: &remedy.OptionError{What: remedy.Words(err.Error()), Err: err, Remedy: wrong.Hint}}
	}
	if err != nil {
		return onboard.Endpoint{}, err
	}
	for _, warning := range found.Warnings {
		if _, told := a.warned.LoadOrStore(warning, true); !told {
			a.log.Warn().Msg(warning)
		}
	}
	a.witness.Settle(found)
	return endpointOf(found), nil
}

// resolve finds the settings that say where the service is and what to call it with.
func (a *app) resolve(p order.Place) (config.Settings, error) {
	home, err := a.home()
	if err != nil {
		a.log.Debug().Err(err).Msg("the vendor's files are not looked for")
	}
	render := remedy.Renderer(asFlag)
	if p.InPage {
		render = nil
	}
	o := config.Options{
		Region: p.Region, APIURL: p.APIURL, AuthEndpoint: p.AuthEndpoint, PATFile: p.PATFile,
		Typed: p.Typed, Remembered: func(service string) (secret.Text, error) {
			return a.keyring().Last(context.Background(), service) // which is bounded
		},
		Getenv: a.getenv, Login: config.Login(home), Files: config.Files(home), Stdin: a.In, Render: render,
	}
	if p.Alone {
		o.Remembered, o.Login, o.Getenv = nil, "", config.WithoutCredentials(a.getenv)
	}
	found, err := config.Resolve(o)
	a.redact(found.Credentials.AccessToken, found.Credentials.PAT)
	return found, err
}

// keyring returns that of the person.
func (a *app) keyring() *keyring.Keyring {
	return keyring.New(keyring.Surroundings{System: runtime.GOOS, Lookup: a.Lookup})
}

// remember has the keyring keep what was typed in for a service, or forget what it has if nothing was.
func (a *app) remember(ctx context.Context, p order.Place) error {
	found, err := a.resolve(p)
	switch {
	case errors.Is(err, config.ErrNoCredentials): // nor does the keyring have any
		return nil
	case err != nil:
		return err
	case p.Typed.Empty():
		return a.keyring().Forget(ctx, found.APIURL.Text)
	}
	return a.keyring().Remember(ctx, found.APIURL.Text, p.Typed)
}

// endpointOf returns what settings mean for a connection.
func endpointOf(found config.Settings) onboard.Endpoint {
	endpoint := onboard.Endpoint{URL: found.APIURL.Text, CredentialsFrom: found.Credentials.Source}
	if token := found.Credentials.AccessToken; !token.Empty() {
		endpoint.Credentials, endpoint.Expires = cybedefend.AccessToken(token), cybedefend.Expiry(token)
	} else {
		endpoint.Credentials = cybedefend.PersonalAccessToken{Token: found.Credentials.PAT, AuthEndpoint: found.AuthEndpoint.Text}
	}
	return endpoint
}

// redactAddress keeps what is secret in the address of a roster out of everything that is printed.
func (a *app) redactAddress(roster string) {
	if parsed, err := url.Parse(roster); err == nil && fetch.Is(roster) {
		a.redact(secret.New(parsed.RawQuery))
	}
}

// readHeader reads the header fields to send along with the roster's address, whose values are secrets, as may be what
// the address itself has.
func (a *app) readHeader(path, roster string) (http.Header, error) {
	a.redactAddress(roster)
	if path == "" {
		return nil, nil
	}
	const option = "header-file"
	if !fetch.Is(roster) {
		return nil, &remedy.OptionError{
			Option: option, What: remedy.Use(option, "").Words(" is for a roster at an https address, and " + roster + " is none"),
		}
	}
	const longest = 64 << 10 // bytes: servers take no header that comes near it
	text, err := bounded.File(path, longest)
	if err != nil {
		return nil, remedy.About(option, err)
	}
	header, values, err := fetch.ReadHeader(bytes.NewReader(text))
	if err != nil {
		return nil, remedy.Aboutf(option, "%s: %w", path, err)
	}
	a.redact(values...)
	return header, nil
}

// defaultLedger returns where the ledger of an organization is unless the flags say otherwise.
func (a *app) defaultLedger(organizationID string) (string, error) {
	state, err := statedir.Of("rollcall", statedir.Surroundings{System: runtime.GOOS, Lookup: a.Lookup, Home: a.home})
	if err != nil {
		return "", usageError("name a file with --ledger", "find a place for the ledger: %w", err)
	}
	return filepath.Join(state, organizationID+".db"), nil
}

// sandboxLedger is [app.defaultLedger] for a sandbox, whose runs are no others' company.
func (a *app) sandboxLedger(organizationID string) (string, error) {
	return a.defaultLedger(filepath.Join("sandbox", organizationID))
}
