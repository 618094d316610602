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
	if n := s.service.Counts().Emails; n != 1 {
		t.Errorf("%d were mailed, want 1", n)
	}
}
