package guard_test

import (
	"strings"
	"testing"

	"rollcall/pkg/guard"
)

func TestParseDomain(t *testing.T) {
	for give, want := range map[string]string{
		"example.com": "example.com", "Example.COM": "example.com", ".example.com": ".example.com",
		"*.example.com": ".example.com", "bücher.example": "xn--bcher-kva.example", ".xn--bcher-kva.example": ".xn--bcher-kva.example",
	} {
		d, err := guard.ParseDomain(give)
		if err != nil || d.String() != want {
			t.Errorf("ParseDomain(%q) = %q, %v; want %q", give, d, err, want)
		}
	}
	for _, give := range []string{"", ".", "*", "*.", "example", "ann@example.com", "@example.com", "*.*.com", "a b.com", "..example.com"} {
		if d, err := guard.ParseDomain(give); err == nil {
			t.Errorf("ParseDomain(%q) = %q, want an error", give, d)
		}
	}
}

func TestDomains(t *testing.T) {
	const (
		allowed = "allowed"
		foreign = "foreign"
		fake    = "fake"
	)
	tests := []struct{ allow, domain, want string }{
		{"acme.com", "acme.com", allowed},
		{"acme.com", "ACME.com", allowed},
		{"acme.com", "eu.acme.com", foreign},
		{".acme.com", "eu.acme.com", allowed},
		{"*.acme.com", "a.b.acme.com", allowed},
		{".acme.com", "acme.com", foreign},
		{".acme.com", "notacme.com", foreign},
		{"acme.com", "gmail.com", foreign},
		{"acme.com", "acme.example", foreign},
		{"bücher.example", "xn--bcher-kva.example", allowed},
		// One edit away.
		{"acme.com", "acmee.com", fake},
		{"acme.com", "acm.com", fake},
		{"acme.com", "acne.com", fake},
		{"acme.com", "amce.com", fake},
		{"acme.com", "acme.co", fake},
		{"acme.com", "eu.acme.cm", fake},
		{".acme.com", "eu.amce.com", fake},
		{"acme.com", "amec.com", foreign},
		{"acme.com", "acmeee.com", foreign},
		// The same to the eye.
		{"modern.com", "modem.com", fake},
		{"paypal.com", "раураӏ.com", fake},
		{"paypal.com", "xn--80aa0cbo65f.com", fake},
		{"google.com", "g00gle.com", fake},
		{"illinois.example", "1111nols.example", fake},
		{"cloud.example", "doud.example", fake},
		{"acme.com", "äcmé.com", fake},
		{"ο.example", "o.example", fake}, // Greek and Latin
	}
	for _, tt := range tests {
		check := guard.New(guard.Limits{Domains: domains(t, tt.allow)})
		check.Add(guard.Person{Line: 2, Email: "somebody@" + tt.domain})
		got := allowed
		for _, trip := range check.Trips(1) {
			got = foreign
			if strings.Contains(trip.String(), "looks like ") {
				got = fake
			}
		}
		if got != tt.want {
			t.Errorf("%s beside %s is %s, want %s", tt.domain, tt.allow, got, tt.want)
		}
	}
}
