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

// TestRenamed has people who are there under another address than in the roster: they have not left.
func TestRenamed(t *testing.T) {
	soon := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	sides := drift.Sides{
		People: maps.All(map[string]directory.Membership{
			"ann@x.example":   {Member: &cybedefend.User{ID: "u1", Email: "Ann@x.example", Role: "manager"}},
			"bo+a@x.example":  {Pending: &cybedefend.Invitation{ID: "i1", Email: "bo+a@x.example", OrganizationRole: "member", ExpiresAt: soon}},
			"spelled@x.test":  {Pending: &cybedefend.Invitation{ID: "i2", Email: "spelled@x.test", OrganizationRole: "member"}},
			"lapsed@x.test":   {Expired: &cybedefend.Invitation{ID: "i3", Email: "lapsed@x.test"}},
			"left@x.example":  {Member: &cybedefend.User{ID: "u2", Email: "left@x.example", Role: "member"}},
			"other@x.example": {Member: &cybedefend.User{ID: "u3", Email: "other@x.example", Role: "member"}},
		}),
		Roster: drift.Roster{"ann.lee@x.example": "member", "bo@y.example": "member", "other@x.example": "member"},
		Known:  func(string) bool { return true },
		Owner:  func(id string) string { return map[string]string{"i2": "cy@x.example"}[id] },
		Renamed: map[string]string{
			"ann@x.example": "Ann.Lee@x.example", "bo@x.example": "bo@y.example", "cy@x.example": "cy@y.example", "lapsed@x.test": "no@y.example",
		},
	}
	want := []drift.Difference{
		{Kind: drift.Leaver, Email: "left@x.example", Has: "member", UserID: "u2"},
		{Kind: drift.Renamed, Email: "Ann@x.example", NewEmail: "Ann.Lee@x.example", Has: "manager", UserID: "u1"},
		{Kind: drift.Renamed, Email: "bo+a@x.example", NewEmail: "bo@y.example", Has: "member", InvitationID: "i1", ExpiresAt: soon},
		{Kind: drift.Renamed, Email: "spelled@x.test", NewEmail: "cy@y.example", Has: "member", InvitationID: "i2"},
	}
	if diff := cmp.Diff(want, drift.Find(sides)); diff != "" {
		t.Errorf("Find (-want +got):\n%s", diff)
	}
}
