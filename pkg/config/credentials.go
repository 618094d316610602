package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/remedy"
	"rollcall/pkg/secret"
)

// maxToken bounds what is read as a token. Real ones have a few kilobytes at most.
const maxToken = 64 << 10

// Credentials are what calls are made with: exactly one of AccessToken and PAT.
type Credentials struct {
	// Expires is when the access token says that it ends, zero if it does not say so, as a personal access token never does.
	Expires time.Time
	// AccessToken is sent as it is. Nobody can renew it.
	AccessToken secret.Text
	// PAT is a personal access token, to be exchanged for access tokens and never sent to the API.
	PAT secret.Text
	// Source names the variable or file that they come from; it is for people.
	Source string
}

// credentials returns the first ones there are: what was typed in, else an access token, else the file of an option, else a
// variable, else the vendor's config file, else what a keyring remembers.
func (r *resolver) credentials() (Credentials, error) {
	if !r.options.Typed.Empty() {
		return sorted(r.options.Typed, "what was typed in")
	}
	if text := r.getenv(accessTokenVariable); text != "" {
		if r.options.PATFile != "" {
			r.warn("%s is not used: %s comes first", r.option(optionPATFile, ""), accessTokenVariable)
		}
		token, err := parseAccessToken(text)
		found := Credentials{AccessToken: token, Source: accessTokenVariable, Expires: cybedefend.Expiry(token)}
		if now := r.options.Now(); !found.Expires.IsZero() && now.After(found.Expires) {
			r.warn("%s: the access token expired at %s, by the clock of this machine", accessTokenVariable, found.Expires.UTC().Format(time.RFC3339))
		}
		return found, at(accessTokenVariable, err)
	}
	if r.options.PATFile != "" {
		source := r.option(optionPATFile, r.options.PATFile)
		token, err := r.readPAT(r.options.PATFile)
		return Credentials{PAT: token, Source: source}, at(source, err)
	}
	if text := r.getenv(patVariable); text != "" {
		token, err := parseToken(text)
		return Credentials{PAT: token, Source: patVariable}, at(patVariable, err)
	}
	if text := r.file.PAT.Reveal(); strings.TrimSpace(text) != "" {
		r.warnIfShared(r.file.path, r.file.mode)
		source := r.file.path + ": pat"
		token, err := parseToken(text)
		return Credentials{PAT: token, Source: source}, at(source, err)
	}
	if r.options.Remembered != nil {
		token, err := r.options.Remembered(r.settings.APIURL.Text)
		switch {
		case err != nil:
			return Credentials{}, &Error{Err: fmt.Errorf("%w: %w", ErrNoCredentials, err), Hint: r.credentialsHint()}
		case !token.Empty():
			return sorted(token, "the keyring")
		}
	}
	return Credentials{}, &Error{Err: ErrNoCredentials, Hint: r.credentialsHint()}
}

// sorted returns a token as what it is: one of three parts is an access token, and any other a personal one.
func sorted(token secret.Text, source string) (Credentials, error) {
	token, err := parseToken(token.Reveal())
	if text := token.Reveal(); !strings.HasPrefix(text, "pat_") && strings.Count(text, ".") == 2 {
		return Credentials{AccessToken: token, Source: source, Expires: cybedefend.Expiry(token)}, at(source, err)
	}
	return Credentials{PAT: token, Source: source}, at(source, err)
}

// credentialsHint says what to do where there are no credentials.
func (r *resolver) credentialsHint() remedy.Hint {
	if r.getenv(apiKeyVariable) != "" {
		return remedy.Words(apiKeyVariable + " is of no use any more, since the service takes no API keys: make a personal access token at " +
			dashboard(cybedefend.Regions()[0]) + profilePage + ", and set it as " + patVariable)
	}
	return remedy.Words("set "+patVariable+" or "+accessTokenVariable+", give ").Use(optionPATFile, "FILE").
		Words(" (- is standard input), log in with cybedefend login, or put pat: into ~/.cybedefend/config.yaml")
}

// profilePage is where the dashboard makes personal access tokens.
const profilePage = "/profile/personal-access-tokens"

// readPAT reads the personal access token that a file holds, or standard input.
func (r *resolver) readPAT(path string) (secret.Text, error) {
	if path == "-" {
		if r.options.Stdin == nil {
			return secret.Text{}, errors.New("there is no standard input")
		}
		return readToken(r.options.Stdin)
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return secret.Text{}, &Error{Err: cause(err), Hint: remedy.Words("name the file that holds the token, or set it as " + patVariable)}
	}
	if err != nil {
		return secret.Text{}, cause(err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	info, err := file.Stat()
	if err != nil {
		return secret.Text{}, cause(err)
	}
	r.warnIfShared(path, info.Mode())
	return readToken(file)
}

func readToken(from io.Reader) (secret.Text, error) {
	text, err := readAll(from, maxToken)
	if err != nil {
		return secret.Text{}, err
	}
	// Editors on Windows put a byte order mark first.
	return parseToken(strings.TrimPrefix(string(text), "\ufeff"))
}

// withoutScheme takes off the word that stands before a token in the header of a request, as it was copied from there.
func withoutScheme(text string) string {
	const scheme = "bearer "
	if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
		return strings.TrimSpace(text[len(scheme):])
	}
	return text
}

// parseToken takes the white space off both ends of a token, and a scheme. No error shows any of it.
func parseToken(text string) (secret.Text, error) {
	text = withoutScheme(strings.TrimSpace(text))
	switch {
	case text == "":
		return secret.Text{}, errors.New("no token in it")
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
		return secret.Text{}, errors.New("not a token: has spaces, line ends or other characters inside")
	case len(text) < secret.Shortest:
		return secret.Text{}, fmt.Errorf("not a token: shorter than %d characters", secret.Shortest)
	}
	return secret.New(text), nil
}

// parseAccessToken refuses a personal access token, since that must not be sent to the API.
func parseAccessToken(text string) (secret.Text, error) {
	if strings.HasPrefix(withoutScheme(text), "pat_") {
		return secret.Text{}, &Error{
			Err:  errors.New("holds a personal access token, not an access token"),
			Hint: remedy.Words("set it as " + patVariable + " instead"),
		}
	}
	return parseToken(text)
}

// warnIfShared warns of a file with a secret that others on this machine can read. Pipes have no readers but one.
func (r *resolver) warnIfShared(path string, mode os.FileMode) {
	if shared := mode.Perm() & 0o077; mode.IsRegular() && shared != 0 && keepsModes {
		r.warn("%s holds a token and is open to others (mode %04o): chmod 600 %[1]s", path, mode.Perm())
	}
}
