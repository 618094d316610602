package sandbox_test

import (
	"testing"
	"time"

	"rollcall/pkg/sandbox"
)

func TestRefusals(t *testing.T) {
	s := start(t, sandbox.Options{
		Refusals: []sandbox.Refusal{
			{Pattern: `@bad\.example$`}, sandbox.Forbid("Ann@example.com"), sandbox.ForbidRole("manager"),
		},
		Pending: people("pending@bad.example"),
	})
	words := func(got answer, want string) {
		t.Helper()
		if got.at("message") != want {
			t.Errorf("got %s, want %s", got.text, want)
		}
	}
	words(s.invite(t, "Bob@Bad.example").want(t, 400), "email is not allowed in this organization")
	words(s.invite(t, "pending@bad.example").want(t, 400), "email is not allowed in this organization")
	forbidden := s.invite(t, "ann@example.com").want(t, 403)
	words(forbidden, "You may not invite Ann@example.com")
	if forbidden.at("statusCode") != 403.0 || forbidden.header.Get("Retry-After") != "" {
		t.Errorf("not the service's own shape: %v %s", forbidden.header, forbidden.text)
	}
	s.invite(t, "joann@example.com").want(t, 201)
	manager := map[string]string{"email": "boss@example.com", "role": "manager"}
	words(s.call(t, "POST", home+"/invite", manager).want(t, 403), "You may not invite a manager")

	s.call(t, "POST", "/sandbox/refuse", `{"pattern":"^late","status":422,"words":"too late"}`).want(t, 204)
	words(s.invite(t, "late@example.com").want(t, 422), "too late")
	s.invite(t, "ann@example.com").want(t, 403)
	for _, body := range []string{``, `{"pattern":"("}`, `{"status":500}`, `{"role":"boss"}`, `{"email":"a@x.io"}`} {
		s.call(t, "POST", "/sandbox/refuse", body).want(t, 400)
	}
	s.call(t, "POST", "/sandbox/refuse-nobody", nil).want(t, 204)
	for _, address := range []string{"late@example.com", "ann@example.com", "bob@bad.example"} {
		s.invite(t, address).want(t, 201)
	}
	s.Reset()
	s.token = s.AccessToken().Reveal()
	s.invite(t, "ann@example.com").want(t, 403)
}

// TestKnownPeopleAreRefused has each status for somebody who is a member or invited.
func TestKnownPeopleAreRefused(t *testing.T) {
	for _, status := range []int{400, 403, 409, 422} {
		s := start(t, sandbox.Options{
			MemberStatus: status, Members: people("mem@example.com"), Pending: people("pen@example.com"),
			Duplicates: map[int]sandbox.Duplicates{
				400: sandbox.Refuse400, 403: sandbox.Refuse403, 409: sandbox.Refuse409, 422: sandbox.Refuse422,
			}[status],
		})
		s.invite(t, "mem@example.com").want(t, status)
		s.invite(t, "pen@example.com").want(t, status)
		if got := s.Counts().Emails; got != 0 {
			t.Errorf("%d e-mails", got)
		}
	}
}

func TestQuota(t *testing.T) {
	for _, test := range []struct {
		give       sandbox.Quota
		status     int
		words      string
		retryAfter string
	}{
		{sandbox.Quota{Number: 2, Per: time.Minute}, 400, "2 invitations per 1 minutes exceeded", ""},
		{sandbox.Quota{Number: 2, Per: 90 * time.Second}, 400, "2 invitations per 90 seconds exceeded", ""},
		{sandbox.Quota{Number: 2, Per: 24 * time.Hour, Status: 429}, 429, "2 invitations per 24 hours exceeded", "86370"},
		{sandbox.Quota{Number: 2, Per: time.Minute, Words: "slow down"}, 400, "slow down", ""},
	} {
		clock := newClock()
		s := start(t, sandbox.Options{Now: clock.Now, TokenLifetime: 48 * time.Hour, Quota: test.give, Pending: people("pen@example.com")})
		s.invite(t, "a@example.com").want(t, 201)
		s.invite(t, "pen@example.com").want(t, 409) // uses nothing up
		clock.advance(30 * time.Second)
		s.invite(t, "b@example.com").want(t, 201)
		refused := s.invite(t, "c@example.com").want(t, test.status)
		if refused.at("message") != test.words || refused.header.Get("Retry-After") != test.retryAfter {
			t.Errorf("%+v: %q %s", test.give, refused.header.Get("Retry-After"), refused.text)
		}
		s.call(t, "GET", "/organizations", nil).want(t, 200)
		clock.advance(test.give.Per - 30*time.Second - 1)
		s.invite(t, "c@example.com").want(t, test.status)
		clock.advance(1)
		s.invite(t, "c@example.com").want(t, 201)
		s.invite(t, "d@example.com").want(t, 201)
		s.invite(t, "e@example.com").want(t, test.status)
	}
}

func TestQuotaOrder(t *testing.T) {
	s := start(t, sandbox.Options{})
	s.invite(t, "a@example.com").want(t, 201)
	s.call(t, "POST", "/sandbox/quota", `{"number":1,"per":"1h","status":429,"words":"enough"}`).want(t, 204)
	s.invite(t, "b@example.com").want(t, 201)
	s.invite(t, "c@example.com").want(t, 429)
	s.call(t, "POST", "/sandbox/quota", `{"number":0}`).want(t, 204)
	s.invite(t, "c@example.com").want(t, 201)
	for _, body := range []string{``, `{"number":1}`, `{"number":-1,"per":"1h"}`, `{"number":1,"per":"1h","status":403}`} {
		s.call(t, "POST", "/sandbox/quota", body).want(t, 400)
	}
}
