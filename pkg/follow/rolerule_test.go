package follow

import (
	"testing"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/ledger"
)

func TestRoleRules(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	ann := drift.Difference{Kind: drift.Role, Email: "Ann@x.example", Has: "Administrator", Wanted: "member", UserID: "U1"}
	caller := directory.Caller{ID: "u9", Email: "boss@x.example"}
	stuck := func(at time.Time, told bool) map[string]ledger.RoleChange {
		return map[string]ledger.RoleChange{"ann@x.example": {Person: "ann@x.example", UserID: "U1", From: "Administrator", To: "member", At: at, Told: told}}
	}
	for _, tt := range []struct {
		name  string
		rules roleRules
		give  drift.Difference
		want  amend.Action
		held  string
	}{
		{"due", roleRules{caller: caller, minimum: 2, present: 3}, ann, amend.Due, ""},
		{"the last but one", roleRules{caller: caller, minimum: 2, present: 2}, ann, amend.Reported, "at least 2 administrators stay, and without this one there would be 1"},
		{"no administrator", roleRules{caller: caller, minimum: 2}, drift.Difference{Kind: drift.Role, Email: "bo@x.example", Has: "manager"}, amend.Due, ""},
		{"in doubt", roleRules{caller: caller, present: 9}, drift.Difference{Kind: drift.Role, Has: "owner", Doubt: "no role"}, amend.Reported, ""},
		{
			"the caller by address",
			roleRules{caller: directory.Caller{Email: "ann@X.example"}, present: 9},
			ann, amend.Reported,
			"these are the credentials in use: another administrator has to change this role",
		},
		{
			"the caller by id",
			roleRules{caller: directory.Caller{ID: "u1", Email: "annabel@x.example"}, present: 9},
			ann, amend.Reported,
			"these are the credentials in use: another administrator has to change this role",
		},
		{"an unknown caller", roleRules{present: 9}, ann, amend.Reported, "the service does not say who calls it, and nobody may change their own role"},
		{"a caller without an address", roleRules{caller: directory.Caller{ID: "u9"}, present: 9}, drift.Difference{Kind: drift.Role, UserID: "U1"}, amend.Due, ""},
		{
			"just changed",
			roleRules{caller: caller, present: 9, earlier: stuck(now.Add(-9*time.Minute), false)},
			ann, amend.Reported,
			"it was changed at 2026-11-23 01:21:00 UTC, which the list may not show yet",
		},
		{"did not stick", roleRules{caller: caller, present: 9, earlier: stuck(now.Add(-11*time.Minute), false)}, ann, amend.Failed, ""},
		{
			"did not stick, and somebody knows",
			roleRules{caller: caller, present: 9, earlier: stuck(now.Add(-11*time.Minute), true)},
			ann, amend.Reported,
			"it did not stick at 2026-11-23 01:19:00 UTC: it is tried again once the roster or the organization has changed",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.rules.now = now
			got := tt.rules.judge(tt.give)
			if got.Action != tt.want || got.Held != tt.held || (got.Err != nil) != (tt.want == amend.Failed) || (got.Stuck != nil) != (tt.want == amend.Failed) {
				t.Errorf("judge = %s, held %q, %v; want %s, %q", got.Action, got.Held, got.Err, tt.want, tt.held)
			}
		})
	}
}

func TestRoleChangesOfAShare(t *testing.T) {
	s := Defaults()
	for members, want := range map[int]int{0: 3, 10: 3, 31: 4, 500: 50} {
		if got := s.RoleChanges(members); got != want {
			t.Errorf("of %d members, %d may change, want %d", members, got, want)
		}
	}
}
