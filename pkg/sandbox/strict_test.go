package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/sandbox"
	"rollcall/pkg/secret"
)

const (
	platform = "550e8400-e29b-41d4-a716-446655440000"
	security = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	closed   = "0b0e3b0c-5b0f-4d3a-9d0c-3f1c7f4f9f11"
	stranger = "11111111-2222-4333-8444-555555555555"
	other    = "22222222-2222-4333-8444-555555555555"
)

func TestStrict(t *testing.T) {
	s := start(t, sandbox.Options{
		CallerRole:         cybedefend.Administrator,
		OtherOrganizations: []cybedefend.Organization{{ID: other, Name: "Other"}},
		Teams:              []sandbox.Team{{ID: platform, Name: "Platform"}, {ID: closed, Name: "Closed", Closed: true}},
		Members:            sandbox.Population{People: []sandbox.Person{{Email: "member@acme.example"}}},
		Pending:            sandbox.Population{People: []sandbox.Person{{Email: "pending@acme.example"}}},
	})
	type table = []struct {
		name   string
		method string
		path   string
		body   any
		header []string
		want   int
	}
	invite := func(body string) any { return body }
	good := invite(`{"email":"ann@example.com","role":"member"}`)
	for _, test := range slices.Concat(table{
		{"no token", "GET", "/organizations", nil, []string{"Authorization:"}, 401},
		{"another scheme", "GET", "/organizations", nil, []string{"Authorization: Basic eDp5"}, 401},
		{"wrong token", "GET", "/organizations", nil, []string{"Authorization: Bearer x"}, 401},
		{"PAT as token", "GET", "/organizations", nil, []string{"Authorization: Bearer " + sandbox.DefaultPAT}, 401},
		{"API key", "GET", "/organizations", nil, []string{"X-Api-Key: k"}, 410},
		{"no such call", "GET", "/organization/" + stranger + "/invite", nil, nil, 404},
		{"unknown organization", "GET", "/organization/" + stranger, nil, nil, 404},
		{"forbidden organization", "GET", "/organization/" + other, nil, nil, 403},
		{"organization by name", "GET", "/organization/Acme", nil, nil, 400},
		{"organization in braces", "GET", "/organization/{" + sandbox.DefaultOrganizationID + "}", nil, nil, 400},
		{"unknown query", "GET", "/organizations?page=1", nil, nil, 400},
		{"no page", "GET", home + "/invitations?pageSize=20", nil, nil, 400},
		{"no page size", "GET", home + "/invitations?page=1", nil, nil, 400},
		{"page 0", "GET", page("invitations", 0, 20), nil, nil, 400},
		{"page size 0", "GET", page("members", 1, 0), nil, nil, 400},
		{"page size 21", "GET", page("members", 1, 21), nil, nil, 400},
		{"page twice", "GET", page("members", 1, 20) + "&page=2", nil, nil, 400},
		{"search among invitations", "GET", page("invitations", 1, 20) + "&search=a", nil, nil, 400},
		{"search among members", "GET", page("members", 1, 20) + "&search=a", nil, nil, 200},
		{"far page", "GET", page("members", 1<<62, 20), nil, nil, 200},
	}, table{
		{"no content type", "POST", home + "/invite", good, []string{"Content-Type:"}, 400},
		{"form", "POST", home + "/invite", good, []string{"Content-Type: application/x-www-form-urlencoded"}, 400},
		{"not JSON", "POST", home + "/invite", invite(`email=ann@example.com`), nil, 400},
		{"unknown field", "POST", home + "/invite", invite(`{"email":"ann@example.com","role":"member","name":"Ann"}`), nil, 400},
		{"field in capitals", "POST", home + "/invite", invite(`{"Email":"ann@example.com","role":"member"}`), nil, 400},
		{
			"field in capitals inside", "POST", home + "/invite",
			invite(`{"email":"ann@example.com","role":"member","teamAssignments":[{"teamID":"` + platform + `","role":"developer"}]}`), nil, 400,
		},
		{"two values", "POST", home + "/invite", invite(`{"email":"ann@example.com","role":"member"}{}`), nil, 400},
		{"too large", "POST", home + "/invite", strings.Repeat(" ", 2<<20), nil, 413},
		{"no e-mail", "POST", home + "/invite", invite(`{"role":"member"}`), nil, 400},
		{"bad e-mail", "POST", home + "/invite", invite(`{"email":"ann","role":"member"}`), nil, 400},
		{"e-mail with a name", "POST", home + "/invite", invite(`{"email":"Ann <ann@example.com>","role":"member"}`), nil, 400},
		{"e-mail with a space", "POST", home + "/invite", invite(`{"email":" ann@example.com","role":"member"}`), nil, 400},
		{"e-mail without dot", "POST", home + "/invite", invite(`{"email":"ann@localhost","role":"member"}`), nil, 400},
		{"no role", "POST", home + "/invite", invite(`{"email":"ann@example.com"}`), nil, 400},
		{"bad role", "POST", home + "/invite", invite(`{"email":"ann@example.com","role":"Member"}`), nil, 400},
		{"creator", "POST", home + "/invite", invite(`{"email":"ann@example.com","role":"creator"}`), nil, 400},
		{"beyond the caller", "POST", home + "/invite", invite(`{"email":"ann@example.com","role":"administrator"}`), nil, 403},
		{"bad team id", "POST", home + "/invite", teams("Platform:developer"), nil, 400},
		{"unknown team", "POST", home + "/invite", teams(stranger + ":developer"), nil, 404},
		{"closed team", "POST", home + "/invite", teams(platform+":developer", closed+":developer"), nil, 403},
		{"bad team role", "POST", home + "/invite", teams(platform + ":member"), nil, 400},
		{"team twice", "POST", home + "/invite", teams(platform+":developer", platform+":read_only"), nil, 400},
		{"member", "POST", home + "/invite", invite(`{"email":"Member@Acme.example","role":"member"}`), nil, 409},
		{"pending", "POST", home + "/invite", invite(`{"email":"Pending@Acme.example","role":"member"}`), nil, 409},
		{"good", "POST", home + "/invite", good, []string{"Content-Type: application/json; charset=utf-8"}, 201},
		{"good with team", "POST", home + "/invite", teams(platform + ":developer"), nil, 201},
	}, table{
		{"cancel nonsense", "DELETE", home + "/invitation/x", nil, nil, 400},
		{"cancel a stranger's", "DELETE", home + "/invitation/" + stranger, nil, nil, 404},
		{"accept nonsense", "POST", "/organization/invite/accept", `{"token":"x"}`, nil, 404},
		{"change nobody", "PUT", home + "/member/role", `{"userId":"` + stranger + `","role":"member"}`, nil, 404},
		{"change to nonsense", "PUT", home + "/member/role", `{"userId":"` + stranger + `","role":"boss"}`, nil, 400},
		{"change beyond the caller", "PUT", home + "/member/role", `{"userId":"` + stranger + `","role":"administrator"}`, nil, 403},
		{"remove nonsense", "DELETE", home + "/member", `{"userId":"x"}`, nil, 400},
		{"remove nobody", "DELETE", home + "/member", `{"userId":"` + stranger + `"}`, nil, 404},
		{"remove without body", "DELETE", home + "/member", nil, nil, 400},
	}) {
		t.Run(test.name, func(t *testing.T) {
			got := s.call(t, test.method, test.path, test.body, test.header...).want(t, test.want)
			want := []string{"message", "path", "statusCode", "timestamp"}
			switch {
			case test.want < 300:
				return
			case test.want == 400:
				want = []string{"code", "message", "method", "service", "timestamp"}
			}
			if diff := cmp.Diff(want, fieldsOf(got.body)); diff != "" {
				t.Errorf("fields of the refusal (-want +got):\n%s", diff)
			}
		})
	}
	if got := s.Counts().Emails; got != 2 {
		t.Errorf("%d e-mails after two good invites", got)
	}
}

