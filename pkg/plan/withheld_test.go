package plan_test

import (
	"testing"

	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// TestWithheld has people who are not to be invited before somebody has said so.
func TestWithheld(t *testing.T) {
	d := organization(t)
	why := remedy.Words("it says ").Use("accept", "")
	in := plan.Inputs{Directory: d, At: now, Withheld: plan.Withheld{
		"new@x.example": why, "member@x.example": why, "pending@x.example": why, "lapsed@x.example": why,
	}}
	for _, tt := range []struct {
		give       plan.Desired
		want       record.Outcome
		invitation bool
	}{
		{plan.Desired{Email: "NEW@x.example", Role: "member"}, record.Skipped, false},
		{plan.Desired{Email: "other@x.example", Role: "member"}, record.WouldInvite, false},
		{plan.Desired{Email: "member@x.example", Role: "member"}, record.AlreadyMember, false},
		{plan.Desired{Email: "pending@x.example", Role: "manager"}, record.AlreadyInvited, true},
		{plan.Desired{Email: "lapsed@x.example", Role: "member"}, record.Skipped, true},
		{plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "Legal"}}}, record.Invalid, false},
	} {
		got := plan.Decide(tt.give, d.Person(tt.give.Email), in)
		if got.Outcome != tt.want || (got.Invitation != nil) != tt.invitation || (got.Hint.String() == why.String()) != (tt.want == record.Skipped) {
			t.Errorf("%s: %s, %v, %q", tt.give.Email, got.Outcome, got.Invitation, got.Hint)
		}
		if tt.want == record.Skipped && got.Invite.Email != "" {
			t.Errorf("%s: there is a call to make", tt.give.Email)
		}
	}
}
