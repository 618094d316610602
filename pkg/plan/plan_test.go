package plan_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
	"rollcall/pkg/secret"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const (
	platformID = "550e8400-e29b-41d4-a716-446655440000"
	securityID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
)

func TestDecide(t *testing.T) {
	d := organization(t)
	tests := []struct {
		name    string
		give    plan.Desired
		want    record.Outcome
		teams   []cybedefend.TeamAssignment
		hint    string
		problem string
	}{
		{name: "a stranger", give: plan.Desired{Email: "new@x.example", Role: "member"}, want: record.WouldInvite},
		{
			name:  "teams by name, by other letter case and by id",
			give:  plan.Desired{Email: "new@x.example", Role: "member", Teams: []roster.Team{{Name: "platform", Role: "developer"}, {Name: securityID, Role: "read_only"}}},
			want:  record.WouldInvite,
			teams: []cybedefend.TeamAssignment{{TeamID: platformID, Role: "developer"}, {TeamID: securityID, Role: "read_only"}},
		},
		{name: "a member", give: plan.Desired{Email: "MEMBER@x.example", Role: "member"}, want: record.AlreadyMember},
		{name: "a member with another role", give: plan.Desired{Email: "member@x.example", Role: "manager"}, want: record.AlreadyMember, hint: "the member has the role member, the roster wants manager"},
		{name: "pending", give: plan.Desired{Email: "pending@x.example", Role: "manager"}, want: record.AlreadyInvited},
		{name: "pending with another role", give: plan.Desired{Email: "pending@x.example", Role: "member"}, want: record.AlreadyInvited, hint: "the pending invitation has the role manager"},
		{name: "pending until nobody knows when", give: plan.Desired{Email: "odd@x.example", Role: "member"}, want: record.AlreadyInvited, hint: `the service's expiry date "soon" can't be read, so the invitation counts as pending`},
		{name: "pending until nobody knows when, with another role", give: plan.Desired{Email: "odd@x.example", Role: "manager"}, want: record.AlreadyInvited, hint: `the pending invitation has the role member, the roster wants manager; reinvite differing reinvite-after 0s replaces it; the service's expiry date "soon" can't be read`},
		{name: "a member whose invitation is still listed", give: plan.Desired{Email: "both@x.example", Role: "member"}, want: record.AlreadyMember},
		{name: "an expired invitation", give: plan.Desired{Email: "lapsed@x.example", Role: "member"}, want: record.WouldReinvite, hint: "the invitation has expired"},
		{name: "a team with a typo", give: plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "Platfrom"}}}, want: record.Invalid, problem: `the organization has no team "Platfrom" (did you mean "Platform"?)`},
		{name: "a team that is nothing like one", give: plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "Legal"}}}, want: record.Invalid, problem: `the organization has no team "Legal" (one of DATA, Platform, Security, data)`},
		{name: "an ambiguous team", give: plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "Data"}}}, want: record.Invalid, problem: `2 teams are named "Data" (write one of the ids 3, 4)`},
		{name: "one team twice", give: plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "Platform"}, {Name: platformID}}}, want: record.Invalid, problem: `"Platform" and "` + platformID + `" are the same team (name it once)`},
		{name: "all that is wrong at once", give: plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "Platfrom"}, {Name: "Platform"}, {Name: "Data"}}}, want: record.Invalid, problem: `the organization has no team "Platfrom"; 2 teams are named "Data" (did you mean "Platform"?; write one of the ids 3, 4)`},
		{name: "an exact name among others in other letter case", give: plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "data"}}}, want: record.WouldInvite, teams: []cybedefend.TeamAssignment{{TeamID: "4"}}},
		{name: "teams of somebody who is there do not matter", give: plan.Desired{Email: "member@x.example", Role: "member", Teams: []roster.Team{{Name: "Legal"}}}, want: record.AlreadyMember},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := plan.Decide(tt.give, d.Person(tt.give.Email), plan.Inputs{Directory: d, At: now})
			problem := ""
			if got.Problem != nil {
				problem = got.Problem.Reason + " (" + got.Problem.Suggestion + ")"
			}
			if got.Outcome != tt.want || problem != tt.problem || !strings.HasPrefix(got.Hint.String(), tt.hint) || (tt.hint == "") != (got.Hint.String() == "") {
				t.Errorf("Decide = %s, problem %q, hint %q", got.Outcome, problem, got.Hint)
			}
			if !got.Send() {
				return
			}
			want := cybedefend.Invite{Email: tt.give.Email, Role: cybedefend.Role(tt.give.Role), TeamAssignments: tt.teams}
			if len(want.TeamAssignments) == 0 {
				want.TeamAssignments = []cybedefend.TeamAssignment{}
			}
			if diff := cmp.Diff(want, got.Invite); diff != "" {
				t.Errorf("Invite (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecideWithoutADirectory(t *testing.T) {
	if got := plan.Decide(plan.Desired{Email: "a@x.example"}, directory.Membership{}, plan.Inputs{}); got.Outcome != record.WouldInvite {
		t.Errorf("Decide = %s", got.Outcome)
	}
}

func TestApplyFillsTheRecord(t *testing.T) {
	d := organization(t)
	give := record.Record{Row: 3, Email: "pending@x.example", Role: "manager"}
	got := plan.Decide(plan.Desired{Email: give.Email, Role: give.Role}, d.Person(give.Email), plan.Inputs{Directory: d}).Apply(give, now, nil)
	want := record.Record{
		Row: 3, Email: "pending@x.example", Role: "manager", Outcome: record.AlreadyInvited, InvitationID: "p",
		Token: secret.New("token"), Status: "Pending", OrganizationRole: "manager", ExpiresAt: now.Add(time.Hour), UpdatedAt: now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Apply (-want +got):\n%s", diff)
	}
	invalid := plan.Decide(plan.Desired{Email: "new@x.example", Teams: []roster.Team{{Name: "Platfrom"}}}, directory.Membership{}, plan.Inputs{Directory: d}).Apply(record.Record{}, now, nil)
	if invalid.Error != `teams: the organization has no team "Platfrom"` || invalid.Hint != `did you mean "Platform"?` {
		t.Errorf("error %q, hint %q", invalid.Error, invalid.Hint)
	}
}

// TestRolesOfRosterAndServiceAgree holds two lists to each other that must not import each other.
func TestRolesOfRosterAndServiceAgree(t *testing.T) {
	var roles, teamRoles []string
	for _, role := range cybedefend.Roles() {
		roles = append(roles, string(role))
	}
	for _, role := range cybedefend.TeamRoles() {
		teamRoles = append(teamRoles, string(role))
	}
	if diff := cmp.Diff(roles, roster.Roles()) + cmp.Diff(teamRoles, roster.TeamRoles()); diff != "" {
		t.Error(diff)
	}
}

func organization(t *testing.T) *directory.Directory {
	t.Helper()
	d, err := directory.Read(t.Context(), directory.Options{
		Service: service{}, OrganizationID: "o", Teams: true, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type service struct{}

func (service) Invitations(_ context.Context, _ string, page cybedefend.Page) (cybedefend.InvitationsPage, error) {
	if page.Number > 1 {
		return cybedefend.InvitationsPage{}, nil
	}
	list := []cybedefend.Invitation{
		{ID: "p", Token: secret.New("token"), Email: "pending@x.example", Status: "Pending", OrganizationRole: "manager", ExpiresAt: now.Add(time.Hour)},
		{ID: "l", Email: "lapsed@x.example", Status: "pending", ExpiresAt: now.Add(-time.Hour)},
		{ID: "b", Email: "both@x.example", Status: "pending", ExpiresAt: now.Add(time.Hour)},
		{ID: "o", Email: "odd@x.example", Status: "pending", OrganizationRole: "member", UnreadExpiry: `"soon"`},
		{ID: "c", Email: "cancelled@x.example", Status: "Cancelled", ExpiresAt: now.Add(time.Hour)},
		{ID: "d", Email: "declined@x.example", Status: "declined", ExpiresAt: now.Add(time.Hour)},
		{ID: "e", Email: "elsewhere@x.example", Status: "ACCEPTED", ExpiresAt: now.Add(time.Hour)},
	}
	return cybedefend.InvitationsPage{Invitations: list, Items: len(list)}, nil
}

func (service) Members(_ context.Context, _ string, page cybedefend.Page, _ string) (cybedefend.MembersPage, error) {
	if page.Number > 1 {
		return cybedefend.MembersPage{TotalPages: 1, TotalUsers: 2}, nil
	}
	return cybedefend.MembersPage{TotalPages: 1, TotalUsers: 2, Items: 2, Users: []cybedefend.User{
		{Email: "member@x.example", Role: cybedefend.Member}, {Email: "both@x.example", Role: cybedefend.Member},
	}}, nil
}

func (service) Teams(context.Context, string) ([]cybedefend.Team, error) {
	return []cybedefend.Team{
		{ID: platformID, Name: "Platform"}, {ID: securityID, Name: "Security"}, {ID: "3", Name: "DATA"}, {ID: "4", Name: "data"},
	}, nil
}
