package web_test

import (
	"testing"

	"rollcall/pkg/sandbox"
	"rollcall/pkg/web/browsertest"
)

// A person ticks what may change, reads what will, agrees, and sees what has come of it.
func TestARosterIsFollowedInABrowser(t *testing.T) {
	s := open(t, sandbox.Options{Members: sandbox.Population{People: []sandbox.Person{{Email: "ada@example.com"}, {Email: "bruno@example.com"}}}}).ready(t)
	id := s.put(t, "team.csv", "email,role,teams\nada@example.com,manager,\nbruno@example.com,member,Platform\nnew@example.com,member,\n")
	p := browsertest.Start(t).Page(t)
	p.Open(s.URL + "/rosters/" + id + "/sync")
	p.At("sync")
	p.Click("input[name=apply-roles]")
	p.Click(".choices button")
	p.Sees("h1", "other changes: 1")
	p.At("sync")
	p.Looks(func(look string) { p.Fits(); p.Picture("sync-" + look); p.Axe() })
	p.Walk()
	p.Click("input[name=tick]")
	p.ClickTo("#go", "results-0")
	p.ClickTo("main a[href$='/changes']", "made")
	p.Looks(func(look string) { p.Fits(); p.Picture("made-" + look); p.Axe() })
	if n := s.service.Counts().Emails; n != 1 {
		t.Errorf("%d were mailed, want 1", n)
	}
}

// Whoever quits while people are being invited is asked first, and in the end reads that the page can be closed.
func TestQuittingARunInABrowser(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 20}}).ready(t)
	id := s.put(t, "team.csv", people(60))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	s.going(t)
	s.mailed(t, 2)
	p := browsertest.Start(t).Page(t)
	p.Open(s.URL + "/settings")
	p.ClickTo("form[action='/quit'] button", "quit-sending")
	p.Looks(func(look string) { p.Fits(); p.Picture("quit-sending-" + look); p.Axe() })
	p.ClickTo("main a.button", "live")
	p.ClickTo("form[action='/quit'] button", "quit-sending")
	p.Click("main button.danger")
	p.At("gone") // by way of the page that waits, which is read again by itself
	p.Sees("h1", "You can close this page")
	once(t, s.service, s.service.Counts().Emails)
	if n := s.service.Counts().Emails; n == 60 {
		t.Error("the run was not stopped")
	}
}
