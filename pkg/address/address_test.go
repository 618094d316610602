package address_test

import (
	"fmt"
	"testing"

	"rollcall/pkg/address"
)

func TestParse(t *testing.T) {
	tests := []struct{ give, want, wantErr string }{
		{"https://API.example.com/v1/?q=1#f", "https://api.example.com/v1/?q=1#f", ""},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", ""},
		{"http://[::1]:8080/", "http://[::1]:8080/", ""},
		{"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]/", ""},
		{"http://LOCALHOST", "http://localhost", ""},
		{"http://10.0.0.1", "", "http://10.0.0.1 must be https: credentials would travel in the clear"},
		{"http://localhost.example.com", "", "http://localhost.example.com must be https: credentials would travel in the clear"},
		{"ftp://example.com", "", "ftp:// is not https://"},
		{"https://me:secret@example.com", "", "an address must have no user"},
		{"example.com", "", "not an address like https://api.example.com"},
		{"https:example.com", "", "not an address like https://api.example.com"},
		{"https://:443", "", "not an address like https://api.example.com"},
		{"https://secret%zz", "", "not an address like https://api.example.com"},
		{"", "", "not an address like https://api.example.com"},
	}
	for _, tt := range tests {
		got, err := address.Parse(tt.give)
		if err != nil {
			if err.Error() != tt.wantErr {
				t.Errorf("Parse(%q) = %v, want %s", tt.give, err, tt.wantErr)
			}
			continue
		}
		if got.String() != tt.want {
			t.Errorf("Parse(%q) = %s, want %s", tt.give, got, tt.want)
		}
	}
}

func TestParseBase(t *testing.T) {
	if got, err := address.ParseBase("https://example.com/a%2Fb//"); err != nil || got.String() != "https://example.com/a%2Fb" {
		t.Errorf("ParseBase = %s, %v", got, err)
	}
	for _, wrong := range []string{"https://example.com?", "https://example.com?a=b", "https://example.com#f"} {
		if _, err := address.ParseBase(wrong); fmt.Sprint(err) != "an address must have no query or fragment" {
			t.Errorf("ParseBase(%q) = %v", wrong, err)
		}
	}
}
