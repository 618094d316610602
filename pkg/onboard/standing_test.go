package onboard

import (
	"context"
	"testing"
	"time"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
)

// acme is an organization with Ann, a manager who manages Platform, and an invitation that is open to Bo.
type acme struct{}

func (acme) Members(context.Context, string, cybedefend.Page, string) (cybedefend.MembersPage, error) {
	return cybedefend.MembersPage{Users: []cybedefend.User{{ID: "u1", Email: "ann@x.example", Role: "Manager"}}, Items: 1, TotalUsers: 1, TotalPages: 1}, nil
}

func (acme) Invitations(context.Context, string, cybedefend.Page) (cybedefend.InvitationsPage, error) {
	open := cybedefend.Invitation{ID: "i1", Email: "bo@x.example", Status: "pending", OrganizationRole: "member", ExpiresAt: time.Now().Add(time.Hour)}
	return cybedefend.InvitationsPage{Invitations: []cybedefend.Invitation{open}, Items: 1}, nil
}

func (acme) Teams(context.Context, string) ([]cybedefend.Team, error) {
	return []cybedefend.Team{{ID: "t1", Name: "Platform"}}, nil
}

func (acme) TeamMembers(context.Context, string, cybedefend.Page, string) (cybedefend.TeamMembersPage, error) {
	return cybedefend.TeamMembersPage{Members: []cybedefend.TeamMember{{ID: "u1", Email: "ann@x.example", Role: cybedefend.TeamManager}}, Items: 1, TotalUsers: 1, TotalPages: 1}, nil
}

// TestStanding says of planned changes that are not due any more which of them somebody has made meanwhile.
func TestStanding(t *testing.T) {
	o := directory.Options{Service: acme{}, OrganizationID: "o", Teams: true}
	d, err := directory.Read(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	unread := *d
	if d.Staff, err = directory.ReadStaff(t.Context(), o, acme{}, []cybedefend.Team{{ID: "t1", Name: "Platform"}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		give plan.Change
		want plan.Standing
	}{
		{plan.Change{Step: "remove", Email: "cy@x.example"}, plan.Standing{Done: true, Now: "gone"}},
		{plan.Change{Step: "remove", Email: "ann@x.example", UserID: "u1"}, plan.Standing{Now: "still manager, and nothing is due"}},
		{plan.Change{Step: "remove", Email: "ann@x.example", UserID: "u2"}, plan.Standing{Now: "another member of that address"}},
		{plan.Change{Step: "demote", Email: "cy@x.example", After: "member"}, plan.Standing{Done: true, Now: "gone"}},
		{plan.Change{Step: "demote", Email: "ann@x.example", After: "member"}, plan.Standing{Now: "still manager, and nothing is due"}},
		{plan.Change{Step: "change_role", Email: "Ann@x.example", UserID: "U1", After: "manager"}, plan.Standing{Done: true, Now: "still manager, and nothing is due"}},
		{plan.Change{Step: "change_role", Email: "ann@x.example", After: "member"}, plan.Standing{Now: "still manager, and nothing is due"}},
		{plan.Change{Step: "change_role", Email: "cy@x.example", After: "manager"}, plan.Standing{Now: "not in the organization"}},
		{plan.Change{Step: "cancel", Email: "cy@x.example", InvitationID: "i2"}, plan.Standing{Done: true, Now: "invited"}},
		{plan.Change{Step: "cancel", Email: "bo@x.example", InvitationID: "i1"}, plan.Standing{Now: "invited"}},
		{plan.Change{Step: "cancel", Email: "bo@x.example", InvitationID: "i2"}, plan.Standing{Now: "invited"}},
		{plan.Change{Step: "cancel", Email: "other@x.example", InvitationID: "I1"}, plan.Standing{Now: "invited"}},
		{plan.Change{Step: "cancel", Email: "ann@x.example", InvitationID: "i2"}, plan.Standing{Now: "a member"}},
		{plan.Change{Step: "join_team", Email: "ann@x.example", Team: "Platform", TeamID: "t1", After: "team_manager"}, plan.Standing{Done: true, Now: "in team Platform as team_manager"}},
		{plan.Change{Step: "join_team", Email: "ann@x.example", Team: "Platform", After: "team_manager"}, plan.Standing{Done: true, Now: "in team Platform as team_manager"}},
		{plan.Change{Step: "change_team_role", Email: "ann@x.example", Team: "Platform", TeamID: "t1", After: "developer"}, plan.Standing{Now: "in team Platform as team_manager"}},
		{plan.Change{Step: "join_team", Email: "ann@x.example", Team: "Robots", TeamID: "t2", After: "developer"}, plan.Standing{Now: "not in team Robots"}},
		{plan.Change{Step: "leave_team", Email: "ann@x.example", Team: "Robots", TeamID: "t2"}, plan.Standing{Done: true, Now: "not in team Robots"}},
		{plan.Change{Step: "leave_team", Email: "ann@x.example", Team: "Platform", TeamID: "T1"}, plan.Standing{Now: "in team Platform as team_manager"}},
		{plan.Change{Step: "leave_team", Email: "cy@x.example", Team: "Platform", TeamID: "t1"}, plan.Standing{Done: true, Now: "gone"}},
	} {
		if got := stands(tt.give, d); got != tt.want {
			t.Errorf("%+v stands %+v, want %+v", tt.give, got, tt.want)
		}
	}
	if got := stands(plan.Change{Step: "leave_team", Email: "ann@x.example", Team: "Robots"}, &unread); got.Done {
		t.Errorf("a team that nobody has looked at stands %+v", got)
	}
}
