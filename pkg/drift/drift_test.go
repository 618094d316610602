package drift_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
)

func TestFind(t *testing.T) {
	soon := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	member := func(address string, role cybedefend.Role) *cybedefend.User {
		return &cybedefend.User{ID: "id of " + address, Email: address, Role: role}
	}
	open := func(address string) *cybedefend.Invitation {
		return &cybedefend.Invitation{ID: "invitation of " + address, Email: address, OrganizationRole: "member", ExpiresAt: soon}
	}
	people := map[string]directory.Membership{
		"same":     {Member: member("same", "member")},
		"shouted":  {Member: member("Shouted", "MEMBER")},
		"promoted": {Member: member("promoted", "member")},
		"unsaid":   {Member: member("unsaid", "manager")},
		"roleless": {Member: member("roleless", "")},
		"left":     {Member: member("left", "manager")},
		"founder":  {Member: member("founder", "administrator")},
		"invited":  {Pending: open("invited")},
		"gone":     {Pending: open("gone")},
		"stranger": {Pending: open("stranger")},
		"lapsed":   {Expired: open("lapsed")},
		"both":     {Member: member("both", "member"), Pending: open("both")},
		"alice":    {Member: member("alice", "member")},
	}
	wanted := drift.Roster{
		"same": "member", "shouted": "member", "promoted": "manager", "unsaid": "", "roleless": "member", "invited": "manager",
		"both": "member", "alice": "billing_manager", "new": "member",
	}
	earlier := map[string]bool{"left": true, "gone": true, "lapsed": true, "same": true}
	got := drift.Find(maps.All(people), wanted, func(key string) bool { return earlier[key] })
	want := []drift.Difference{
		{Kind: drift.Role, Email: "alice", Has: "member", Wanted: "billing_manager", UserID: "id of alice"},
		{Kind: drift.Role, Email: "promoted", Has: "member", Wanted: "manager", UserID: "id of promoted"},
		{Kind: drift.Leaver, Email: "left", Has: "manager", UserID: "id of left"},
		{Kind: drift.LeaverInvited, Email: "gone", Has: "member", InvitationID: "invitation of gone", ExpiresAt: soon},
		{Kind: drift.UnknownInvited, Email: "stranger", Has: "member", InvitationID: "invitation of stranger", ExpiresAt: soon},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
	if got := drift.Find(maps.All(map[string]directory.Membership(nil)), wanted, func(string) bool { return true }); got != nil {
		t.Errorf("in an empty organization: %v", got)
	}
}
