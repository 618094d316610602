package follow

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/journey"
	"rollcall/pkg/ledger"
)

// inTeams is a service whose teams have few members.
type inTeams map[string][]cybedefend.TeamMember

func (s inTeams) TeamMembers(_ context.Context, id string, page cybedefend.Page, _ string) (cybedefend.TeamMembersPage, error) {
	if page.Number > 1 {
		return cybedefend.TeamMembersPage{TotalUsers: len(s[id])}, nil
	}
	return cybedefend.TeamMembersPage{Members: s[id], Items: len(s[id]), TotalUsers: len(s[id])}, nil
}

var platform = cybedefend.Team{ID: "t1", Name: "Platform"}

func readPlatform(t *testing.T, members ...cybedefend.TeamMember) *directory.Staff {
	t.Helper()
	staff, err := directory.ReadStaff(t.Context(), directory.Options{}, inTeams{"t1": members}, []cybedefend.Team{platform})
	if err != nil {
		t.Fatal(err)
	}
	return staff
}

func TestTeamRules(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC)
	all := Teams{ApplyTeams: true, PruneTeams: true}
	missing := drift.Difference{Kind: drift.TeamMissing, Email: "Ann@x.example", Team: platform, Wanted: "developer", UserID: "U1"}
	extra := drift.Difference{Kind: drift.TeamExtra, Email: "Ann@x.example", Team: platform, Has: "developer", UserID: "U1"}
	role := drift.Difference{Kind: drift.TeamRole, Email: "Ann@x.example", Team: platform, Has: "Team Manager", Wanted: "developer", UserID: "U1"}
	earlier := func(age time.Duration, told bool) map[[2]string]ledger.RoleChange {
		return map[[2]string]ledger.RoleChange{{"ann@x.example", "t1"}: {Person: "ann@x.example", Team: "t1", UserID: "U1", To: "developer", At: now.Add(-age), Told: told}}
	}
	for _, tt := range []struct {
		name  string
		rules teamRules
		give  drift.Difference
		want  amend.Action
		held  string
	}{
		{"into a team", teamRules{Teams: all}, missing, amend.Due, ""},
		{"nobody asks for it", teamRules{Teams: Teams{PruneTeams: true}}, missing, amend.Reported, ""},
		{"out of a team", teamRules{Teams: all}, extra, amend.Due, ""},
		{"nobody asks for that", teamRules{Teams: Teams{ApplyTeams: true}}, extra, amend.Reported, ""},
		{"in doubt", teamRules{Teams: all}, drift.Difference{Kind: drift.TeamExtra, Doubt: "no team"}, amend.Reported, ""},
		{"a request at work", teamRules{Teams: all, ground: Ground{Doubtful: journey.Doubtful{"ann@x.example": true}}}, missing, amend.Reported, "what became of an earlier request"},
		{"the caller", teamRules{Teams: all, ground: Ground{Directory: &directory.Directory{Caller: directory.Caller{ID: "u1"}}}}, extra, amend.Reported, "these are the credentials in use"},
		{"the caller may join", teamRules{Teams: all, ground: Ground{Directory: &directory.Directory{Caller: directory.Caller{ID: "u1"}}}}, missing, amend.Due, ""},
		{"named elsewhere", teamRules{Teams: all, elsewhere: map[string]bool{"ann@x.example": true}}, extra, amend.Reported, "another roster names this person"},
		{"the last manager", teamRules{Teams: all, managers: map[string]int{"t1": 1}}, role, amend.Reported, "a team keeps one team_manager"},
		{"one of two", teamRules{Teams: all, managers: map[string]int{"t1": 2}}, role, amend.Due, ""},
		{"just changed", teamRules{Teams: all, earlier: earlier(time.Minute, false)}, missing, amend.Reported, "it was changed at"},
		{"did not stick", teamRules{Teams: all, earlier: earlier(time.Hour, false)}, missing, amend.Failed, ""},
		{"and somebody knows", teamRules{Teams: all, earlier: earlier(time.Hour, true)}, missing, amend.Reported, "it did not stick"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.rules.ground.Now = now
			if tt.rules.ground.Directory == nil {
				tt.rules.ground.Directory = &directory.Directory{}
			}
			tt.rules.ground.Directory.Staff = readPlatform(t)
			got := tt.rules.judge(tt.give)
			if got.Action != tt.want || !strings.HasPrefix(got.Held, tt.held) || (got.Held == "") != (tt.held == "") {
				t.Errorf("%s, held %q; want %s, %q", got.Action, got.Held, tt.want, tt.held)
			}
		})
	}
	t.Run("managers go one after the other", func(t *testing.T) {
		rules := teamRules{Teams: all, managers: map[string]int{"t1": 2}, ground: Ground{Now: now, Directory: &directory.Directory{Staff: readPlatform(t)}}}
		bo := role
		bo.Email, bo.UserID = "bo@x.example", "U2"
		if first, second := rules.judge(role), rules.judge(bo); first.Action != amend.Due || second.Action != amend.Reported {
			t.Errorf("%s and %s", first.Action, second.Action)
		}
	})
}

func TestPrunesTrip(t *testing.T) {
	var members []cybedefend.TeamMember
	for i := range 40 {
		members = append(members, cybedefend.TeamMember{ID: fmt.Sprint("u", i), Role: cybedefend.Developer})
	}
	staff := readPlatform(t, members...)
	for _, tt := range []struct {
		most      string
		out, want int
	}{
		{"", 8, 0}, {"", 9, 1}, {"50%", 20, 0}, {"50%", 21, 1}, {"0%", 3, 0}, {"0%", 4, 1}, {"0", 1, 1}, {"2", 2, 0},
	} {
		var teams Teams
		if tt.most != "" {
			if err := teams.MaxPrunes.Set(tt.most); err != nil {
				t.Fatal(err)
			}
		}
		var changes []amend.Change
		for range tt.out {
			changes = append(changes, amend.Change{Step: amend.LeaveTeam, Action: amend.Due, Difference: drift.Difference{Kind: drift.TeamExtra, Email: "a", Team: platform}})
		}
		if got := teams.trips(changes, staff); len(got) != tt.want {
			t.Errorf("%d out of 40 with %q: %v", tt.out, tt.most, got)
		}
	}
}
