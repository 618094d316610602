package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/sandbox"
)

// statuses are those in the list of invitations, by address.
func (s *service) statuses(t *testing.T) map[string]string {
	t.Helper()
	list := s.call(t, http.MethodGet, page("invitations", 1, 20), nil).want(t, 200)
	got := map[string]string{}
	for n, address := range list.emails("invitations") {
		got[address] = fmt.Sprint(list.at("invitations", n, "status"))
	}
	return got
}

func (s *service) memberNames(t *testing.T) []string {
	t.Helper()
	return s.call(t, http.MethodGet, page("members", 1, 20), nil).want(t, 200).emails("users")
}

func TestEndedFromTheBeginning(t *testing.T) {
	for _, pendingOnly := range []bool{false, true} {
		s := start(t, sandbox.Options{
			PendingOnly: pendingOnly,
			Pending:     sandbox.Population{Count: 1}, Declined: sandbox.Population{Count: 1},
			Cancelled: sandbox.Population{Count: 1}, Dropped: sandbox.Population{Count: 1},
			Accepted: sandbox.Population{Count: 1, People: []sandbox.Person{{Email: "ann@example.com", As: "ann@home.example", Role: "manager"}}},
		})
		want := map[string]string{"pending1@acme.example": "pending"}
		if !pendingOnly {
			want = map[string]string{
				"pending1@acme.example": "pending", "declined1@acme.example": "declined", "cancelled1@acme.example": "cancelled",
				"accepted1@acme.example": "accepted", "ann@example.com": "accepted",
			}
		}
		if diff := cmp.Diff(want, s.statuses(t)); diff != "" {
			t.Errorf("pendingOnly=%t: list (-want +got):\n%s", pendingOnly, diff)
		}
		members := []string{"admin@acme.example", "private-accepted1@acme.example", "ann@home.example"}
		if diff := cmp.Diff(members, s.memberNames(t)); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
		for _, address := range []string{"declined1@acme.example", "cancelled1@acme.example", "dropped1@acme.example", "ann@example.com"} {
			s.invite(t, address).want(t, 201)
		}
		s.invite(t, "ann@home.example").want(t, 409)
		if got := s.Counts().Emails; got != 4 {
			t.Errorf("%d e-mails", got)
		}
	}
}

func TestEndingOrders(t *testing.T) {
	for order, want := range map[string]string{"decline": "declined", "cancel": "cancelled", "drop": "", "accept-as": "accepted"} {
		t.Run(order, func(t *testing.T) {
			s := start(t, sandbox.Options{Members: people("mem@example.com")})
			invited := s.invite(t, "Ann@example.com").want(t, 201)
			tell := func(body string, status int) { t.Helper(); s.call(t, "POST", "/sandbox/"+order, body).want(t, status) }
			tell(`{"email":"bob@example.com"}`, 400)
			tell(`{"email":"mem@example.com"}`, 400)
			tell(`{"name":"ann@example.com"}`, 400)
			members := []string{"admin@acme.example", "mem@example.com"}
			if order == "accept-as" {
				tell(`{"email":"ann@example.com","as":"mem@example.com"}`, 400)
				tell(`{"email":"ann@example.com","as":"nobody"}`, 400)
				tell(`{"email":"ann@example.com","as":"ann@home.example"}`, 204)
				members = append(members, "ann@home.example")
			} else {
				tell(`{"email":"ann@example.com"}`, 204)
			}
			tell(`{"email":"ann@example.com"}`, 400)
			if got := s.statuses(t)["Ann@example.com"]; got != want {
				t.Errorf("status %q, want %q", got, want)
			}
			if diff := cmp.Diff(members, s.memberNames(t)); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			s.call(t, "POST", "/organization/invite/accept", map[string]any{"token": invited.at("token")}).
				want(t, map[bool]int{true: 404, false: 410}[order == "drop"])
			s.invite(t, "ann@example.com").want(t, 201)
		})
	}
}

func TestAcceptUnderTheSameAddress(t *testing.T) {
	s := start(t, sandbox.Options{})
	s.invite(t, "ann@example.com").want(t, 201)
	if err := s.AcceptAs("Ann@example.com", ""); err != nil {
		t.Fatal(err)
	}
	if got := s.memberNames(t); !slices.Contains(got, "Ann@example.com") {
		t.Errorf("members %v", got)
	}
	if err := s.End("ann@example.com", "lost"); err == nil {
		t.Error("an unknown ending was accepted")
	}
}
