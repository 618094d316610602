package roster_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rollcall/pkg/roster"
)

func TestParseRole(t *testing.T) {
	for give, want := range map[string]string{
		"administrator": "administrator", "Administrator": "administrator", "MANAGER": "manager", "Billing Manager": "billing_manager",
		"billing-manager": "billing_manager", "BillingManager": "billing_manager", " billing_manager ": "billing_manager", "Member": "member",
	} {
		if got, err := roster.ParseRole(give); got != want || err != nil {
			t.Errorf("ParseRole(%q) = %q, %v, want %q", give, got, err, want)
		}
	}
}

func TestParseRoleSuggests(t *testing.T) {
	const all = "one of administrator, manager, billing_manager, member"
	for give, want := range map[string]string{
		"managr": "did you mean manager?", "mnaager": "did you mean manager?", "membeer": "did you mean member?", "admin": "did you mean administrator?",
		"biling manager": "did you mean billing_manager?", "administratör": "did you mean administrator?", "xyzzy": all, "": all, "m": all,
		"developer": "did you mean member?", strings.Repeat("x", 300): all, strings.Repeat("\x80", 300): all,
	} {
		_, err := roster.ParseRole(give)
		var refused *roster.ValueError
		if give == "administratör" { // accents do not count
			if err != nil {
				t.Errorf("ParseRole(%q) = %v", give, err)
			}
			continue
		}
		if !errors.As(err, &refused) || refused.Suggestion != want || len(refused.Reason) > 400 {
			t.Errorf("ParseRole(%q) = %v, want %q", give, err, want)
		}
	}
}

func TestRolesAreCopies(t *testing.T) {
	roster.Roles()[0], roster.TeamRoles()[0] = "x", "x"
	if roster.Roles()[0] != "administrator" || roster.TeamRoles()[0] != "team_manager" {
		t.Error("a caller can change the roles")
	}
}

func TestParseTeams(t *testing.T) {
	tests := []struct {
		give string
		want []roster.Team
		err  string
	}{
		{"", nil, ""},
		{" ; \n;", nil, ""},
		{"Platform", []roster.Team{{Name: "Platform", Role: "developer"}}, ""},
		{"Platform:developer; Security:team_manager", []roster.Team{{Name: "Platform", Role: "developer"}, {Name: "Security", Role: "team_manager"}}, ""},
		{"Platform : Read Only\nSecurity:", []roster.Team{{Name: "Platform", Role: "read_only"}, {Name: "Security", Role: "developer"}}, ""},
		{"Ops: EMEA; Ops: EMEA :Read-only", []roster.Team{{Name: "Ops: EMEA", Role: "developer"}, {Name: "Ops: EMEA", Role: "read_only"}}, `team "Ops: EMEA" is there twice, as developer and as read_only (keep one)`},
		{"A; a:developer;A", []roster.Team{{Name: "A", Role: "developer"}}, ""},
		{"A, B", []roster.Team{{Name: "A, B", Role: "developer"}}, ""},
		{"A:developer, B:read_only", []roster.Team{{Name: "A:developer, B", Role: "read_only"}}, `more than one team in "A:developer, B:read_only" (separate teams with ";")`},
		{"A:reed_only", []roster.Team{{Name: "A", Role: "reed_only"}}, `unknown team role "reed_only" (did you mean read_only?)`},
		{`"a; ""b""":developer; c`, []roster.Team{{Name: `a; "b"`, Role: "developer"}, {Name: "c", Role: "developer"}}, ""},
		{`"a" b; c`, []roster.Team{{Name: `"a" b`, Role: "developer"}, {Name: "c", Role: "developer"}}, ""},
		{`"a; b`, []roster.Team{{Name: `"a`, Role: "developer"}, {Name: "b", Role: "developer"}}, ""},
		{":read_only", []roster.Team{{Name: "", Role: "read_only"}}, `no team before the role "read_only"`},
		{":", []roster.Team{{}}, "a team without a name"},
		{"550e8400-e29b-41d4-a716-446655440000:developer", []roster.Team{{Name: "550e8400-e29b-41d4-a716-446655440000", Role: "developer"}}, ""},
	}
	for _, tt := range tests {
		got, err := roster.ParseTeams(tt.give)
		if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(roster.Team{}, "RoleDefaulted")); diff != "" {
			t.Errorf("ParseTeams(%q) (-want +got):\n%s", tt.give, diff)
		}
		if text := errorText(err); text != tt.err {
			t.Errorf("ParseTeams(%q) = %s, want %s", tt.give, text, tt.err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestARoleInATeamThatNobodyNamed(t *testing.T) {
	for give, want := range map[string][]bool{
		"A": {true}, "A:developer": {false}, "A:; B:read_only; C": {true, false, true}, `"x:y"; Ops: EMEA`: {true, true},
	} {
		teams, err := roster.ParseTeams(give)
		if err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, team := range teams {
			got = append(got, team.RoleDefaulted)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", give, got, want)
		}
	}
}

// Whatever teams are called, their cell is read back as it was.
func TestTeamsSurviveTheirCell(t *testing.T) {
	name := rapid.OneOf(
		rapid.StringMatching(`[A-Za-z:;, "]{0,12}[a-z]`),
		rapid.SampledFrom([]string{`"`, `""`, `"a`, `a"`, ":", ";", "A:developer, B", "A:developer", " a ", "\n", "a\r\nb", "Ops: EMEA", "Zoë"}),
	)
	rapid.Check(t, func(t *rapid.T) {
		teams := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) roster.Team {
			return roster.Team{Name: name.Draw(t, "name"), Role: rapid.SampledFrom(roster.TeamRoles()).Draw(t, "role")}
		}), 0, 4, func(team roster.Team) string { return strings.ToLower(strings.TrimSpace(team.Name)) }).Draw(t, "teams")
		teams = slices.DeleteFunc(teams, func(team roster.Team) bool { return strings.TrimSpace(team.Name) == "" })
		cell := roster.FormatTeams(teams)
		got, err := roster.ParseTeams(cell)
		if diff := cmp.Diff(teams, append([]roster.Team{}, got...)); diff != "" || err != nil {
			t.Errorf("%q is read as (-want +got, error %v):\n%s", cell, err, diff)
		}
	})
}
