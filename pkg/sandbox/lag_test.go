package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

// TestListLag changes everything that lists show, and sees the change 15 seconds later.
func TestListLag(t *testing.T) {
	for _, pendingOnly := range []bool{false, true} {
		clock := newClock()
		s := start(t, sandbox.Options{
			Now: clock.Now, PendingOnly: pendingOnly, Lists: sandbox.Lists{Lag: 15 * time.Second},
			Pending: people("old@example.com"), Members: people("mem@example.com", "boss@example.com"),
		})
		see := func(when string, invitations []string, members []string) {
			t.Helper()
			var got []string
			list := s.call(t, "GET", page("invitations", 1, 20), nil).want(t, 200)
			for n := range list.emails("invitations") {
				got = append(got, fmt.Sprint(list.at("invitations", n, "email"), " ", list.at("invitations", n, "status")))
			}
			if diff := cmp.Diff(invitations, got); diff != "" {
				t.Errorf("pendingOnly=%t: invitations %s (-want +got):\n%s", pendingOnly, when, diff)
			}
			got = nil
			list = s.call(t, "GET", page("members", 1, 20), nil).want(t, 200)
			for n := range list.emails("users") {
				got = append(got, fmt.Sprint(list.at("users", n, "email"), " ", list.at("users", n, "role")))
			}
			if diff := cmp.Diff(members, got); diff != "" {
				t.Errorf("pendingOnly=%t: members %s (-want +got):\n%s", pendingOnly, when, diff)
			}
			if total := list.at("totalUsers"); total != float64(len(members)) {
				t.Errorf("total %v %s", total, when)
			}
			admins := strings.Count(strings.Join(members, "\n"), " administrator")
			if total := list.at("totalAdministrators"); total != float64(admins) {
				t.Errorf("%v administrators %s, want %d", total, when, admins)
			}
		}
		caller := "admin@acme.example administrator"
		before := []string{caller, "mem@example.com member", "boss@example.com member"}
		see("at first", []string{"old@example.com pending"}, before)

		ann := s.invite(t, "ann@example.com").want(t, 201)
		if err := s.End("old@example.com", sandbox.Cancelled); err != nil {
			t.Fatal(err)
		}
		members := s.call(t, "GET", page("members", 1, 20), nil)
		s.call(t, "DELETE", home+"/member", map[string]any{"userId": members.at("users", 1, "id")}).want(t, 200)
		s.call(t, "PUT", home+"/member/role", map[string]any{"userId": members.at("users", 2, "id"), "role": "administrator"}).want(t, 200)
		see("at once", []string{"old@example.com pending"}, before)
		s.invite(t, "ann@example.com").want(t, 409) // the service itself knows

		clock.advance(14 * time.Second)
		see("too early", []string{"old@example.com pending"}, before)
		s.call(t, "POST", "/organization/invite/accept", map[string]any{"token": ann.at("token")}).want(t, 200)
		clock.advance(time.Second)
		after := []string{"ann@example.com pending"}
		if !pendingOnly {
			after = append(after, "old@example.com cancelled")
		}
		see("after the lag", after, []string{caller, "boss@example.com administrator"})

		clock.advance(15 * time.Second)
		after = nil
		if !pendingOnly {
			after = []string{"ann@example.com accepted", "old@example.com cancelled"}
		}
		see("at last", after, []string{caller, "boss@example.com administrator", "ann@example.com member"})
	}
}

func TestListLagOrder(t *testing.T) {
	clock := newClock()
	s := start(t, sandbox.Options{Now: clock.Now})
	listed := func() int { return len(s.call(t, "GET", page("invitations", 1, 20), nil).emails("invitations")) }
	s.invite(t, "ann@example.com").want(t, 201)
	if got := listed(); got != 1 {
		t.Errorf("%d invitations are listed without a lag", got)
	}
	s.call(t, "POST", "/sandbox/lists", `{"lag":"15s"}`).want(t, 204)
	if got := listed(); got != 0 {
		t.Errorf("%d invitations are listed within the lag", got)
	}
	s.call(t, "POST", "/sandbox/lists", `{"pageCap":10}`).want(t, 204)
	if got := listed(); got != 0 {
		t.Error("the lag was forgotten when something else changed")
	}
	s.call(t, "POST", "/sandbox/lists", `{"lag":"0s"}`).want(t, 204)
	if got := listed(); got != 1 {
		t.Errorf("%d invitations are listed after the lag was taken back", got)
	}
}
