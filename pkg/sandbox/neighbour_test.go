package sandbox_test

import (
	"fmt"
	"testing"

	"rollcall/pkg/sandbox"
)

// TestNeighbours invites to three organizations of one service, and looks at each of them.
func TestNeighbours(t *testing.T) {
	s := start(t, sandbox.Options{Organizations: 3, Limit: sandbox.Limit{Rate: 0.001, Burst: 19}})
	list := s.call(t, "GET", "/organizations", nil).want(t, 200)
	me := s.call(t, "GET", "/user/profile", nil).want(t, 200).at("id")
	var homes, teams []string
	for n, name := range []string{"Acme", "Acme 2", "Acme 3"} {
		if got := list.at("organizations", n, "name"); got != name {
			t.Fatalf("organization %d is called %v", n, got)
		}
		at := "/organization/" + fmt.Sprint(list.at("organizations", n, "id"))
		homes = append(homes, at)
		if got := s.call(t, "GET", at, nil).want(t, 200).at("name"); got != name {
			t.Errorf("%s is called %v", name, got)
		}
		if got := s.call(t, "GET", at+"/members?page=1&pageSize=20", nil).at("users", 0, "id"); got != me {
			t.Errorf("the caller is %v in %s, and %v elsewhere", got, name, me)
		}
		teams = append(teams, fmt.Sprint(s.call(t, "GET", at+"/teams", nil).want(t, 200).at("teams", 0, "id")))
	}
	ada := map[string]any{"email": "ada@acme.example", "role": "member"}
	made := s.call(t, "POST", homes[1]+"/invite", ada).want(t, 201)
	s.call(t, "POST", homes[1]+"/invite", ada).want(t, 409)
	s.call(t, "POST", homes[2]+"/invite", ada).want(t, 201)
	s.call(t, "DELETE", homes[0]+"/invitation/"+fmt.Sprint(made.at("id")), nil).want(t, 404)
	if made.at("organizationId") == sandbox.DefaultOrganizationID {
		t.Error("the invitation is to the first organization")
	}
	// A team is one organization's.
	s.call(t, "POST", "/team/"+teams[1]+"/member", map[string]any{"userId": me, "role": "developer"}).want(t, 200)
	for n, team := range teams {
		if got := len(roster(t, s, team)); got != n%2 {
			t.Errorf("%d people are in the team of organization %d", got, n)
		}
	}
	counts := s.Counts()
	if counts.Emails != 2 || counts.MailedTwice != 0 || counts.Requests[sandbox.Invite] != 3 {
		t.Errorf("%+v", counts)
	}
	// All of them have the limit in common, which is used up by now.
	for _, at := range homes {
		s.call(t, "GET", at, nil).want(t, 429)
	}
	s.Reset()
	if got := s.Counts().Emails; got != 0 {
		t.Errorf("%d e-mails after a reset", got)
	}
}