// teams is an invite with team assignments such as "id:role".
func teams(assignments ...string) any {
	body := cybedefend.Invite{Email: "bob@example.com", Role: cybedefend.Member}
	for _, assignment := range assignments {
		team, role, _ := strings.Cut(assignment, ":")
		body.TeamAssignments = append(body.TeamAssignments,
			cybedefend.TeamAssignment{TeamID: team, Role: cybedefend.TeamRole(role)})
	}
	return body
}

func fieldsOf(body map[string]any) []string {
	names := []string{}
	for name := range body {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestWhoMayInviteWhom(t *testing.T) {
	for caller, want := range map[cybedefend.Role]string{
		sandbox.Creator:           "administrator manager billing_manager member",
		cybedefend.Administrator:  "manager billing_manager member",
		cybedefend.Manager:        "manager member",
		cybedefend.BillingManager: "",
		cybedefend.Member:         "",
	} {
		t.Run(string(caller), func(t *testing.T) {
			s := start(t, sandbox.Options{CallerRole: caller})
			var granted []string
			for _, role := range cybedefend.Roles() {
				got := s.call(t, "POST", home+"/invite", cybedefend.Invite{Email: string(role) + "@example.com", Role: role})
				if got.status == http.StatusCreated {
					granted = append(granted, string(role))
				} else {
					got.want(t, http.StatusForbidden)
				}
			}
			if got := strings.Join(granted, " "); got != want {
				t.Errorf("may invite %q, want %q", got, want)
			}
		})
	}
}

func TestExchange(t *testing.T) {
	good := func() url.Values {
		return url.Values{
			"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
			"client_id":          {"CLI"},
			"subject_token":      {sandbox.DefaultPAT},
			"subject_token_type": {"urn:logto:token-type:personal_access_token"},
			"resource":           {"URL"},
		}
	}
	for _, test := range []struct {
		name, field, value string
		header             []string
		revoked            bool
		want               int
		wantError          string
	}{
		{name: "good", want: 200},
		{name: "resource with a slash", field: "resource", value: "URL/", want: 200},
		{name: "JSON", header: []string{"Content-Type: application/json"}, want: 400, wantError: "invalid_request"},
		{name: "grant", field: "grant_type", value: "password", want: 400, wantError: "unsupported_grant_type"},
		{name: "client", field: "client_id", value: "x", want: 400, wantError: "invalid_client"},
		{name: "resource", field: "resource", value: "https://api-us.cybedefend.com", want: 400, wantError: "invalid_target"},
		{name: "as for a region", field: "region", value: "7o6r9cvvi8um0kisvn7hm", want: 200},
		{name: "as for two regions", field: "region", value: "fm90ay05zohu8fk2q45ms", want: 400, wantError: "invalid_client"},
		{name: "a region's client alone", field: "client_id", value: "7o6r9cvvi8um0kisvn7hm", want: 400, wantError: "invalid_client"},
		{name: "token type", field: "subject_token_type", value: "x", want: 400, wantError: "invalid_request"},
		{name: "unknown", field: "subject_token", value: "pat_x", want: 400, wantError: "invalid_grant"},
		{name: "revoked", revoked: true, want: 401, wantError: "invalid_grant"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, sandbox.Options{})
			if test.revoked {
				s.Revoke()
			}
			apps := s.call(t, "GET", "/client-apps", nil, "Authorization:").want(t, 200)
			form := good()
			if test.field != "" {
				form.Set(test.field, test.value)
			}
			if form.Get("client_id") == "CLI" {
				form.Set("client_id", fmt.Sprint(apps.at("cli", "appId")))
			}
			if test.field == "region" {
				form.Set("client_id", test.value)
				form.Set("resource", "https://api-us.cybedefend.com")
			}
			form.Set("resource", strings.Replace(form.Get("resource"), "URL", s.URL(), 1))
			header := append([]string{"Authorization:", "Content-Type: application/x-www-form-urlencoded"}, test.header...)
			got := s.call(t, "POST", "/oidc/token", form.Encode(), header...).want(t, test.want)
			if test.wantError != "" {
				if got.body["error"] != test.wantError || got.body["error_description"] == "" {
					t.Errorf("got %s, want error %s", got.text, test.wantError)
				}
				return
			}
			if got.body["expires_in"] != 600.0 || got.body["token_type"] != "Bearer" {
				t.Errorf("got %s", got.text)
			}
			s.token = fmt.Sprint(got.at("access_token"))
			s.call(t, "GET", "/user/profile", nil).want(t, 200)
		})
	}
}

