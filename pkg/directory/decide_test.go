package directory

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
)

// TestLookUpPays compares the calls of both ways, once a page of the members has been read.
func TestLookUpPays(t *testing.T) {
	tests := []struct {
		people, domains, members int
		want                     bool
	}{
		{0, 0, 0, false},       // the service does not say how many there are
		{1, 0, 0, false},       // nor here
		{0, 0, 20, true},       // nobody is left, and no list has to be seen to its end
		{0, 0, 400, true},      // nor here
		{1, 0, 20, false},      // two calls against the page behind the first
		{1, 0, 40, false},      // two calls either way: the second page, and the one behind it
		{1, 0, 41, true},       // two against three
		{1, 1, 41, false},      // three either way
		{0, 2, 41, true},       // two against three
		{8, 0, 180, false},     // nine either way
		{7, 0, 180, true},      // eight against nine
		{300, 2, 6_060, false}, // 303 either way
		{300, 2, 6_061, true},
		{300, 11, 20_000, true}, // 312 against 1,000
		{MaxPeople, 0, 100_020, false},
		{MaxPeople, 0, 100_021, true},
	}
	for _, tt := range tests {
		if got := lookUpPays(tt.people, tt.domains, tt.members); got != tt.want {
			t.Errorf("lookUpPays(%d people, %d domains, %d members) = %v", tt.people, tt.domains, tt.members, got)
		}
	}
}

func TestStateOf(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		status string
		left   time.Duration
		want   State
	}{
		{"pending", time.Hour, Pending},
		{" PENDING ", time.Hour, Pending},
		{"sent", time.Hour, Pending}, // unknown words count as pending
		{"", time.Hour, Pending},
		{"pending", 0, Expired},
		{"sent", -time.Second, Expired},
		{"EXPIRED", time.Hour, Expired},
		{"Accepted", time.Hour, Ended},
		{"cancelled", -time.Hour, Ended},
		{"CANCELED", time.Hour, Ended},
		{"revoked", time.Hour, Ended},
		{"declined", time.Hour, Ended},
		{"Withdrawn", time.Hour, Ended},
		{"deleted", time.Hour, Ended},
		{"rejected", time.Hour, Ended},
		{"refused", time.Hour, Ended},
		{"completed", time.Hour, Ended},
		{"used", time.Hour, Ended},
		{"joined", -time.Hour, Ended},
	}
	for _, tt := range tests {
		if got := StateOf(cybedefend.Invitation{Status: tt.status, ExpiresAt: now.Add(tt.left)}, now); got != tt.want {
			t.Errorf("StateOf(%q, %s left) = %s, want %s", tt.status, tt.left, got, tt.want)
		}
	}
	if got := StateOf(cybedefend.Invitation{Status: "pending"}, now); got != Pending {
		t.Errorf("an invitation whose end is not known is %s", got)
	}
}

func TestEndedHow(t *testing.T) {
	for status, want := range map[string]string{
		"ACCEPTED": "accepted", "joined": "accepted", "\tcanceled\n": "cancelled", "Revoked": "cancelled", "refused": "declined",
		"expired": "ended", "archived": "ended", "": "ended",
	} {
		if got := EndedHow(status); got != want {
			t.Errorf("EndedHow(%q) = %q, want %q", status, got, want)
		}
	}
}

func TestVeiled(t *testing.T) {
	for address, want := range map[string]bool{
		"ann@x.example": false, "a.n.n@x.example": false, "": true, "null": true, "a***@x.example": true,
		"a•••@x.example": true, "a…@x.example": true, "a...@x.example": true, "ann@…": true,
	} {
		if got := veiled(address); got != want {
			t.Errorf("veiled(%q) = %v", address, got)
		}
	}
}

