package console_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"rollcall/pkg/console"
	"rollcall/pkg/secret"
)

func TestRedactorReplacesKnownSecrets(t *testing.T) {
	const value = `s3cr"et\<&>` + "\tx"
	const slashes = "a/secret???>>>//~~~"
	asJSON := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tests := []struct{ name, give, want string }{
		{"as it is", "x " + value + " y", "x [redacted] y"},
		{"twice", value + value, "[redacted][redacted]"},
		{"in JSON", asJSON(map[string]string{"message": "a " + value}), `{"message":"a [redacted]"}`},
		{"quoted", fmt.Sprintf("refused %q", value), `refused "[redacted]"`},
		{"quoted in JSON", asJSON(fmt.Sprintf("refused %q", value)), `"refused \"[redacted]\""`},
		{"JSON in JSON", asJSON(asJSON(value)), `"\"[redacted]\""`},
		{"the longer of two", "longer--" + "longest", "[redacted]"},
		{"too short to tell", "seven77", "seven77"},
		{"in a query", "?sig=" + url.QueryEscape(value) + "&a", "?sig=[redacted]&a"},
		{"in a query, with small letters", "?sig=s3cr%22et%5c%3c%26%3e%09x&a", "?sig=[redacted]&a"},
		{"in a path", "/" + url.PathEscape(value) + "/", "/[redacted]/"},
		{"base64", "x " + base64.StdEncoding.EncodeToString([]byte(value)) + " y", "x [redacted] y"},
		{"base64 without padding", "x " + base64.RawStdEncoding.EncodeToString([]byte(value)) + " y", "x [redacted] y"},
		{"base64 for addresses", "x " + base64.URLEncoding.EncodeToString([]byte(value)) + " y", "x [redacted] y"},
		{"base64 for addresses without padding", "x " + base64.RawURLEncoding.EncodeToString([]byte(value)) + " y", "x [redacted] y"},
		{"base64 in a query", "?k=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(value))), "?k=[redacted]"},
		{"base64 with signs of all kinds", "x " + base64.StdEncoding.EncodeToString([]byte(slashes)) + " y", "x [redacted] y"},
		{"base64 in JSON with slashes escaped", strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(slashes)), "/", `\/`), "[redacted]"},
		{"slashes escaped in JSON", `{"m":"` + strings.ReplaceAll(slashes, "/", `\/`) + `"}`, `{"m":"[redacted]"}`},
		{"another", "s3cret", "s3cret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			r := console.Redact(&out, secret.New("longer--"), secret.New(value), secret.New(slashes), secret.Text{}, secret.New("seven77"))
			r.Add(secret.New("longer--longest"))
			n, err := r.Write([]byte(tt.give))
			if n != len(tt.give) || err != nil {
				t.Errorf("Write = %d, %v", n, err)
			}
			if got := out.String(); got != tt.want {
				t.Errorf("passed on %q, want %q", got, tt.want)
			}
		})
	}
}

// TestRedactorReplacesSecretsInBasicAuthentication has a user's name of any length before the secret. The signs of base64
// at the secret's ends, which a neighbour has a part in, may stay: they tell no more than a few bits.
func TestRedactorReplacesSecretsInBasicAuthentication(t *testing.T) {
	const value = "correct-horse"
	r := console.Redact(&bytes.Buffer{}, secret.New(value))
	for _, user := range []string{"", "a", "an", "ann", "anna", "annas"} {
		give := base64.StdEncoding.EncodeToString([]byte(user + ":" + value))
		head, tail, found := strings.Cut(r.Text(give), secret.Redacted)
		if most := 2 + len(base64.StdEncoding.EncodeToString([]byte(user+":"))); !found || len(head) > most || len(tail) > 4 {
			t.Errorf("%q is passed on as %q", user, head+secret.Redacted+tail)
		}
	}
}

func TestRedactorKnowsCredentialsByTheirLook(t *testing.T) {
	tests := []struct{ give, want string }{
		{"PAT pat_AbC123-_x refused", "PAT [redacted] refused"},
		{`{"m":"line\npat_AbC123"}`, `{"m":"line\n[redacted]"}`},
		{"Authorization: Bearer abcdefghijklmnop.qrs==", "Authorization: Bearer [redacted]"},
		{"authorization: bearer abcdefghijklmnop", "authorization: bearer [redacted]"},
		{`{"access_token":"eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"}`, `{"access_token":"[redacted]"}`},
		{"pat_ is what a PAT begins with", "pat_ is what a PAT begins with"},
		{"the bearer token expired", "the bearer token expired"},
		{"", ""},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		if _, err := console.Redact(&out).Write([]byte(tt.give)); err != nil {
			t.Error(err)
		}
		if got := out.String(); got != tt.want {
			t.Errorf("%q was passed on as %q, want %q", tt.give, got, tt.want)
		}
	}
}

func TestRedactorReportsTheWritersError(t *testing.T) {
	if n, err := console.Redact(broken{}).Write([]byte("x")); n != 0 || !errors.Is(err, errBroken) {
		t.Errorf("Write = %d, %v", n, err)
	}
}

func TestRedactorLearnsWhileItWrites(t *testing.T) {
	out := &screen{}
	c := console.New(console.Options{Out: out})
	r := console.Redact(c)
	var writers sync.WaitGroup
	for i := range 4 {
		writers.Go(func() {
			value := fmt.Sprintf("token-no-%d", i)
			r.Add(secret.New(value))
			for range 100 {
				event(t, r, "got "+value+"\n")
			}
		})
	}
	writers.Wait()
	c.Close()
	if text := out.String(); strings.Contains(text, "token-") || strings.Count(text, "got [redacted]\n") != 400 {
		t.Errorf("a token passed: %s", text)
	}
}