func TestExchangeWithResource(t *testing.T) {
	s := start(t, sandbox.Options{Resource: "https://api.example/resource", PAT: secret.New("pat_mine")})
	apps := s.call(t, "GET", "/client-apps", nil)
	if got := apps.body["logtoResource"]; got != "https://api.example/resource" {
		t.Errorf("announced resource %v", got)
	}
}

func TestTokensExpire(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now, TokenLifetime: 600e9})
	clock.advance(599e9)
	s.call(t, "GET", "/organizations", nil).want(t, 200)
	clock.advance(1e9)
	s.call(t, "GET", "/organizations", nil).want(t, 401)

	s.token = s.AccessToken().Reveal()
	s.call(t, "GET", "/organizations", nil).want(t, 200)
	s.ExpireTokens()
	s.call(t, "GET", "/organizations", nil).want(t, 401)
}

func TestTokenAhead(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now, TokenAhead: time.Second, TokenLifetime: time.Minute})
	refused := s.call(t, "GET", "/organizations", nil).want(t, 401)
	if refused.at("message") != "jwt not active" {
		t.Errorf("refused: %s", refused.text)
	}
	clock.advance(time.Second)
	s.call(t, "GET", "/organizations", nil).want(t, 200)
	clock.advance(time.Minute - 1)
	s.call(t, "GET", "/organizations", nil).want(t, 200)
	clock.advance(1)
	s.call(t, "GET", "/organizations", nil).want(t, 401)
}

