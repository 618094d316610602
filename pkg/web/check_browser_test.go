package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/browsertest"
)

// joinersFile returns the path of a roster with mistakes.
func joinersFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "joiners.csv")
	if err := os.WriteFile(path, []byte(joiners), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A roster is corrected with the keyboard alone: the focus is where the next thing is to be done.
func TestARosterIsCorrectedInABrowser(t *testing.T) {
	s := open(t, sandbox.Options{})
	p := browsertest.Start(t).Page(t)
	p.Open(s.URL + "/")
	p.Upload("#roster", joinersFile(t))
	p.ClickTo(".drop button.primary", "check-3")
	p.ClickTo("#words button", "check-1")
	focused := p.Focused()
	if focused.Name != "E-mail, line 3" || !focused.Ring {
		t.Errorf("the focus is on %s", focused)
	}
	p.Fill(`[name="c.2.email"]`, "bob at example.com")
	p.Press("Enter")
	p.Sees("main", "Still wrong:")
	p.At("check-1")
	if focused := p.Focused(); focused.Name != "E-mail, line 3" {
		t.Errorf("the focus is on %s", focused)
	}
	p.Fill(`[name="c.2.email"]`, "bob@example.com")
	p.Press("Enter")
	p.At("check-0")
	p.Sees("h1", "Nothing is wrong, but 1 row is worth a look")
	if got := browsertest.Evaluate[string](p, "document.activeElement.id"); got != "main" {
		t.Errorf("the focus is on %q", got)
	}
	p.Click("#corrections summary")
	name, content := p.Download(`a[href$="/download"]`)
	if name != "joiners (corrected).csv" || !strings.Contains(string(content), "bob@example.com") {
		t.Errorf("the corrected roster is %s: %s", name, content)
	}
}

// Without a script a roster is checked, corrected and read in another way, too.
func TestARosterIsCorrectedWithoutAScript(t *testing.T) {
	s := open(t, sandbox.Options{})
	p := browsertest.Start(t).Page(t)
	p.NoScript()
	p.Open(s.URL + "/")
	p.ClickTo(`form[action="/rosters/sample"] button`, "check-11")
	p.ClickTo("#words button", "check-7")
	p.ClickTo(`[name="take"]`, "check-6")
	p.Click("details.reading summary")
	p.Choose("#role", "member")
	p.ClickTo("details.reading form button", "check-5")
	p.ClickTo(`.tabs a[href="?show=corrected"]`, "check-5")
	p.ClickTo(`button[name="cell"]`, "check-6")
}

// The pages of a roster fit and read well in every look, and a keyboard gets everywhere.
func TestTheCheckInEveryLook(t *testing.T) {
	s := open(t, sandbox.Options{})
	p := browsertest.Start(t).Page(t)
	at := s.bring(t, "a name that is rather long, as names of files are, and then some.csv", []byte(joiners))
	s.send(t, at+"/cells", "c.2.email", "bob@", "s.2.email", "bob.example.com")
	to, _ := s.send(t, at+"/cells", "c.2.email", "robert@example.com", "s.2.email", "bob.example.com")
	refused := s.bring(t, "refused.csv", []byte("Kontakt,Login,Stufe\nann@example.com,x,member\n"))
	doubtful := s.bring(t, "doubtful.csv", []byte("email,role,active\nann@example.com,member,yes\nbob@example.com,member,no\n"))
	for _, page := range []struct{ address, mark string }{
		{to, "check-3"}, {at + "?show=all&edit=1", "check-3"}, {at + "?show=corrected", "check-3"}, {refused, "refused"}, {doubtful, "check-0"},
	} {
		p.Open(s.URL + page.address)
		p.At(page.mark)
		for _, details := range []string{"details.reading", "#corrections"} {
			if p.Has(details) {
				p.Click(details + " summary")
			}
		}
		p.Picture("check " + page.mark)
		p.Looks(func(string) {
			p.At(page.mark)
			p.Fits()
			p.Axe()
		})
		p.Walk()
		p.Phone(func() { p.Walk() })
		p.Zoom200(p.Fits)
	}
}
