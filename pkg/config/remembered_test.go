package config_test

import (
	"errors"
	"strings"
	"testing"

	"rollcall/pkg/config"
	"rollcall/pkg/secret"
)

// What a keyring remembers comes last, and what is typed in first.
func TestTypedAndRemembered(t *testing.T) {
	const pat, access = "pat_remembered", "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"
	for _, tt := range []struct {
		name       string
		env        env
		file       string
		typed      string
		remembered string
		err        error

		pat, access, source, says string
		asked                     bool
	}{
		{name: "remembered", remembered: pat, pat: pat, source: "the keyring", asked: true},
		{name: "remembered with blanks", remembered: " " + pat + "\n", pat: pat, source: "the keyring", asked: true},
		{name: "an access token is remembered", remembered: access, access: access, source: "the keyring", asked: true},
		{name: "a variable comes before it", env: env{"CYBEDEFEND_PAT": "pat_variable"}, remembered: pat, pat: "pat_variable", source: "CYBEDEFEND_PAT"},
		{name: "an access token comes before it", env: env{"CYBEDEFEND_ACCESS_TOKEN": access}, remembered: pat, access: access, source: "CYBEDEFEND_ACCESS_TOKEN"},
		{name: "a file comes before it", file: "pat: pat_in_file", remembered: pat, pat: "pat_in_file", source: "FILE: pat"},
		{name: "typed", typed: "pat_typed", env: env{"CYBEDEFEND_PAT": "pat_variable", "CYBEDEFEND_ACCESS_TOKEN": access}, remembered: pat, pat: "pat_typed", source: "what was typed in"},
		{name: "an access token is typed", typed: "Bearer " + access, env: env{"CYBEDEFEND_PAT": "pat_variable"}, access: access, source: "what was typed in"},
		{name: "nothing is remembered", asked: true},
		{name: "the keyring is locked", err: errors.New("it is locked"), says: "it is locked", asked: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := ""
			o := config.Options{
				Getenv: tt.env.get, Region: "eu", Typed: secret.New(tt.typed),
				Remembered: func(service string) (secret.Text, error) { asked = service; return secret.New(tt.remembered), tt.err },
			}
			if tt.file != "" {
				o.Files = []string{write(t, tt.file)}
			}
			got, err := config.Resolve(o)
			if errors.Is(err, config.ErrNoCredentials) != (tt.source == "") || err != nil && tt.source != "" {
				t.Fatal(err)
			}
			if want := map[bool]string{true: "https://api-eu.cybedefend.com"}[tt.asked]; asked != want {
				t.Errorf("asked for %q, want %q", asked, want)
			}
			if tt.source == "" {
				if !strings.HasSuffix(err.Error(), tt.says) {
					t.Errorf("%v does not say that %s", err, tt.says)
				}
				return
			}
			c := got.Credentials
			if tt.file != "" {
				c.Source = strings.Replace(c.Source, o.Files[0], "FILE", 1)
			}
			if c.PAT.Reveal() != tt.pat || c.AccessToken.Reveal() != tt.access || c.Source != tt.source {
				t.Errorf("%q, %q from %s, want %q, %q from %s", c.PAT.Reveal(), c.AccessToken.Reveal(), c.Source, tt.pat, tt.access, tt.source)
			}
		})
	}
}

func TestWhatIsTypedIsNoToken(t *testing.T) {
	for _, typed := range []string{"   ", "pat_1", "two words of it"} {
		_, err := config.Resolve(config.Options{Typed: secret.New(typed)})
		if err == nil || !strings.HasPrefix(err.Error(), "what was typed in: ") || strings.Contains(err.Error(), "pat_1") {
			t.Errorf("%q: %v", typed, err)
		}
	}
}
