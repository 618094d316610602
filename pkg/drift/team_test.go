package drift_test

import (
	"context"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
)

// staff is a service whose teams have few members.
type staff map[string][]cybedefend.TeamMember

func (s staff) TeamMembers(_ context.Context, id string, page cybedefend.Page, _ string) (cybedefend.TeamMembersPage, error) {
	if page.Number > 1 {
		return cybedefend.TeamMembersPage{TotalUsers: len(s[id])}, nil
	}
	return cybedefend.TeamMembersPage{Members: s[id], Items: len(s[id]), TotalUsers: len(s[id])}, nil
}

func TestFindTeams(t *testing.T) {
	platform, security := cybedefend.Team{ID: "t1", Name: "Platform"}, cybedefend.Team{ID: "t2", Name: "Security"}
	other := cybedefend.Team{ID: "t3", Name: "Other"}
	in := func(name string, role cybedefend.TeamRole) cybedefend.TeamMember {
		return cybedefend.TeamMember{ID: "id of " + name, Email: name, Role: role}
	}
	read, err := directory.ReadStaff(t.Context(), directory.Options{}, staff{
		"t1": {in("same", "Developer"), in("promoted", "read_only"), in("any", "team_manager"), in("odd", "owner"), in("stranger", "developer"), in("unsaid", "developer")},
		"t2": {in("same", "developer"), in("left", "developer"), in("unsaid", "read_only")},
		"t3": {in("same", "developer")},
	}, []cybedefend.Team{platform, security, other})
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]directory.Membership{"invited": {Pending: &cybedefend.Invitation{Email: "invited"}}}
	for _, name := range []string{"same", "promoted", "any", "odd", "stranger", "unsaid", "left", "lacks"} {
		people[name] = directory.Membership{Member: &cybedefend.User{ID: "id of " + name, Email: name}}
	}
	developer := drift.Seat{Team: platform, Role: "developer"}
	got := drift.FindTeams(drift.Teams{
		People: maps.All(people), Staff: read, Named: map[string]bool{"t1": true, "t2": true},
		Seats: map[string][]drift.Seat{
			"same": {developer, {Team: security, Role: "developer"}}, "promoted": {developer}, "odd": {developer}, "unsaid": {},
			"any": {{Team: platform, Role: "developer", AnyRole: true}}, "lacks": {{Team: security, Role: "read_only"}}, "left": {developer},
			"invited": {developer}, "nobody": {developer},
		},
	})
	want := []drift.Difference{
		{Kind: drift.TeamMissing, Email: "lacks", Team: security, Wanted: "read_only", UserID: "id of lacks"},
		{Kind: drift.TeamMissing, Email: "left", Team: platform, Wanted: "developer", UserID: "id of left"},
		{Kind: drift.TeamRole, Email: "odd", Team: platform, Has: "owner", Wanted: "developer", UserID: "id of odd", Doubt: "the service does not say a role that a roster can give"},
		{Kind: drift.TeamRole, Email: "promoted", Team: platform, Has: "read_only", Wanted: "developer", UserID: "id of promoted"},
		{Kind: drift.TeamExtra, Email: "left", Team: security, Has: "developer", UserID: "id of left"},
		{Kind: drift.TeamExtra, Email: "unsaid", Team: platform, Has: "developer", UserID: "id of unsaid", Doubt: "the row names no team, so it may say nothing about them"},
		{Kind: drift.TeamExtra, Email: "unsaid", Team: security, Has: "read_only", UserID: "id of unsaid", Doubt: "the row names no team, so it may say nothing about them"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("FindTeams (-want +got):\n%s", diff)
	}
}
