package cybedefend

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"rollcall/pkg/secret"
)

const (
	// idDigits is how many digits of a hash name a token: too few to be one, enough to tell those of an organization apart.
	idDigits = 16
	// guessable is how many characters a token has at most that could be found by trying, so that not even a part of its
	// hash is told. Real ones have more.
	guessable = 20
	// longestID is how many characters of a claim of a token are told.
	longestID = 64
)

// ID names the credentials, and is no secret: "token" with the jti of the token, else with its sub, else with the beginning
// of its SHA-256.
func (t readyToken) ID() string {
	parts := strings.Split(t.value.Reveal(), ".")
	if len(parts) == 3 {
		var claims struct {
			ID      string `json:"jti"`
			Subject string `json:"sub"`
		}
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err == nil && json.Unmarshal(payload, &claims) == nil {
			switch {
			case claims.ID != "":
				return "token jti " + shorten(printable(claims.ID), longestID)
			case claims.Subject != "":
				return "token sub " + shorten(printable(claims.Subject), longestID)
			}
		}
	}
	return fingerprint("token", t.value)
}

// ID names the credentials, and is no secret: "pat" with the beginning of the token's SHA-256. A personal access token is
// too random to be found by it.
func (p PersonalAccessToken) ID() string { return fingerprint("pat", p.Token) }

func fingerprint(kind string, token secret.Text) string {
	if len(token.Reveal()) <= guessable {
		return kind
	}
	sum := sha256.Sum256([]byte(token.Reveal()))
	return kind + " sha256 " + hex.EncodeToString(sum[:])[:idDigits]
}
