package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/sandbox"
)

// values are what fields hold, which is to be as it is.
var values = regexp.MustCompile(`value="[^"]*"|href="[^"]*"`)

// TestNothingForeignTurnsALine has marks that reorder a line, and control characters, in whatever others name: none of them is
// in what a page shows.
func TestNothingForeignTurnsALine(t *testing.T) {
	const turned = "a\u202eb\u2066c"
	s := open(t, sandbox.Options{Organization: cybedefend.Organization{Name: turned + "\a"}})
	<-s.server.Desk().Looked()
	roster := "/rosters/" + s.put(t, "team.csv", "email,role\nann@example.com,"+turned+"\n"+turned+"@example.com,member\n")
	s.submit(t, roster+"/words", url.Values{"word": {turned}, "field": {"role"}, "role-0": {turned + "d"}})
	pages := []string{"/", "/settings", "/runs", roster, roster + "?show=all", roster + "?q=" + url.QueryEscape(turned), roster + "?said=1"}
	show := func(what, text string) {
		text = values.ReplaceAllString(text, "")
		if at := strings.IndexAny(text, "\u202e\u2066\a"); at >= 0 {
			t.Errorf("%s shows %q", what, text[max(0, at-80):at+40])
		}
	}
	for _, address := range pages {
		status, text := s.get(t, address)
		if status != http.StatusOK {
			t.Errorf("%s is %d", address, status)
		}
		show(address, text)
	}
	for _, form := range []url.Values{{"role": {turned}}, {"team": {turned + ":" + turned}}, {"encoding": {turned}}, {"sheet": {turned}}, {"column-email": {"column:" + turned}}} {
		_, text := s.submit(t, roster+"/reading", form)
		show(form.Encode(), text)
	}
	s.submit(t, "/settings/organization", url.Values{"organization": {turned}})
	<-s.server.Desk().Looked()
	for _, address := range []string{"/", "/settings"} {
		_, text := s.get(t, address)
		show(address+" elsewhere", text)
	}
}
