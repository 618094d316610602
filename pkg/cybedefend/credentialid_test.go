package cybedefend_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func TestCredentialsAreNamedWithoutTellingThem(t *testing.T) {
	jwt := func(claims string) secret.Text {
		return secret.New("eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJlLXNpZ25hdHVyZQ")
	}
	pat := secret.New("pat_0123456789abcdef0123456789abcdef")
	for _, tt := range []struct {
		name string
		give cybedefend.Credentials
		want string
	}{
		{"a personal access token", cybedefend.PersonalAccessToken{Token: pat}, "pat sha256 "},
		{"one that could be guessed", cybedefend.PersonalAccessToken{Token: secret.New("pat_12345")}, "pat"},
		{"a token with an id", cybedefend.AccessToken(jwt(`{"jti":"j1","sub":"s1"}`)), "token jti j1"},
		{"a token with a subject", cybedefend.AccessToken(jwt(`{"sub":"s1"}`)), "token sub s1"},
		{"a token without claims", cybedefend.AccessToken(jwt(`[]`)), "token sha256 "},
		{"an opaque token", cybedefend.AccessToken(pat), "token sha256 "},
	} {
		got := tt.give.ID()
		if !strings.HasPrefix(got, tt.want) || len(got) > len(tt.want)+16 || !strings.HasSuffix(tt.want, " ") && got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if strings.Contains(got, "0123456789abcdef") {
			t.Errorf("%s: %q tells the secret", tt.name, got)
		}
	}
	if one, other := (cybedefend.PersonalAccessToken{Token: pat}).ID(), (cybedefend.PersonalAccessToken{Token: secret.New(pat.Reveal() + "0")}).ID(); one == other {
		t.Errorf("two tokens have one name: %s", one)
	}
}
