package sandbox_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/sandbox"
)

func TestInvite(t *testing.T) {
	s := start(t, sandbox.Options{Now: newClock().Now, InvitationLifetime: time.Hour})
	want := cybedefend.Invite{
		Email: "Ann@Example.com", Role: cybedefend.BillingManager,
		TeamAssignments: []cybedefend.TeamAssignment{
			{TeamID: security, Role: cybedefend.ReadOnly}, {TeamID: platform, Role: cybedefend.TeamManager},
		},
	}
	created := s.call(t, "POST", home+"/invite", want).want(t, http.StatusCreated).body
	for _, name := range []string{"id", "token"} {
		if _, err := uuid.Parse(fmt.Sprint(created[name])); err != nil {
			t.Errorf("%s %q: %v", name, created[name], err)
		}
	}
	if created["id"] == created["token"] {
		t.Error("the token can be read off the id")
	}
	listed := s.call(t, "GET", page("invitations", 1, 20), nil).want(t, 200).body
	if diff := cmp.Diff(map[string]any{
		"organizationId": sandbox.DefaultOrganizationID, "invitations": []any{created},
	}, listed); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	delete(created, "id")
	delete(created, "token")
	if diff := cmp.Diff(map[string]any{
		"email": "Ann@Example.com", "status": "pending", "organizationId": sandbox.DefaultOrganizationID,
		"organizationName": "Acme", "organizationRole": "billing_manager", "expiresAt": "2026-03-01T13:00:00.000Z",
	}, created); diff != "" {
		t.Errorf("invitation (-want +got):\n%s", diff)
	}
	invited := slices.Collect(s.Invited())
	if diff := cmp.Diff([]sandbox.Invited{{Email: want.Email, Role: want.Role, Teams: want.TeamAssignments}}, invited); diff != "" {
		t.Errorf("invited (-want +got):\n%s", diff)
	}
}