func TestSupersedes(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	in := func(status string, left time.Duration) cybedefend.Invitation {
		return cybedefend.Invitation{Status: status, ExpiresAt: now.Add(left)}
	}
	tests := []struct {
		name       string
		later, was cybedefend.Invitation
	}{
		{"accepted", in("accepted", time.Hour), in("pending", time.Hour)},
		{"accepted, not renewed", in("accepted", time.Hour), in("pending", 2*time.Hour)},
		{"renewed", in("pending", time.Hour), in("expired", -time.Hour)},
		{"said to be expired", in("expired", time.Hour), in("pending", time.Hour)},
	}
	for _, tt := range tests {
		if !supersedes(tt.later, tt.was, now) || supersedes(tt.was, tt.later, now) {
			t.Errorf("%s: %+v and %+v", tt.name, tt.later, tt.was)
		}
	}
}

func TestOddItemsAreNamedOnce(t *testing.T) {
	var r remarks
	r.oddItems("members", oddPage{1, []string{"member 3 of the page (ann@x.example): the id is a number", "member 4 of the page: nothing"}})
	r.oddItems("members", oddPage{1, []string{"member 4 of the page: nothing"}})
	r.oddItems("members", oddPage{3, []string{"member 1 of the page (ann@x.example): the id is a number"}})
	r.oddItems("members", oddPage{21, []string{"member 4 of the page: nothing"}})
	want := []string{
		"members from number 1 on: member 3 of the page (ann@x.example): the id is a number",
		"members from number 1 on: member 4 of the page: nothing",
		"members from number 21 on: member 4 of the page: nothing",
	}
	if diff := cmp.Diff(want, r.warnings()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range 30 {
		r.oddItems("members", oddPage{i, []string{fmt.Sprintf("member 1 of the page (m%d@x.example): odd", i)}})
	}
	if got := r.warnings(); len(got) != maxOdd+1 || got[maxOdd] != "and 13 more odd items" {
		t.Errorf("%d warnings, the last is %q", len(got), got[len(got)-1])
	}
}

func TestGrantable(t *testing.T) {
	const admin, manager, billing, member = cybedefend.Administrator, cybedefend.Manager, cybedefend.BillingManager, cybedefend.Member
	tests := []struct {
		role  string
		want  []cybedefend.Role
		known bool
	}{
		{"creator", []cybedefend.Role{admin, manager, billing, member}, true},
		{"Administrator", []cybedefend.Role{manager, billing, member}, true},
		{" MANAGER ", []cybedefend.Role{manager, member}, true},
		{"billing_manager", nil, true},
		{"member", nil, true},
		{"", nil, false},
		{"auditor", nil, false},
	}
	for _, tt := range tests {
		got, known := Grantable(tt.role)
		if diff := cmp.Diff(tt.want, got); diff != "" || known != tt.known {
			t.Errorf("Grantable(%q) = %v, %v", tt.role, got, known)
		}
		caller := Caller{Role: tt.role}
		if caller.MayInvite() != (!known || len(got) > 0) {
			t.Errorf("a caller with role %q may invite: %v", tt.role, caller.MayInvite())
		}
		if may := caller.MayGrant(admin); may != (tt.role == "creator" || !known) {
			t.Errorf("a caller with role %q may make administrators: %v", tt.role, may)
		}
	}
}

func TestCallerOf(t *testing.T) {
	profile := cybedefend.Profile{
		ID: "u1", Email: "ann@x.example",
		Organizations: []cybedefend.Membership{{ID: "o1", Role: "member"}, {ID: "O2", Role: "Manager"}, {ID: "o4", Seats: 5}},
		Subscription:  cybedefend.Subscription{Seats: 25},
	}
	for organization, want := range map[string]Caller{
		"o2": {ID: "u1", Email: "ann@x.example", Role: "Manager", Seats: 25},
		"o4": {ID: "u1", Email: "ann@x.example", Seats: 5}, // its own subscription
		"o3": {ID: "u1", Email: "ann@x.example", Seats: 25},
	} {
		if got := CallerOf(profile, organization); got != want {
			t.Errorf("CallerOf(%s) = %+v, want %+v", organization, got, want)
		}
	}
	if got := CallerOf(cybedefend.Profile{}, "o1"); got != (Caller{}) {
		t.Errorf("an empty profile tells %+v", got)
	}
}
