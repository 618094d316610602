package sandbox_test

import (
	"fmt"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/sandbox"
)

// roster returns the members of a team as the service lists them, by address.
func roster(t *testing.T, s *service, team string) map[string]string {
	t.Helper()
	list := s.call(t, "GET", "/team/"+team+"/members?page=1&pageSize=20", nil).want(t, 200)
	users, ok := list.body["users"].([]any)
	if !ok {
		t.Fatalf("no list of users: %s", list.text)
	}
	roles := map[string]string{}
	for n := range users {
		roles[fmt.Sprint(list.at("users", n, "email"))] = fmt.Sprint(list.at("users", n, "role"))
	}
	return roles
}

func TestTeams(t *testing.T) {
	s := start(t, sandbox.Options{
		Members: people("ann@acme.example", "bob@acme.example"),
		Teams:   []sandbox.Team{{ID: platform, Name: "Platform"}, {ID: closed, Name: "Closed", Closed: true}},
	})
	id := func(search string) string {
		return fmt.Sprint(s.call(t, "GET", page("members", 1, 20)+"&search="+search, nil).at("users", 0, "id"))
	}
	ann, bob := id("ann@"), id("bob@")
	change := func(user, role string) map[string]any { return map[string]any{"userId": user, "role": role} }
	path := "/team/" + platform + "/member"
	steps := []struct {
		name, method, path string
		body               any
		want               int
		there              map[string]string
	}{
		{"nobody is there", "DELETE", path, map[string]any{"userId": ann}, 404, map[string]string{}},
		{"a manager", "POST", path, change(ann, "team_manager"), 200, map[string]string{"ann@acme.example": "team_manager"}},
		{"twice", "POST", path, change(ann, "developer"), 409, map[string]string{"ann@acme.example": "team_manager"}},
		{"the last manager stays one", "PUT", path + "/role", change(ann, "developer"), 403, map[string]string{"ann@acme.example": "team_manager"}},
		{"the last manager stays", "DELETE", path, map[string]any{"userId": ann}, 403, map[string]string{"ann@acme.example": "team_manager"}},
		{"a second one", "POST", path, change(bob, "team_manager"), 200, map[string]string{"ann@acme.example": "team_manager", "bob@acme.example": "team_manager"}},
		{"another role", "PUT", path + "/role", change(ann, "read_only"), 200, map[string]string{"ann@acme.example": "read_only", "bob@acme.example": "team_manager"}},
		{"out", "DELETE", path, map[string]any{"userId": ann}, 200, map[string]string{"bob@acme.example": "team_manager"}},
		{"a role of nobody in it", "PUT", path + "/role", change(ann, "developer"), 404, map[string]string{"bob@acme.example": "team_manager"}},
		{"an unknown role", "POST", path, change(ann, "member"), 400, map[string]string{"bob@acme.example": "team_manager"}},
		{"nobody's id", "POST", path, change(stranger, "developer"), 404, map[string]string{"bob@acme.example": "team_manager"}},
		{"no id", "POST", path, change("ann", "developer"), 400, map[string]string{"bob@acme.example": "team_manager"}},
		{"a team that is closed", "POST", "/team/" + closed + "/member", change(ann, "developer"), 403, map[string]string{"bob@acme.example": "team_manager"}},
		{"no team", "POST", "/team/" + stranger + "/member", change(ann, "developer"), 404, map[string]string{"bob@acme.example": "team_manager"}},
		{"out of the organization", "DELETE", home + "/member", map[string]any{"userId": bob}, 200, map[string]string{}},
	}
	for _, step := range steps {
		s.call(t, step.method, step.path, step.body).want(t, step.want)
		if got := roster(t, s, platform); fmt.Sprint(got) != fmt.Sprint(step.there) {
			t.Errorf("%s: the team has %v, want %v", step.name, got, step.there)
		}
	}
}

func TestAnAcceptedInvitationPutsIntoTeams(t *testing.T) {
	s := start(t, sandbox.Options{})
	made := s.call(t, "POST", home+"/invite", teams(platform+":read_only")).want(t, 201)
	if got := roster(t, s, platform); len(got) != 0 {
		t.Errorf("in the team before: %v", got)
	}
	s.call(t, "POST", "/organization/invite/accept", map[string]any{"token": made.at("token")}).want(t, 200)
	if got := roster(t, s, platform); len(got) != 1 || got["bob@example.com"] != "read_only" {
		t.Errorf("in the team after: %v", got)
	}
}

