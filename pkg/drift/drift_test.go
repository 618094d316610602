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
		"spelled":  {Member: member("spelled", "Billing Manager")},
		"owner":    {Member: member("owner", "creator")},
		"moved":    {Pending: open("moved")},  // of somebody who has left
		"former":   {Pending: open("former")}, // which an earlier roster named, of somebody whom this one names
		// What follows is in the roster under another spelling.
		"annlee@gmail.com": {Pending: open("annlee@gmail.com")},
		"bo@x.example":     {Member: member("bo@x.example", "member")},
		"cy@x.example":     {Pending: open("cy@x.example")},
	}
	wanted := drift.Roster{
		"same": "member", "shouted": "member", "promoted": "manager", "unsaid": "", "roleless": "member", "invited": "manager",
		"both": "member", "alice": "billing_manager", "new": "member",
		"spelled": "billing_manager", "owner": "member", "ann.lee@gmail.com": "member", "bo+team@x.example": "manager", "c.y@x.example": "member",
	}
	earlier := map[string]bool{"left": true, "gone": true, "lapsed": true, "same": true, "former": true, "annlee@gmail.com": true, "bo@x.example": true}
	sides := drift.Sides{
		People: maps.All(people), Roster: wanted, Known: func(key string) bool { return earlier[key] },
		Owner: func(id string) string {
			return map[string]string{"invitation of cy@x.example": "c.y@x.example", "invitation of moved": "left", "invitation of former": "same"}[id]
		},
	}
	got := drift.Find(sides)
	want := []drift.Difference{
		{Kind: drift.Role, Email: "alice", Has: "member", Wanted: "billing_manager", UserID: "id of alice"},
		{Kind: drift.Role, Email: "owner", Has: "creator", Wanted: "member", UserID: "id of owner", Doubt: "this is the creator of the organization, who keeps the role"},
		{Kind: drift.Role, Email: "promoted", Has: "member", Wanted: "manager", UserID: "id of promoted"},
		{Kind: drift.Role, Email: "roleless", Wanted: "member", UserID: "id of roleless", Doubt: "the service does not say which role the member has"},
		{Kind: drift.Leaver, Email: "left", Has: "manager", UserID: "id of left"},
		{Kind: drift.LeaverInvited, Email: "gone", Has: "member", InvitationID: "invitation of gone", ExpiresAt: soon},
		{Kind: drift.LeaverInvited, Email: "moved", Has: "member", InvitationID: "invitation of moved", ExpiresAt: soon},
		{Kind: drift.UnknownInvited, Email: "stranger", Has: "member", InvitationID: "invitation of stranger", ExpiresAt: soon},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
	sides = drift.Sides{People: maps.All(map[string]directory.Membership(nil)), Roster: wanted, Known: func(string) bool { return true }}
	if got := drift.Find(sides); got != nil {
		t.Errorf("in an empty organization: %v", got)
	}
}
