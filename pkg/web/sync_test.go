package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/pkg/sandbox"
)

// An organization follows a roster as far as somebody has ticked, guards ask for a word of their own, and what is done is the same
// run as any other.
func TestAnOrganizationFollowsARoster(t *testing.T) {
	s := open(t, sandbox.Options{Members: sandbox.Population{People: []sandbox.Person{{Email: "ada@example.com"}, {Email: "bruno@example.com"}}}}).ready(t)
	id := s.put(t, "team & co.csv", "email,role,teams\nada@example.com,manager,\nbruno@example.com,member,Platform\nnew@example.com,member,\n")
	address := "/rosters/" + id + "/sync"
	page := s.until(t, address, "sync")
	has(t, "what differs", page, "1 person will get an e-mail, nothing else changes", "team &amp; co.csv", "is Member, the roster says Manager", "is not in Platform",
		"stays as it is", "new@example.com", `name="apply-roles"`)
	if strings.Contains(page, `name="tick"`) {
		t.Errorf("a guard trips although nothing is changed: %s", page)
	}
	if status, to := s.leads(t, address, url.Values{"apply-roles": {"yes"}, "apply-teams": {"yes"}}); status != http.StatusSeeOther || to != address+"?done" {
		t.Errorf("the choice leads to %d %s", status, to)
	}
	page = s.until(t, address, "sync")
	has(t, "what will be changed", page, "1 person will get an e-mail; other changes: 2", "gets the role of the roster", "is put into the team", `name="tick" value="max-admins"`,
		"More people than you allow would become administrator or manager")
	only := s.shows(t, address+"?show=team_missing", "bruno@example.com")
	if strings.Contains(only, "the roster says Manager") {
		t.Errorf("only one kind is asked for: %s", only)
	}
	if _, to := s.leads(t, "/rosters/"+id+"/runs", url.Values{"kind": {"sync"}, "digest": {digestField.FindStringSubmatch(page)[1]}}); to != address+"?untick=1" {
		t.Errorf("without the tick it leads to %s", to)
	}
	if n := s.service.Counts().Emails; n != 0 {
		t.Fatalf("%d were mailed before anybody has agreed", n)
	}
	form := url.Values{"kind": {"sync"}, "digest": {digestField.FindStringSubmatch(page)[1]}, "tick": {"max-admins"}}
	s.submit(t, "/rosters/"+id+"/runs", form)
	run := s.going(t)
	<-s.server.Desk().Sending().Done()
	s.until(t, run, "results-0")
	if n := s.service.Counts().Emails; n != 1 {
		t.Errorf("%d were mailed, want 1", n)
	}
	s.shows(t, run, `href="`+run+`/changes"`)
	s.shows(t, run+"/changes", "<h1>2 changes were made", "from Member to Manager", "put into Platform as Developer", "done")
	if status, _ := s.get(t, "/runs/nobody/changes"); status != http.StatusNotFound {
		t.Errorf("the changes of an unknown run are %d", status)
	}
	s.shows(t, "/runs", "team &amp; co.csv", `<span class="badge">sync</span>`)
	page = s.until(t, address, "sync")
	has(t, "what is left", page, "Nothing is to be changed", "Everybody who is there already is as the roster has it.")
}

// Whoever quits while a run is under way is asked, the run is stopped as Stop does, and goes on later.
func TestQuitStopsARun(t *testing.T) {
	s := open(t, sandbox.Options{Limit: sandbox.Limit{Rate: 20}}).ready(t)
	id := s.put(t, "team.csv", people(60))
	s.agree(t, id, s.until(t, "/rosters/"+id+"/plan", "plan"))
	run := s.going(t)
	s.mailed(t, 3)
	s.shows(t, "/runs", "under way", `href="`+run+`"`)
	s.shows(t, "/", "under way")
	s.shows(t, "/settings", "A run is under way.")
	if _, to := s.leads(t, "/sandbox", url.Values{"on": {"yes"}}); to != "/settings" || s.server.Desk().Place().Sandbox {
		t.Errorf("the sandbox under a run leads to %s", to)
	}
	s.leads(t, "/settings/organization", url.Values{"organization": {"Nobody"}})
	if s.server.Desk().Place().Organization != "" {
		t.Error("the organization is another one under a run")
	}
	s.leads(t, "/quit", nil)
	s.shows(t, "/quit", "Stop it and quit?", `data-at="quit-sending"`, `href="`+run+`"`)
	select {
	case <-s.server.Desk().Sending().Done():
		t.Fatal("the question has stopped it")
	default:
	}
	s.leads(t, "/quit", url.Values{"sure": {"yes"}})
	s.get(t, "/quit/state")
	s.shows(t, "/quit", "You can close this page")
	<-s.server.Left()
	before := s.service.Counts().Emails
	if before < 3 || before == 60 {
		t.Errorf("%d were mailed before it was stopped", before)
	}
	once(t, s.service, before)
}

// Rosters lie on the first page until somebody removes them, one by one or all at once.
func TestRostersOnTheDesk(t *testing.T) {
	s := open(t, sandbox.Options{}).ready(t)
	one, two := s.put(t, "one.csv", people(1)), s.put(t, "two.csv", people(2))
	s.shows(t, "/", "Rosters you have begun", `href="/rosters/`+one+`">one.csv`, `href="/rosters/`+two+`">two.csv`)
	s.leads(t, "/rosters/"+one+"/remove", nil)
	if page := s.shows(t, "/", "two.csv"); strings.Contains(page, "one.csv") {
		t.Errorf("what was removed is shown: %s", page)
	}
	s.shows(t, "/settings", "Delete 1 roster")
	s.leads(t, "/settings/rosters", nil)
	s.shows(t, "/", "two.csv")
	s.leads(t, "/settings/rosters", url.Values{"sure": {"yes"}})
	if page := s.shows(t, "/"); strings.Contains(page, "two.csv") {
		t.Errorf("what was deleted is shown: %s", page)
	}
}
