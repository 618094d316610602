package cybedefend

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestMessage(t *testing.T) {
	tests := []struct{ name, give, want string }{
		{"empty", "", ""},
		{"400 of the page", `{"timestamp":"t","service":"s","method":"m","message":"email must be an email","code":400}`, "email must be an email"},
		{"403 of the page", `{"message":"Forbidden resource","statusCode":403,"timestamp":"t","path":"/p"}`, "Forbidden resource"},
		{"list", `{"message":["email must be an email"," role is wrong"],"error":"Bad Request"}`, "email must be an email; role is wrong"},
		{"nested", `{"message":{"message":"inner","code":1}}`, "inner"},
		{"identity provider", `{"code":"oidc.invalid_grant","error":"invalid_grant","message":"grant","error_description":"expired"}`, "expired"},
		{"error", `{"code":"c","error":"invalid_grant"}`, "invalid_grant"},
		{"code", `{"code":"c"}`, "c"},
		{"code that is a number", `{"code":400}`, ""},
		{"blank and null are passed over", `{"message":" ","error_description":null,"error":"e"}`, "e"},
		{"text in JSON", `"just text"`, "just text"},
		{"list in JSON", `["a","b"]`, "a; b"},
		{"deep", `[[[["too deep"]]]]`, ""},
		{"text", "upstream timed out\nsecond line", "upstream timed out"},
		{"text in brackets", "[error] upstream timed out", "[error] upstream timed out"},
		{"cut", `{"token":"abc123abc123","message":"bad gateway","id":"1`, "bad gateway"},
		{"cut before any words", `{"token":"abc123`, ""},
		{"cut text", `"abc123abc`, ""},
		{"cut lists", `[[{"token":"abc123`, ""},
		{"followed by something", `{"token":"abc123","error":"conflict"}` + "\n{}", "conflict"},
		{"an address with a token", `{"message":"open https://x.example/accept?token=abc123&b=1"}`, "open https://x.example/accept?token=[redacted]&b=1"},
		{"JSON behind a text", `upstream said {"access_token": "abc123"}`, `upstream said {"access_token": "[redacted]"}`},
		{"words about a token", `{"message":"Invalid token: malformed"}`, "Invalid token: malformed"},
		{"page with a title", "<html><head><title>502\n Bad &amp; Gateway</title></head><body>x</body></html>", "502 Bad & Gateway"},
		{"page without", "<style>p{}</style><!-- c --><script>var x</script>\n<p>Try <b>later</b></p>\n<p>more", "Try later"},
		{"broken page", "<", ""},
		{"terminal control", "{\"message\":\"a\\u001b[31mb\\u202ec\\r\\nd\"}", "a[31mbc d"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := clean(message([]byte(test.give))); got != test.want {
				t.Errorf("message = %q, want %q", got, test.want)
			}
		})
	}
}

// TestWords holds what is shown of a reply that may hold the token of an invitation.
func TestWords(t *testing.T) {
	tests := []struct{ name, give, want string }{
		{"an explanation", `{"id":"1","message":"will be sent soon"}`, "will be sent soon"},
		{"an address in it", `{"message":"Invitation 12 was sent to a.b+c@x.example"}`, "Invitation 12 was sent to a.b+c@x.example"},
		{"a link in it", `{"message":"open https://x.example/accept/abc123abc123"}`, "open [redacted]"},
		{"a token in it", `{"message":"use abc123abc123 soon"}`, "use [redacted] soon"},
		{"a token deeper down", `{"invitation":{"token":"abc123abc123"},"error":"abc123abc123"}`, "[redacted]"},
		{"a code", `{"code":"abc123abc123"}`, ""},
		{"a sentence", "Queued.", "Queued."},
		{"a sentence in JSON", `"Queued."`, "Queued."},
		{"a token", "abc123abc123", ""},
		{"a token in JSON", `"abc123abc123"`, ""},
		{"cut", `{"token":"abc123abc123`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := clean(words([]byte(test.give))); got != test.want {
				t.Errorf("words = %q, want %q", got, test.want)
			}
		})
	}
}

func TestMessageIsShort(t *testing.T) {
	got := clean(message([]byte(`{"message":"` + strings.Repeat("ü", 5000) + `"}`)))
	if n := utf8.RuneCountInString(got); n != messageRunes || !strings.HasSuffix(got, "…") {
		t.Errorf("%d runes: %s", n, got)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"message":["a",{"error":"b"}]}`))
	f.Add([]byte("<title>x</title>"))
	f.Add([]byte("\xff\x00\u202e"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got := clean(message(body))
		if utf8.RuneCountInString(got) > messageRunes || strings.ContainsFunc(got, unicode.IsControl) || !utf8.ValidString(got) {
			t.Errorf("message = %q", got)
		}
	})
}
