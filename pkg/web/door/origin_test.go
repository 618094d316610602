package door_test

import (
	"testing"

	"rollcall/pkg/web/door"
)

func TestOrigin(t *testing.T) {
	const notAlone = "an origin ends with the host or the port, as https://rollcall.example.com does"
	const letters = "a host has Latin letters, digits, dots and hyphens; other letters are written as in xn--bcher-kva.example"
	for _, tt := range []struct{ give, want, wantErr string }{
		{"https://rollcall.example.com", "https://rollcall.example.com", ""},
		{"https://Rollcall.Example.com:443/", "https://rollcall.example.com", ""},
		{"https://rollcall.example.com:8443", "https://rollcall.example.com:8443", ""},
		{"https://rollcall.example.com:", "https://rollcall.example.com", ""},
		{"https://rollcall.example.com:80", "https://rollcall.example.com:80", ""},
		{"http://localhost:9000", "http://localhost:9000", ""},
		{"http://localhost:80", "http://localhost", ""},
		{"http://[::1]:80", "http://[::1]", ""},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", ""},
		{"HTTPS://a.example", "https://a.example", ""},
		{"https://a.example/page", "", notAlone},
		{"https://*.example.com", "", letters},
		{"https://bücher.example", "", letters},
		{"https://a.example?", "", "an address must have no query or fragment"},
		{"https://me@a.example", "", "an address must have no user"},
		{"http://a.example", "", "http://a.example must be https: credentials would travel in the clear"},
		{"a.example", "", "not an address like https://api.example.com"},
		{"null", "", "not an address like https://api.example.com"},
	} {
		got, err := door.Origin(tt.give)
		if got != tt.want || (err == nil) != (tt.wantErr == "") || err != nil && err.Error() != tt.wantErr {
			t.Errorf("Origin(%q) = %q, %v, want %q, %s", tt.give, got, err, tt.want, tt.wantErr)
		}
	}
}
