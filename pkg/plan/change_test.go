package plan_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/plan"
)

// changes of three people, as a plan has them.
var (
	removal = plan.Change{Step: "remove", Kind: "leaver", Email: "Ann@x.example", UserID: "u1", Before: "member"}
	role    = plan.Change{Step: "change_role", Kind: "role", Email: "bo@x.example", UserID: "u2", Before: "member", After: "manager"}
	joining = plan.Change{Step: "join_team", Kind: "team_missing", Email: "cy@x.example", UserID: "u3", TeamID: "t1", Team: "Platform", After: "developer"}
)

func TestDepartures(t *testing.T) {
	with := func(c plan.Change, change func(*plan.Change)) plan.Change {
		change(&c)
		return c
	}
	tests := []struct {
		name         string
		planned, due []plan.Change
		standing     plan.Standing // of whatever is not due any more
		want         []string
	}{
		{name: "as planned", planned: []plan.Change{removal, role, joining}, due: []plan.Change{joining, removal, role}},
		{name: "nothing at all"},
		{
			name: "spelled otherwise", planned: []plan.Change{removal, joining},
			due: []plan.Change{
				with(removal, func(c *plan.Change) { c.Email, c.UserID = "ann@x.example", "U1" }),
				with(joining, func(c *plan.Change) { c.Team = "Platforms" }),
			},
		},
		{name: "done meanwhile", planned: []plan.Change{removal, role}, due: []plan.Change{role}, standing: plan.Standing{Done: true}},
		{
			name: "held meanwhile", planned: []plan.Change{removal}, standing: plan.Standing{Now: "kept"},
			want: []string{"Ann@x.example: planned removed, now kept"},
		},
		{
			name: "somebody else", planned: []plan.Change{removal}, due: []plan.Change{removal, role},
			want: []string{"bo@x.example: planned nothing, now role from member to manager"},
		},
		{
			name: "a plan of rows alone", due: []plan.Change{role, joining},
			want: []string{"bo@x.example: planned nothing, now role from member to manager", "cy@x.example: planned nothing, now into team Platform as developer"},
		},
		{
			name: "from another role", planned: []plan.Change{role},
			due:  []plan.Change{with(role, func(c *plan.Change) { c.Before = "billing_manager" })},
			want: []string{"bo@x.example: planned role from member to manager, now role from billing_manager to manager"},
		},
		{
			name: "another member of the address", planned: []plan.Change{removal},
			due:  []plan.Change{with(removal, func(c *plan.Change) { c.UserID = "u9" })},
			want: []string{"Ann@x.example: planned removed, now removed"},
		},
		{
			name: "another team of the same person", planned: []plan.Change{joining}, standing: plan.Standing{Done: true},
			due:  []plan.Change{with(joining, func(c *plan.Change) { c.TeamID, c.Team = "t2", "Security" })},
			want: []string{"cy@x.example: planned nothing, now into team Security as developer"},
		},
		{
			name: "removed at once instead", planned: []plan.Change{with(removal, func(c *plan.Change) { c.Step, c.Before, c.After = "demote", "manager", "member" })},
			due: []plan.Change{removal}, standing: plan.Standing{Done: true},
			want: []string{"Ann@x.example: planned nothing, now removed"},
		},
		{
			name: "a team that is not made yet", planned: []plan.Change{with(joining, func(c *plan.Change) { c.TeamID = "" })}, due: []plan.Change{joining},
			standing: plan.Standing{Now: "x"}, want: []string{"cy@x.example: planned into team Platform as developer, now into team Platform as developer"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, d := range (plan.Saved{Changes: tt.planned}).Departures(tt.due, func(plan.Change) plan.Standing { return tt.standing }) {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("departures (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlanHasChanges(t *testing.T) {
	s := plan.Saved{Changes: []plan.Change{removal}}
	other := removal
	other.Email = "ann@X.example"
	if !s.Has(other) || s.Has(role) {
		t.Error("the plan has a change that it has not, or lacks one that it has")
	}
}

// TestChangesAreWritten reads a plan with changes back, and holds the identity to them: an approval covers them.
func TestChangesAreWritten(t *testing.T) {
	rows := saved()
	want := saved()
	want.NewTeams, want.Changes = []string{"Robots"}, []plan.Change{removal, role, joining}
	want.Flags.Wishes = &plan.Wishes{Sync: true, RemoveLeavers: true, LeaverGrace: "168h0m0s", MinAdmins: 2, Protect: []string{"boss@x.example"}}
	var file bytes.Buffer
	if err := want.Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := plan.ReadSaved(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatalf("%v\n%s", err, file.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if n := bytes.Count(file.Bytes(), []byte("\n    {\"step\"")); n != 3 {
		t.Errorf("%d changes on a line of their own:\n%s", n, file.String())
	}
	if !got.FollowsRoster() || rows.FollowsRoster() {
		t.Error("which command has made the plan is lost")
	}
	fewer := want
	fewer.Changes = want.Changes[:2]
	if want.Identity() == rows.Identity() || want.Identity() == fewer.Identity() {
		t.Error("a plan with other changes is the same one")
	}
}