func TestRefusesOptions(t *testing.T) {
	for name, options := range map[string]sandbox.Options{
		`not a UUID`:                      {Organization: cybedefend.Organization{ID: "acme"}},
		`appears twice`:                   {Teams: []sandbox.Team{{ID: platform, Name: "A"}, {ID: platform, Name: "B"}}},
		`has no name`:                     {Teams: []sandbox.Team{{ID: security}}},
		`"x" is not an e-mail`:            {CallerEmail: "x"},
		`unknown role "boss"`:             {CallerRole: "boss"},
		`"pending2@acme.example" appears`: {Members: people("Pending2@acme.example"), Pending: sandbox.Population{Count: 2}},
		`"A@x.io" appears twice`:          {Members: people("a@x.io"), Pending: people("A@x.io")},
		`negative count -1`:               {Expired: sandbox.Population{Count: -1}},
		`seats: negative count -2`:        {Seats: -2},
		`leaving: negative count -1`:      {Leaving: -1},
		`negative duration -1ns`:          {Latency: -1},
		`negative rate -1`:                {Limit: sandbox.Limit{Rate: -1}},
		`add up to 1.2`:                   {Faults: sandbox.Faults{CutAfter: 0.6, CutBefore: 0.6}},
		`negative probability -1`:         {Faults: sandbox.Faults{Truncate: -1}},
		`status 404 is not a 5xx`:         {Faults: sandbox.Faults{Status: 404}},
		`status 401 is none of 400`:       {MemberStatus: 401},
		`duplicates "maybe"`:              {Duplicates: "maybe"},
		`unknown order "random"`:          {Order: "random"},
		`Retry-After "soon"`:              {Limit: sandbox.Limit{RetryAfter: "soon"}},
		`unknown headers "x"`:             {Limit: sandbox.Limit{Headers: "x"}},
		`resets "weeks"`:                  {Limit: sandbox.Limit{Reset: "weeks"}},
		`spelling "upper"`:                {Spelling: sandbox.Spellings{List: "upper"}},
		`page cap 21`:                     {Lists: sandbox.Lists{PageCap: 21}},
		`page hole: negative`:             {Lists: sandbox.Lists{Hole: sandbox.Hole{Page: -1}}},
		`hidden members: negative`:        {Lists: sandbox.Lists{HiddenMembers: -1}},
		`blank lists "full"`:              {Lists: sandbox.Lists{Blank: "full"}},
		`oddity of lists "x"`:             {Lists: sandbox.Lists{Odd: []sandbox.Oddity{"x"}}},
		`lag of lists: negative`:          {Lists: sandbox.Lists{Lag: -1}},
		`missing closing`:                 {Refusals: []sandbox.Refusal{{Pattern: "("}}},
		`status 500 is not a 4xx`:         {Refusals: []sandbox.Refusal{{Status: 500}}},
		`is no period`:                    {Quota: sandbox.Quota{Number: 1}},
		`token ahead: negative`:           {TokenAhead: -1},
		`faults: unknown kind 99`:         {Faults: sandbox.Faults{Others: map[sandbox.Kind]float64{99: 0.1}}},
		`standing fault: unknown kind 99`: {Standing: sandbox.Standing{Fault: sandbox.Fault{Kind: 99}}},
		`"b@x.io" appears twice`:          {Pending: people("b@x.io"), Accepted: sandbox.Population{People: []sandbox.Person{{Email: "a@x.io", As: "b@x.io"}}}},
		`"boss"`:                          {Members: sandbox.Population{People: []sandbox.Person{{Email: "a@x.io", Role: "boss"}}}},
	} {
		if _, err := sandbox.New(options); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func people(addresses ...string) sandbox.Population {
	var population sandbox.Population
	for _, address := range addresses {
		population.People = append(population.People, sandbox.Person{Email: address})
	}
	return population
}
