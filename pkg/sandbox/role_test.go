package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"

	"rollcall/pkg/sandbox"
)

func TestRemovalsWithoutEffect(t *testing.T) {
	s := start(t, sandbox.Options{Members: sandbox.Population{Count: 1}})
	remove := func() (left int) {
		id := fmt.Sprint(s.call(t, http.MethodGet, page("members", 1, 20), nil).want(t, 200).at("users", 1, "id"))
		s.call(t, http.MethodDelete, "/organization/"+sandbox.DefaultOrganizationID+"/member", map[string]any{"userId": id}).want(t, 200)
		return len(s.call(t, http.MethodGet, page("members", 1, 20), nil).want(t, 200).emails("users"))
	}
	s.KeepMembers(true)
	if left := remove(); left != 2 {
		t.Errorf("%d are left of two, although nobody leaves", left)
	}
	s.KeepMembers(false)
	if left := remove(); left != 1 {
		t.Errorf("%d are left of two, and one was removed", left)
	}
}

func TestRolesByOrder(t *testing.T) {
	s := start(t, sandbox.Options{Members: sandbox.Population{Count: 1}})
	role := func() string {
		return fmt.Sprint(s.call(t, http.MethodGet, page("members", 1, 20), nil).want(t, 200).at("users", 1, "role"))
	}
	id := fmt.Sprint(s.call(t, http.MethodGet, page("members", 1, 20), nil).want(t, 200).at("users", 1, "id"))
	change := func(to string) {
		t.Helper()
		s.call(t, http.MethodPut, "/organization/"+sandbox.DefaultOrganizationID+"/member/role", map[string]any{"userId": id, "role": to}).want(t, 200)
	}
	if err := s.SetRole("Member1@acme.example", "Billing-Manager"); err != nil || role() != "Billing-Manager" {
		t.Errorf("SetRole = %v, the role is %s", err, role())
	}
	s.KeepRoles(true)
	if change("manager"); role() != "Billing-Manager" {
		t.Errorf("a role that is kept is %s", role())
	}
	s.KeepRoles(false)
	if change("manager"); role() != "manager" {
		t.Errorf("a changed role is %s", role())
	}
	if err := s.SetRole("nobody@acme.example", "member"); err == nil {
		t.Error("a stranger got a role")
	}
}
