package plan_test

import (
	"testing"

	"rollcall/pkg/plan"
	"rollcall/pkg/record"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// TestMissingTeams says what may be meant by teams that the organization does not have.
func TestMissingTeams(t *testing.T) {
	d := organization(t)
	team := func(names ...string) (teams []roster.Team) {
		for _, name := range names {
			teams = append(teams, roster.Team{Name: name, Role: roster.DefaultTeamRole})
		}
		return teams
	}
	flag := func(r remedy.Remedy) string { return "--" + r.String() }
	for _, tt := range []struct {
		name     string
		teams    []roster.Team
		defaults []roster.Team
		want     string
	}{
		{"by commas", team("Platform, Security"), nil, `separate teams with ";": Platform; Security`},
		{"by strokes, with roles", team("Platform:read_only|Security"), nil, `separate teams with ";": Platform:read_only; Security`},
		{"by commas, one of them unknown", team("Platform, Legal"), nil, `one of DATA, Platform, Security, data`},
		{"no team", team("n/a"), nil, "leave the cell empty where there is no team"},
		{"a role that is none", team("Platform:boss"), nil, `"boss" is no role in a team: one of team_manager, analyst_developer, developer, read_only`},
		{"of an option", team("Platfrom"), team("Platfrom"), `did you mean "Platform"?; the team is from --team Platfrom`},
		{"the second one of an option", team("Platform", "Legal"), team("Platform", "Legal"), "one of DATA, Platform, Security, data; the team is from --team Legal"},
		{"of a row, beside an option", team("Legal"), team("Platform"), "one of DATA, Platform, Security, data"},
	} {
		in := plan.Inputs{Directory: d, At: now, Defaults: tt.defaults, Render: flag}
		v := plan.Decide(plan.Desired{Email: "new@x.example", Role: "member", Teams: tt.teams}, d.Person("new@x.example"), in)
		if v.Outcome != record.Invalid {
			t.Errorf("%s: %s", tt.name, v.Outcome)
			continue
		}
		if got := v.Problem.Hint().Render(flag); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if got := v.Apply(record.Record{}, now, flag).Hint; got != tt.want {
			t.Errorf("%s: the record says %q", tt.name, got)
		}
	}
}

// TestRecordOfSkipped holds what a row is that the roster itself leaves out.
func TestRecordOfSkipped(t *testing.T) {
	e := roster.Entry{Row: 1, Line: 2, Email: "a@x.example", Rule: remedy.Use("where", "Dep=R")}
	if r := plan.NewRecord(e, now, nil); r.Outcome != record.Skipped || r.Trail.Verdict != record.Skipped || r.Trail.Gone() || r.Hint != "where Dep=R" {
		t.Errorf("%+v", r)
	}
	e.Inactive = true
	if r := plan.NewRecord(e, now, nil); !r.Trail.Gone() || !r.Trail.LeftOut() {
		t.Errorf("%+v", r)
	}
}