func TestACreatedTeamHasItsCreator(t *testing.T) {
	s := start(t, sandbox.Options{})
	body := map[string]any{"name": "Night Watch", "description": "Who is there at night"}
	id := fmt.Sprint(s.call(t, "POST", home+"/team", body).want(t, 200).at("teamId"))
	s.call(t, "POST", home+"/team", body).want(t, 409)
	s.call(t, "POST", home+"/team", map[string]any{"name": "Days", "description": " "}).want(t, 400)
	if got := roster(t, s, id); len(got) != 1 || got[sandbox.DefaultCallerEmail] != "team_manager" {
		t.Errorf("the team has %v", got)
	}
	profile := s.call(t, "GET", "/user/profile", nil)
	if got := profile.at("myOrganizations", 0, "myTeams", 0); got != id {
		t.Errorf("the caller's first team is %v", got)
	}
	invited := s.call(t, "POST", home+"/invite", teams(id+":developer"))
	invited.want(t, 201)
	for someone := range s.Invited() {
		if len(someone.Teams) != 1 || someone.Teams[0].TeamID != id {
			t.Errorf("%s is invited to %v", someone.Email, someone.Teams)
		}
	}
}

func TestTeamListsLag(t *testing.T) {
	now := time.Now()
	s := start(t, sandbox.Options{Members: people("ann@acme.example"), Now: func() time.Time { return now }, Lists: sandbox.Lists{Lag: time.Minute}})
	ann := s.call(t, "GET", page("members", 1, 20)+"&search=ann@", nil).at("users", 0, "id")
	s.call(t, "POST", "/team/"+platform+"/member", map[string]any{"userId": ann, "role": "developer"}).want(t, 200)
	if got := roster(t, s, platform); len(got) != 0 {
		t.Errorf("the list shows at once: %v", got)
	}
	now = now.Add(2 * time.Minute)
	if got := roster(t, s, platform); got["ann@acme.example"] != string(cybedefend.Developer) {
		t.Errorf("the list shows late: %v", got)
	}
}

func TestTeamsAreDescribedAnewAndDeleted(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now, Members: people("ann@acme.example")})
	before := s.call(t, "GET", home+"/team/"+platform, nil).want(t, 200)
	if before.at("name") != "Platform" || before.at("createdAt") != before.at("updatedAt") {
		t.Errorf("the team is %s", before.text)
	}
	clock.advance(time.Minute)
	words := map[string]any{"name": "Ground", "description": "Whatever all stand on"}
	changed := s.call(t, "PUT", "/team/"+platform, words).want(t, 200)
	if changed.at("updatedTeam", "name") != "Ground" || changed.at("updatedTeam", "updatedAt") == before.at("updatedAt") {
		t.Errorf("changed to %s", changed.text)
	}
	s.call(t, "PUT", "/team/"+platform, words).want(t, 200) // its name is its own
	s.call(t, "PUT", "/team/"+security, words).want(t, 409)
	s.call(t, "PUT", "/team/"+platform, map[string]any{"name": "Ground"}).want(t, 400)
	s.call(t, "PUT", "/team/"+stranger, words).want(t, 404)

	ann := s.call(t, "GET", page("members", 1, 20)+"&search=ann@", nil).at("users", 0, "id")
	s.call(t, "POST", "/team/"+platform+"/member", map[string]any{"userId": ann, "role": "developer"}).want(t, 200)
	invited := s.call(t, "POST", home+"/invite", teams(platform+":developer")).want(t, 201)
	s.call(t, "DELETE", "/team/"+platform, nil).want(t, 200)
	s.call(t, "DELETE", "/team/"+platform, nil).want(t, 404)
	s.call(t, "GET", home+"/team/"+platform, nil).want(t, 404)
	s.call(t, "POST", home+"/invite", teams(platform+":developer")).want(t, 404)
	s.call(t, "POST", "/organization/invite/accept", map[string]any{"token": invited.at("token")}).want(t, 200)
	list := s.call(t, "GET", home+"/teams", nil)
	for n := range 3 {
		if list.at("teams", n, "id") == platform {
			t.Errorf("a deleted team is listed: %s", list.text)
		}
	}
	s.call(t, "PUT", "/team/"+security, words).want(t, 200) // the name is free again
}
