package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

// TestChangesAreCounted counts the calls that change something, and tells of whom that is so more than once.
func TestChangesAreCounted(t *testing.T) {
	s := start(t, sandbox.Options{Members: sandbox.Population{Count: 2}, Pending: sandbox.Population{Count: 1}})
	members := s.call(t, "GET", page("members", 1, 20), nil).want(t, 200)
	give := func(n int, role string) {
		s.call(t, "PUT", home+"/member/role", map[string]any{"userId": members.at("users", n, "id"), "role": role}).want(t, 200)
	}
	cancel := func(status int) {
		list := s.call(t, "GET", page("invitations", 1, 20), nil).want(t, 200)
		s.call(t, "DELETE", fmt.Sprint(home, "/invitation/", list.at("invitations", 0, "id")), nil).want(t, status)
	}
	give(1, "manager")
	give(1, "manager") // which changes nothing any more
	give(2, "manager")
	cancel(200)
	cancel(400)
	if got := s.Counts(); got.RolesChanged != 2 || got.Cancelled != 1 || s.ChangedTwice() != nil {
		t.Errorf("%+v, twice %v", got, s.ChangedTwice())
	}
	give(2, "member")
	s.invite(t, "pending1@acme.example").want(t, 201)
	cancel(200)
	if diff := cmp.Diff([]string{"member2@acme.example", "pending1@acme.example"}, s.ChangedTwice()); diff != "" {
		t.Errorf("changed twice (-want +got):\n%s", diff)
	}
}

// TestChangesOfAllOrganizationsAreCounted changes a role twice in the second of two organizations.
func TestChangesOfAllOrganizationsAreCounted(t *testing.T) {
	s := start(t, sandbox.Options{Organizations: 2, Members: sandbox.Population{Count: 1}})
	at := "/organization/" + s.Organizations()[1].ID
	member := s.call(t, "GET", at+"/members?page=1&pageSize=20", nil).want(t, 200).at("users", 1, "id")
	for _, role := range []string{"manager", "member"} {
		s.call(t, "PUT", at+"/member/role", map[string]any{"userId": member, "role": role}).want(t, 200)
	}
	if diff := cmp.Diff([]string{"member1@acme.example"}, s.ChangedTwice()); diff != "" || s.Counts().RolesChanged != 2 {
		t.Errorf("changed twice (-want +got):\n%s", diff)
	}
}
