package cybedefend

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

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
	switch c := claimsOf(t.value); {
	case c.ID != "":
		return "token jti " + shorten(printable(c.ID), longestID)
	case c.Subject != "":
		return "token sub " + shorten(printable(c.Subject), longestID)
	}
	return fingerprint("token", t.value)
}

// claims is what an access token says of itself (RFC 7519), as far as it counts here. What it does not say is zero.
type claims struct {
	ID      string  `json:"jti"`
	Subject string  `json:"sub"`
	Expires float64 `json:"exp"`
}

// claimsOf returns the claims of a token, without asking whether anybody has signed them. One that is no such token has none.
func claimsOf(token secret.Text) (c claims) {
	const parted = 3 // header, claims and signature
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != parted {
		return claims{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return claims{}
	}
	return c
}

// Expiry returns when an access token ends by its own words, zero if it has none that can be read.
func Expiry(token secret.Text) time.Time {
	const latest = 1 << 40 // seconds: nothing later can be meant
	seconds := claimsOf(token).Expires
	if seconds <= 0 || seconds > latest {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
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
