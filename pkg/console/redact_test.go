package console_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"rollcall/pkg/console"
	"rollcall/pkg/secret"
)

func TestRedactorReplacesKnownSecrets(t *testing.T) {
	const value = `s3cr"et\<&>` + "\tx"
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
		{"the longer of two", "longer-" + "longest", "[redacted]"},
		{"too short to tell", "abc", "abc"},
		{"another", "s3cret", "s3cret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			r := console.Redact(&out, secret.New("longer-"), secret.New(value), secret.Text{}, secret.New("abc"))
			r.Add(secret.New("longer-longest"))
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
			value := fmt.Sprintf("token-%d", i)
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
