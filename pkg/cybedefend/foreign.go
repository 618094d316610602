package cybedefend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"rollcall/pkg/direct"
)

// foreign says in plain words whose reply it is if it isn't the service's, and returns nothing if it is or may be. A reply
// of 2xx counts as foreign if it is a page. wait is set if the reply said when to come again.
func foreign(answer reply, wait bool) string {
	status := answer.status
	switch {
	case status == 0 || status < 200:
		return ""
	case status < 300:
		return page(answer)
	case answer.header.Get("Cf-Mitigated") != "":
		// Cloudflare sets it on its own pages only, see developers.cloudflare.com on detecting a challenge.
		return "a challenge page of a firewall (cf-mitigated)"
	case status < 400:
		return redirect(answer.header)
	case status == http.StatusProxyAuthRequired:
		return "the proxy asks for credentials"
	case status >= 500, anybodys(status), status == http.StatusForbidden && wait:
		return ""
	}
	if text := page(answer); text != "" {
		return text
	}
	if served(status) || fields(answer.body) != nil || answer.err != nil && len(leading(answer.body)) > 0 {
		return ""
	}
	if words := answer.quotable(message(answer.body)); words != "" {
		return fmt.Sprintf("an answer %q, which is not in the service's form", words)
	}
	return "an answer without words, which is not in the service's form"
}

// anybodys reports whether a 4xx means the same whoever sends it.
func anybodys(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return false
}

// served reports whether a 4xx is one that a service gives about the request itself, even without its usual JSON. Others,
// such as 403, 405, 406 or 451, are what firewalls and proxies answer with.
func served(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict, http.StatusGone,
		http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// page names a reply that is a page of HTML or XML, and returns nothing if it is none.
func page(answer reply) string {
	body := bytes.TrimSpace(answer.body)
	contentType, _, _ := strings.Cut(strings.ToLower(answer.header.Get("Content-Type")), ";")
	markup := strings.HasSuffix(strings.TrimSpace(contentType), "html") || strings.HasSuffix(strings.TrimSpace(contentType), "xml")
	// Some frameworks send JSON under the type of a page.
	if !bytes.HasPrefix(body, []byte("<")) && (!markup || json.Valid(body)) {
		return ""
	}
	if title := answer.quotable(plain(string(body))); title != "" {
		return fmt.Sprintf("a page %q, which is not the service's", title)
	}
	return "a page, which is not the service's"
}

// redirect names where a reply sends the caller, without the rest of the address, which can be a secret.
func redirect(header direct.Header) string {
	target, err := url.Parse(header.Get("Location"))
	if err != nil || target.Host == "" {
		return "a redirect, which is not followed"
	}
	return fmt.Sprintf("a redirect to %q, which is not followed", target.Host)
}

// quotable returns the first line of a text of the reply, short enough to stand inside another message.
func (r reply) quotable(text string) string {
	const longest = 80
	return shorten(redact(printable(firstLine(text)), r.secrets[:]...), longest)
}
