package journey_test

import (
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/journey"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
)

// TestLater holds somebody who is to be sent against a later reading: what it shows counts, what it does not show tells
// nothing.
func TestLater(t *testing.T) {
	due := time.Now().Add(time.Minute)
	work := func(replaces string) journey.Work {
		w := journey.Work{Record: record.Record{Row: 1, Email: "a@x.example", Role: "member"}, Replaces: replaces}
		w.Desired = plan.Desired{Email: w.Email, Role: string(cybedefend.Member)}
		w.Invite = cybedefend.Invite{Email: w.Email, Role: cybedefend.Member}
		w.Trail.DueAt = due
		return w
	}
	pending := func(id string) directory.Membership {
		return directory.Membership{Pending: &cybedefend.Invitation{ID: id, Email: "a@x.example", Status: "PENDING"}}
	}
	member := directory.Membership{Member: &cybedefend.User{Email: "a@x.example"}}
	gaps := []string{"the lists were read once only"}
	tests := []struct {
		name     string
		replaces string
		give     journey.Sighting
		want     record.Outcome // unset if it is sent
	}{
		{"a stranger", "", journey.Sighting{}, record.Unset},
		{"a stranger, by a list with gaps", "", journey.Sighting{Gaps: gaps}, record.Unset},
		{"invited meanwhile", "", journey.Sighting{Membership: pending("other"), Gaps: gaps}, record.AlreadyInvited},
		{"invited meanwhile, under no id", "", journey.Sighting{Membership: pending("")}, record.AlreadyInvited},
		{"a member by now", "", journey.Sighting{Membership: member, Gaps: gaps}, record.AlreadyMember},
		{"what is to be replaced", "old", journey.Sighting{Membership: pending("OLD")}, record.Unset},
		{"what is to be replaced was by others", "old", journey.Sighting{Membership: pending("other")}, record.AlreadyInvited},
		{"who is to be replaced has joined", "old", journey.Sighting{Membership: member}, record.AlreadyMember},
		{"nothing certain is known", "", journey.Sighting{Membership: pending("other"), Unsure: true}, record.Unset},
		{"it was not read", "", journey.Sighting{Membership: pending("other"), Err: cybedefend.ErrConnection}, record.Unset},
	}
	for _, tt := range tests {
		in := plan.Inputs{Directory: &directory.Directory{}, Policy: plan.Policy{Reinvite: plan.ReinviteExpired}, At: time.Now()}
		w := work(tt.replaces)
		step := journey.Later(w, tt.give, in)
		switch {
		case tt.want == record.Unset && (step.Move != journey.Send || step.Work.Invite.Email != w.Invite.Email || step.Work.Replaces != w.Replaces || !step.At.Equal(due)):
			t.Errorf("%s: %s, %+v", tt.name, step.Move, step.Work)
		case tt.want != record.Unset && (step.Move != journey.Settled || step.Work.Outcome != tt.want):
			t.Errorf("%s: %s %s, want %s", tt.name, step.Move, step.Work.Outcome, tt.want)
		}
	}
}