func TestDuplicates(t *testing.T) {
	for _, test := range []struct {
		give     sandbox.Duplicates
		want     int
		statuses []string
	}{
		{"", 409, []string{"pending"}},
		{sandbox.Refuse409, 409, []string{"pending"}},
		{sandbox.Refuse400, 400, []string{"pending"}},
		{sandbox.Replace, 201, []string{"pending", "cancelled"}},
		{sandbox.AcceptSecond, 201, []string{"pending", "pending"}},
	} {
		t.Run(string(test.give), func(t *testing.T) {
			s := start(t, sandbox.Options{Duplicates: test.give, MemberStatus: 400, Members: people("mem@example.com")})
			s.invite(t, "ann@example.com").want(t, 201)
			s.invite(t, "ANN@example.com").want(t, test.want)
			s.invite(t, "mem@example.com").want(t, 400)
			var statuses []string
			list := s.call(t, "GET", page("invitations", 1, 20), nil)
			for n := 0; list.at("invitations", n) != nil; n++ {
				statuses = append(statuses, fmt.Sprint(list.at("invitations", n, "status")))
			}
			if diff := cmp.Diff(test.statuses, statuses); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
			var twice []string
			if len(statuses) == 2 {
				twice = []string{"ann@example.com"}
			}
			if diff := cmp.Diff(twice, s.MailedTwice()); diff != "" {
				t.Errorf("mailed twice (-want +got):\n%s", diff)
			}
			if got := s.Counts(); got.MailedTwice != len(twice) || got.Emails != len(statuses) {
				t.Errorf("counted %+v", got)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{
		Now: clock.Now, InvitationLifetime: time.Minute, TokenLifetime: time.Hour,
		Expired: sandbox.Population{Count: 1}, Pending: sandbox.Population{Count: 1},
	})
	s.invite(t, "pending1@acme.example").want(t, 409)
	s.invite(t, "expired1@acme.example").want(t, 201)
	token := s.invite(t, "ann@example.com").want(t, 201).body["token"]
	clock.advance(time.Minute)
	s.call(t, "POST", "/organization/invite/accept", map[string]any{"token": token}).want(t, http.StatusGone)
	s.invite(t, "ann@example.com").want(t, 201)
}

func TestAcceptAndCancel(t *testing.T) {
	for _, pendingOnly := range []bool{false, true} {
		t.Run(fmt.Sprintf("pendingOnly=%t", pendingOnly), func(t *testing.T) {
			s := start(t, sandbox.Options{PendingOnly: pendingOnly})
			ann := s.invite(t, "Ann@example.com").want(t, 201).body
			bob := s.invite(t, "bob@example.com").want(t, 201).body
			s.invite(t, "cid@example.com").want(t, 201)

			accept := map[string]any{"token": ann["token"]}
			got := s.call(t, "POST", "/organization/invite/accept", accept).want(t, 200)
			if got.body["status"] != "accepted" {
				t.Errorf("accepted: %s", got.text)
			}
			s.call(t, "POST", "/organization/invite/accept", accept).want(t, http.StatusGone)
			path := fmt.Sprintf("%s/invitation/%s", home, bob["id"])
			got = s.call(t, "DELETE", path, nil).want(t, 200)
			if got.body["status"] != "cancelled" {
				t.Errorf("cancelled: %s", got.text)
			}
			s.call(t, "DELETE", path, nil).want(t, 400)
			s.invite(t, "ann@example.com").want(t, 409) // a member now

			want := []string{"cid@example.com"}
			if !pendingOnly {
				want = append(want, "bob@example.com", "Ann@example.com")
			}
			listed := s.call(t, "GET", page("invitations", 1, 20), nil).emails("invitations")
			if diff := cmp.Diff(want, listed); diff != "" {
				t.Errorf("list (-want +got):\n%s", diff)
			}
			s.invite(t, "bob@example.com").want(t, 201)
		})
	}
}

func TestMembers(t *testing.T) {
	s := start(t, sandbox.Options{
		CallerEmail: "boss@acme.example", CallerRole: cybedefend.Administrator,
		Members: sandbox.Population{Count: 40, People: []sandbox.Person{{Email: "Zoe@example.com", Role: cybedefend.Manager}}},
	})
	first := s.call(t, "GET", page("members", 1, 20), nil).want(t, 200)
	if got := first.emails("users"); len(got) != 20 || got[0] != "boss@acme.example" || got[1] != "member1@acme.example" {
		t.Errorf("first page: %v", got)
	}
	if b := first.body; b["totalUsers"] != 42.0 || b["totalPages"] != 3.0 || b["totalAdministrators"] != 1.0 {
		t.Errorf("totals: %s", first.text)
	}
	if got := s.call(t, "GET", page("members", 3, 20), nil).emails("users"); len(got) != 2 {
		t.Errorf("last page: %v", got)
	}

	found := s.call(t, "GET", page("members", 1, 20)+"&search=zoe@", nil).want(t, 200)
	if diff := cmp.Diff([]string{"Zoe@example.com"}, found.emails("users")); diff != "" || found.body["totalUsers"] != 1.0 {
		t.Fatalf("search: %s", found.text)
	}
	zoe := found.at("users", 0, "id")
	change := map[string]any{"userId": zoe, "role": "billing_manager"}
	s.call(t, "PUT", home+"/member/role", change).want(t, 200)
	found = s.call(t, "GET", page("members", 1, 20)+"&search=zoe", nil)
	if got := found.at("users", 0, "role"); got != "billing_manager" {
		t.Errorf("role after the change: %v", got)
	}
	s.call(t, "DELETE", home+"/member", map[string]any{"userId": zoe}).want(t, 200)
	s.call(t, "DELETE", home+"/member", map[string]any{"userId": zoe}).want(t, 404)
	s.invite(t, "zoe@example.com").want(t, 201)

	boss := s.call(t, "GET", "/user/profile", nil).want(t, 200).body
	s.call(t, "DELETE", home+"/member", map[string]any{"userId": boss["id"]}).want(t, 403)
}

func TestOrganizationTeamsProfile(t *testing.T) {
	for _, bare := range []bool{false, true} {
		s := start(t, sandbox.Options{
			BareLists:          bare,
			OtherOrganizations: []cybedefend.Organization{{ID: other, Name: "Other"}},
		})
		for path, wrapper := range map[string]string{home + "/teams": "teams", "/organizations": "organizations"} {
			got := s.call(t, "GET", path, nil).want(t, 200)
			if wrapped := got.body[wrapper] != nil; wrapped == bare || bare != (got.text[0] == '[') {
				t.Errorf("bare=%t: %s", bare, got.text)
			}
		}
		if got := s.call(t, "GET", home, nil).want(t, 200).body["name"]; got != "Acme" {
			t.Errorf("organization %v", got)
		}
		profile := s.call(t, "GET", "/user/profile", nil).want(t, 200)
		if profile.at("myOrganizations", 0, "myRole") != "creator" || profile.at("myOrganizations", 1, "id") != other {
			t.Errorf("profile: %s", profile.text)
		}
	}
}

// TestPagesShift reads the list while people are added: newest first, a reader sees somebody twice and misses the
// new ones; oldest first, a reader misses nobody.
func TestPagesShift(t *testing.T) {
	for _, test := range []struct {
		order sandbox.Order
		want  []string
	}{
		{sandbox.NewestFirst, []string{"pending4", "pending3", "pending3", "pending2", "pending1"}},
		{sandbox.OldestFirst, []string{"pending1", "pending2", "pending3", "pending4", "new"}},
	} {
		s := start(t, sandbox.Options{Order: test.order, Pending: sandbox.Population{Count: 4}})
		got := s.call(t, "GET", page("invitations", 1, 2), nil).emails("invitations")
		s.invite(t, "new@acme.example").want(t, 201)
		got = append(got, s.call(t, "GET", page("invitations", 2, 2), nil).emails("invitations")...)
		got = append(got, s.call(t, "GET", page("invitations", 3, 2), nil).emails("invitations")...)
		if more := s.call(t, "GET", page("invitations", 4, 2), nil).emails("invitations"); len(more) > 0 {
			t.Errorf("%s: beyond the end: %v", test.order, more)
		}
		want := []string{}
		for _, name := range test.want {
			want = append(want, name+"@acme.example")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.order, diff)
		}
	}
}

// TestAtOnce invites the same people from many goroutines: one of them wins for each person.
func TestAtOnce(t *testing.T) {
	s := start(t, sandbox.Options{})
	const times, persons = 5, 30
	want := make(map[string]int)
	var group sync.WaitGroup
	for n := range persons {
		want[fmt.Sprintf("p%d@example.com", n)] = 1
		for range times {
			group.Go(func() { s.invite(t, fmt.Sprintf("p%d@example.com", n)) })
		}
		group.Go(func() { s.call(t, "GET", page("invitations", 1, 20), nil) })
		group.Go(func() { s.MailedTwice() })
	}
	group.Wait()
	if diff := cmp.Diff(want, maps.Collect(s.Mails())); diff != "" {
		t.Errorf("e-mails (-want +got):\n%s", diff)
	}
	got := s.Counts()
	if got.Requests[sandbox.Invite] != times*persons || got.Invitations != persons || got.Requests[sandbox.Invitations] != persons {
		t.Errorf("counted %+v", got)
	}
}
