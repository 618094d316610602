package directory

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
)

func TestLookUp(t *testing.T) {
	tests := []struct {
		people, members int
		want            bool
	}{
		{1, 0, false},   // the service does not say
		{0, 40, false},  // one call either way
		{1, 60, false},  // two calls either way
		{1, 61, true},   // two calls against three
		{8, 200, false}, // nine calls either way
		{7, 200, true},  // eight against nine
		{100, 2_000, false},
		{98, 2_000, false},
		{97, 2_000, true},
		{MaxLookups, 1_000_000, true},
		{MaxLookups + 1, 1_000_000, false},
	}
	for _, tt := range tests {
		if got := lookUp(tt.people, tt.members); got != tt.want {
			t.Errorf("lookUp(%d people, %d members) = %v", tt.people, tt.members, got)
		}
	}
}

func TestWindowsCoverTheListAndOverlap(t *testing.T) {
	last := whole
	for calls := 2; last.end() < 10_000; calls++ {
		next := overlapping(last)
		page := next.page()
		if (page.Number-1)*page.Size != next.start || page.Size < 1 || page.Size > cybedefend.PageSize {
			t.Fatalf("%+v is not page %+v", next, page)
		}
		if next.start > last.end()-overlap || next.end() <= last.end() {
			t.Fatalf("%+v comes after %+v", next, last)
		}
		if last = next; calls*14 > next.end()+100 {
			t.Fatalf("%d calls for %d items", calls, next.end())
		}
	}
	if got, want := beside(whole), (window{20, 20}); got != want {
		t.Errorf("beside = %+v", got)
	}
}

func TestViews(t *testing.T) {
	at := func(start, size, total int, ids ...string) view { return view{window{start, size}, ids, total} }
	tests := []struct {
		name                 string
		give                 []view
		linked, inPlace, all bool
	}{
		{"one page", []view{at(0, 3, 0, "a", "b")}, true, true, false},
		{"in place", []view{at(0, 3, 0, "a", "b", "c"), at(2, 2, 0, "c", "d")}, true, true, false},
		{"the end within the overlap", []view{at(0, 4, 0, "a", "b", "c", "d"), at(2, 2, 0, "c")}, true, false, false},
		{"somebody came before", []view{at(0, 3, 0, "a", "b", "c"), at(2, 2, 0, "b", "c")}, true, false, false},
		{"somebody went before", []view{at(0, 3, 0, "a", "b", "c"), at(2, 2, 0, "d", "e")}, false, false, false},
		{"side by side", []view{at(0, 2, 4, "a", "b"), at(2, 2, 4, "c", "d")}, false, false, true},
		{"side by side, one twice", []view{at(0, 2, 4, "a", "b"), at(2, 2, 4, "b", "c")}, true, false, false},
		{"side by side, another total", []view{at(0, 2, 4, "a", "b"), at(2, 2, 5, "c", "d")}, false, false, false},
	}
	for _, tt := range tests {
		got := [3]bool{linked(tt.give), inPlace(tt.give), counted(tt.give)}
		if diff := cmp.Diff([3]bool{tt.linked, tt.inPlace, tt.all}, got); diff != "" {
			t.Errorf("%s: linked, in place, counted (-want +got):\n%s", tt.name, diff)
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
		Email:         "ann@x.example",
		Organizations: []cybedefend.Membership{{ID: "o1", Role: "member"}, {ID: "O2", Role: "Manager"}},
		Subscription:  cybedefend.Subscription{Seats: 25},
	}
	for organization, want := range map[string]Caller{
		"o2": {Email: "ann@x.example", Role: "Manager", Seats: 25},
		"o3": {Email: "ann@x.example", Seats: 25},
	} {
		if got := CallerOf(profile, organization); got != want {
			t.Errorf("CallerOf(%s) = %+v, want %+v", organization, got, want)
		}
	}
	if got := CallerOf(cybedefend.Profile{}, "o1"); got != (Caller{}) {
		t.Errorf("an empty profile tells %+v", got)
	}
}
