package web_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"rollcall/pkg/config"
	"rollcall/pkg/onboard"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/browsertest"
	"rollcall/pkg/web/desk"
)

// rosterFile returns the path of a roster of so many people.
func rosterFile(t *testing.T, name string, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(people(n)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The first page takes a file that is chosen, and one that falls anywhere on it, and weighs little.
func TestARosterIsDroppedInABrowser(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	p := browsertest.Start(t).Page(t)
	if weight := p.FirstView(s.URL + "/"); weight.Requests > 4 || weight.Bytes > 40<<10 { // with the icon, which browsers ask for beside it
		t.Errorf("the first view weighs %+v", weight)
	}
	p.At("start")
	p.Upload("#roster", rosterFile(t, "chosen.csv", 2))
	p.Sees("[data-chosen]", "chosen.csv")
	p.ClickTo(".drop button.primary", "check-0")
	p.Back()
	p.At("start")
	p.Drop("h1", rosterFile(t, "dropped.csv", 3))
	p.At("check-0")
	p.Sees("main", "dropped.csv")
	p.Open(s.URL + "/settings")
	p.At("settings")
	p.Drop("h1", rosterFile(t, "lost.csv", 1))
	p.Sees("h1", "Settings")
	if got := p.URL(); got != s.URL+"/settings" {
		t.Errorf("a file that falls on another page leads to %s", got)
	}
}

// Without a script the first page does all that it does.
func TestTheFirstPageWithoutAScript(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	p := browsertest.Start(t).Page(t)
	p.NoScript()
	p.Open(s.URL + "/")
	p.At("start")
	p.Upload("#roster", rosterFile(t, "plain.csv", 2))
	p.ClickTo(".drop button.primary", "check-0")
	p.Open(s.URL + "/settings")
	p.ClickTo("form[action='/sandbox'] button", "settings")
	p.Sees(".place", "Sandbox")
	p.ClickTo("form[action='/quit'] button", "gone")
}

// Each page of the first step fits and reads well in every look, and a keyboard gets everywhere.
func TestTheFirstPagesInEveryLook(t *testing.T) {
	var o desk.Options
	s := open(t, sandbox.Options{}, func(options *desk.Options) {
		options.Remember = func(context.Context, desk.Place) error { return nil }
		o = *options
	}).ready(t)
	invited(t, &o, "done.csv", "email,role\nada@example.com,member\n", nil)
	invited(t, &o, "needy with a name that is rather long, as names of files are.csv", "email,role\nbruno@example.com,member\nnobody,member\n", nil)
	invited(t, &o, "stopped.csv", "email,role\nchen@example.com,member\ndalia@example.com,member\n", new(1))
	s.put(t, "begun.csv", people(2))
	p := browsertest.Start(t).Page(t)
	for _, page := range []struct{ address, mark string }{{"/", "start"}, {"/runs", "runs"}, {"/runs?q=nothing", "runs"}, {"/settings", "settings"}, {"/quit", "quit"}} {
		p.Open(s.URL + page.address)
		p.At(page.mark)
		p.Looks(func(look string) {
			p.Fits()
			p.Picture(page.mark + "-" + look)
			p.Axe()
		})
		p.Walk()
		p.Zoom200(p.Fits)
	}
	s.leads(t, "/language", url.Values{"language": {"de"}})
	for _, address := range []string{"/", "/settings"} {
		p.Open(s.URL + address)
		p.Phone(func() { p.Fits(); p.Picture("de" + filepath.Base(address)) })
	}
}

// What is in the way is read well, too, and one click leads into the sandbox.
func TestAMissingTokenInABrowser(t *testing.T) {
	s := open(t, sandbox.Options{}, func(o *desk.Options) {
		dial := o.Dial
		o.Dial = func(ctx context.Context, p desk.Place) (onboard.Endpoint, error) {
			if p.Token.Empty() && !p.Sandbox {
				return onboard.Endpoint{}, &config.Error{Err: config.ErrNoCredentials}
			}
			return dial(ctx, p)
		}
	}).ready(t)
	p := browsertest.Start(t).Page(t)
	p.Open(s.URL + "/")
	p.At("start")
	p.Sees("#trouble", "An access token is missing")
	p.Looks(func(look string) { p.Fits(); p.Picture("missing-" + look); p.Axe() })
	p.ClickTo("a.primary", "settings")
	p.Fill("#pat", "pat_sandbox_0000000000000000")
	p.ClickTo("form[action='/settings/token'] button", "settings")
	p.Sees(".place", "Acme") // the page is read again once the service has answered
	p.Sees("main", "typed in")
	p.Open(s.URL + "/")
	p.ClickTo("form[action='/sandbox'] button", "start")
	p.Sees(".place", "Sandbox: mails nobody")
}
