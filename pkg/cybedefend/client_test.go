package cybedefend_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/secret"
)

func TestNewRefusesWrongOptions(t *testing.T) {
	ready := cybedefend.AccessToken(secret.New(accessToken))
	personal := cybedefend.PersonalAccessToken{Token: secret.New(personalToken)}
	const api = "https://api.example.com"
	tests := []struct {
		name string
		give cybedefend.Options
		want string
	}{
		{"no base URL", cybedefend.Options{Credentials: ready}, "base URL: not an address like https://api.example.com"},
		{"relative", cybedefend.Options{BaseURL: "api.example.com", Credentials: ready}, "base URL: not an address like https://api.example.com"},
		{"no host", cybedefend.Options{BaseURL: "https:///path", Credentials: ready}, "base URL: not an address like https://api.example.com"},
		{"broken", cybedefend.Options{BaseURL: "https://user:pass word@%zz", Credentials: ready}, "base URL: not an address like https://api.example.com"},
		{"clear text", cybedefend.Options{BaseURL: "http://api.example.com", Credentials: ready}, "base URL: http://api.example.com must be https: credentials would travel in the clear"},
		{"looks like loopback", cybedefend.Options{BaseURL: "http://127.0.0.1.example.com", Credentials: ready}, "base URL: http://127.0.0.1.example.com must be https: credentials would travel in the clear"},
		{"other scheme", cybedefend.Options{BaseURL: "ftp://localhost", Credentials: ready}, "base URL: ftp:// is not https://"},
		{"user", cybedefend.Options{BaseURL: "https://u:p@api.example.com", Credentials: ready}, "base URL: an address must have no user"},
		{"query", cybedefend.Options{BaseURL: api + "?a", Credentials: ready}, "base URL: an address must have no query or fragment"},
		{"no credentials", cybedefend.Options{BaseURL: api}, "no credentials"},
		{"empty token", cybedefend.Options{BaseURL: api, Credentials: cybedefend.AccessToken(secret.Text{})}, "access token: empty"},
		{"token with a line break", cybedefend.Options{BaseURL: api, Credentials: cybedefend.AccessToken(secret.New("a\n"))}, "access token: has spaces or characters that no token can hold"},
		{"empty personal token", cybedefend.Options{BaseURL: api, Credentials: cybedefend.PersonalAccessToken{}}, "personal access token: empty"},
		{"no auth endpoint", cybedefend.Options{BaseURL: api, Credentials: personal}, "auth endpoint: not an address like https://api.example.com"},
		{"negative", cybedefend.Options{BaseURL: api, Credentials: ready, Timeout: -1}, "connections and timeout must not be negative"},
		{"user agent", cybedefend.Options{BaseURL: api, Credentials: ready, UserAgent: "a\r\nb"}, "user agent has characters that no header can hold"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := cybedefend.New(test.give); err == nil || err.Error() != test.want {
				t.Errorf("New: %v, want %s", err, test.want)
			}
		})
	}
}

func TestNewAllowsClearTextOnLoopback(t *testing.T) {
	for _, base := range []string{"http://localhost:1", "http://LOCALHOST", "http://127.8.8.8:1/p/", "http://[::1]:1", "http://[::ffff:127.0.0.1]"} {
		client, err := cybedefend.New(cybedefend.Options{BaseURL: base, Credentials: cybedefend.PersonalAccessToken{
			Token: secret.New(personalToken), AuthEndpoint: base,
		}})
		if err != nil {
			t.Errorf("New(%q): %v", base, err)
			continue
		}
		client.Close()
	}
}

func TestRegionsAreReady(t *testing.T) {
	for _, region := range cybedefend.Regions() {
		if !strings.HasPrefix(region.AuthEndpoint, "https://auth-"+region.Name) {
			t.Errorf("%+v", region)
		}
		if _, err := cybedefend.New(cybedefend.Options{
			BaseURL: region.BaseURL + "/", Credentials: cybedefend.PersonalAccessToken{Token: secret.New(personalToken)},
		}); err != nil {
			t.Errorf("%s: %v", region.Name, err)
		}
	}
}

// TestOwnTransportInsists connects to a service that offers too little.
func TestOwnTransportInsists(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("answered over %s", r.Proto)
	}))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	client := connect(t, cybedefend.Options{BaseURL: server.URL, Credentials: cybedefend.AccessToken(secret.New(accessToken))})
	_, err := client.Invite(t.Context(), organizationID, ada)
	if cybedefend.ClassOf(err) != cybedefend.NotProcessed || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("class %v: %v", cybedefend.ClassOf(err), err)
	}
}
