package cybedefend

import (
	"io"
	"strings"
	"testing"

	"rollcall/pkg/direct"
	"rollcall/pkg/secret"
)

func TestForeign(t *testing.T) {
	const (
		challenge = "a challenge page of a firewall (cf-mitigated)"
		wordless  = "an answer without words, which is not in the service's form"
		denied    = `a page "Access denied", which is not the service's`
		html      = "<html><head><title>Access\n denied</title></head></html>"
		own       = `{"message":"no"}`
	)
	header := func(name, value string) direct.Header { return direct.Header{{Name: name, Value: value}} }
	tests := []struct {
		name   string
		status int
		header direct.Header
		body   string
		wait   bool
		want   string
	}{
		{"no reply", 0, nil, "", false, ""},
		{"101", 101, nil, html, false, ""},
		{"200", 200, nil, own, false, ""},
		{"200 without a body", 200, nil, "", false, ""},
		{"200 with a page", 200, nil, html, false, denied},
		{"200 under the type of a page", 200, header("Content-Type", "text/html"), "signed in", false, `a page "signed in", which is not the service's`},
		{"200 JSON under the type of a page", 200, header("Content-Type", "text/html"), `[]`, false, ""},

		{"redirect", 302, header("Location", "https://login.example/?token=x"), own, false, `a redirect to "login.example", which is not followed`},
		{"redirect on the same host", 307, header("Location", "/login"), "", false, "a redirect, which is not followed"},
		{"304", 304, nil, "", false, "a redirect, which is not followed"},
		{"407", 407, nil, own, false, "the proxy asks for credentials"},
		{"challenge", 403, header("cf-mitigated", "challenge"), html, false, challenge},
		{"challenge in JSON", 403, header("cf-mitigated", "challenge"), own, true, challenge},
		{"challenge as 503", 503, header("cf-mitigated", "challenge"), html, true, challenge},

		{"400 with a page", 400, nil, html, false, denied},
		{"401 with a page", 401, nil, html, false, denied},
		{"404 with a page", 404, header("Content-Type", "text/html; charset=utf-8"), html, false, denied},
		{"404 with XML", 404, header("Content-Type", "application/xml"), "NoSuchKey", false, `a page "NoSuchKey", which is not the service's`},
		{"409 with a page that says nothing", 409, header("Content-Type", "text/html"), "", false, "a page, which is not the service's"},
		{"a page behind white space", 422, nil, " \n<p>no</p>", false, `a page "no", which is not the service's`},
		{"a long title", 404, nil, "<title>" + strings.Repeat("ab ", 99) + "</title>", false, `a page "` + strings.Repeat("ab ", 26) + `a…", which is not the service's`},

		{"403", 403, nil, own, false, ""},
		{"403 in an odd type", 403, header("Content-Type", "text/html"), own, false, ""},
		{"403 without a body", 403, nil, "", false, wordless},
		{"403 in words", 403, nil, "blocked by policy\nmore", false, `an answer "blocked by policy", which is not in the service's form`},
		{"403 that is JSON, but no object", 403, nil, `"blocked"`, false, `an answer "blocked", which is not in the service's form`},
		{"403 with Retry-After", 403, nil, html, true, ""},
		{"405 without a body", 405, nil, "", false, wordless},
		{"405", 405, nil, own, false, ""},
		{"406 of a firewall", 406, nil, "Not Acceptable!", false, `an answer "Not Acceptable!", which is not in the service's form`},
		{"451", 451, nil, "censored", false, `an answer "censored", which is not in the service's form`},
		{"499 without a body", 499, nil, "", false, wordless},
		{"418", 418, nil, own, false, ""},

		{"400 without a body", 400, nil, "", false, ""},
		{"401 without a body", 401, nil, "", false, ""},
		{"404 in words", 404, nil, "404 page not found", false, ""},
		{"409 in words", 409, nil, "exists", false, ""},
		{"410 without a body", 410, nil, "", false, ""},
		{"413 without a body", 413, nil, "", false, ""},
		{"415 without a body", 415, nil, "", false, ""},
		{"422 without a body", 422, nil, "", false, ""},

		{"408 with a page", 408, nil, html, false, ""},
		{"425 with a page", 425, nil, html, false, ""},
		{"429 with a page", 429, nil, html, false, ""},
		{"500 with a page", 500, nil, html, false, ""},
		{"502 with a page", 502, nil, html, false, ""},
		{"503 with a page", 503, nil, html, true, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := foreign(reply{status: test.status, header: test.header, body: []byte(test.body)}, test.wait); got != test.want {
				t.Errorf("foreign = %q, want %q", got, test.want)
			}
		})
	}
}

func TestACutAnswerIsTheServices(t *testing.T) {
	cut := reply{status: 403, body: []byte(`{"message":"Forbidden resource","statusC`), err: io.ErrUnexpectedEOF}
	if got := foreign(cut, false); got != "" {
		t.Errorf("foreign = %q", got)
	}
	cut.body = []byte("blocked by pol")
	if got := foreign(cut, false); got == "" {
		t.Error("words that are cut are the service's")
	}
}

func TestForeignPagesAreQuotedWithoutSecrets(t *testing.T) {
	const token = "eyJhbGciOi.J9.access-secret"
	// The token lies across the place where the title is cut.
	body := "<title>" + strings.Repeat("y", 70) + " ey\u200bJhbGciOi.J9.access-secret \x1b[2J</title>"
	got := foreign(reply{status: 403, body: []byte(body), secrets: secrets{secret.New(token)}}, false)
	if strings.Contains(got, token[:6]) || strings.Contains(got, `\x1b`) || strings.Contains(got, "\x1b") || !strings.Contains(got, "[redact") {
		t.Errorf("foreign = %q", got)
	}
}
