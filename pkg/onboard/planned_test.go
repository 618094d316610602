package onboard

import (
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/follow"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/remedy"
)

// TestWishesOfAPlan has the options come back from a plan, whatever they are where it is carried out.
func TestWishesOfAPlan(t *testing.T) {
	made := ForSync()
	made.Sync.RemoveLeavers, made.Sync.RemoveAtOnce, made.Sync.CancelLeavers, made.Sync.ApplyRoles, made.Sync.AcceptRenames = true, true, true, true, true
	made.Sync.LeaverGrace, made.Sync.MinAdmins, made.Sync.Protect = time.Hour, 3, []string{"boss@x.example", "vip.txt"}
	made.ApplyTeams, made.PruneTeams, made.CreateTeam = true, true, []string{"Robots"}
	wishes, err := made.wishes()
	if err != nil {
		t.Fatal(err)
	}
	here := ForSync()
	here.Sync.Protect, here.Sync.MaxRemovals = []string{"ann@x.example"}, 1
	got, err := here.wishFor(plan.Saved{Flags: plan.Flags{Wishes: wishes}})
	if err != nil {
		t.Fatal(err)
	}
	vip, err := filepath.Abs("vip.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := *made.Sync
	want.Protect, want.MaxRemovals = []string{"boss@x.example", vip, "ann@x.example"}, 1
	all := cmp.Exporter(func(reflect.Type) bool { return true })
	if diff := cmp.Diff(&want, got.Sync, all); diff != "" {
		t.Errorf("what is followed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(made.Teams, got.Teams, all); diff != "" {
		t.Errorf("teams (-want +got):\n%s", diff)
	}
	if here.Sync.RemoveLeavers || len(here.Sync.Protect) != 1 {
		t.Error("the options that were given have changed")
	}
}

func TestWishesElsewhere(t *testing.T) {
	sync, inviting := plan.Saved{Flags: plan.Flags{Wishes: &plan.Wishes{Sync: true, LeaverGrace: "1h"}}}, plan.Saved{}
	if _, err := (Options{}).wishFor(sync); remedy.Of(err) == nil {
		t.Errorf("a plan of an organization that follows its roster is one of inviting: %v", err)
	}
	if got, err := (Options{Teams: follow.Teams{ApplyTeams: true, CreateTeams: true}}).wishFor(inviting); err != nil || got.ApplyTeams || got.CreateTeams {
		t.Errorf("a plan without wishes changes teams: %+v, %v", got.Teams, err)
	}
	mine := ForSync()
	mine.Sync.ApplyRoles = true
	if got, err := mine.wishFor(inviting); err != nil || !got.Sync.ApplyRoles {
		t.Errorf("what is wished for and not planned is not looked at: %v", err)
	}
	sync.Flags.Wishes.LeaverGrace = "soon"
	if _, err := mine.wishFor(sync); err == nil {
		t.Error("a grace that cannot be read is accepted")
	}
	if w, err := (Options{}).wishes(); w != nil || err != nil {
		t.Errorf("wishes of nobody: %+v, %v", w, err)
	}
}

func TestPlannedChangesAreThoseOfTheLedger(t *testing.T) {
	for _, step := range []amend.Step{
		amend.ChangeRole, amend.Cancel, amend.JoinTeam, amend.ChangeTeamRole, amend.LeaveTeam, amend.Demote, amend.Remove,
	} {
		due := amend.Change{Step: step, Action: amend.Due, Difference: drift.Difference{
			Kind: drift.Leaver, Email: "ann@x.example", UserID: "u", InvitationID: "i", Team: cybedefend.Team{ID: "t", Name: "Platform"}, Has: "manager", Wanted: "member",
		}}
		action := map[amend.Step]amend.Action{
			amend.ChangeRole: amend.RoleChanged, amend.Cancel: amend.Cancelled, amend.JoinTeam: amend.TeamAdded, amend.ChangeTeamRole: amend.TeamRoleChanged,
			amend.LeaveTeam: amend.TeamRemoved, amend.Demote: amend.Demoted, amend.Remove: amend.Removed,
		}[step]
		kept := ledger.Change{
			Kind: string(due.Kind), Action: string(action), Email: due.Email, UserID: "u", InvitationID: "i", TeamID: "t", Team: "Platform", Has: "manager", Wanted: "member",
		}
		if diff := cmp.Diff(plannedChange(due, nil), madeChange(kept, nil)); diff != "" || step.String() == "" {
			t.Errorf("%s (-planned +made):\n%s", step, diff)
		}
	}
	none := madeChange(ledger.Change{Action: string(amend.Due)}, nil)
	if none.Step != "" {
		t.Errorf("what was only begun counts as %s", none.Step)
	}
	team := amend.Change{Difference: drift.Difference{Team: directory.Planned("Robots")}}
	made := amend.Change{Difference: drift.Difference{Team: cybedefend.Team{ID: "t9", Name: "Robots"}}}
	if before, after := plannedChange(team, nil), plannedChange(made, []string{"Robots"}); before != after || before.TeamID != "" {
		t.Errorf("a team is another one once it is made: %+v, %+v", before, after)
	}
}

// TestOnlyWhatIsPlannedIsDone holds back what nobody has approved of.
func TestOnlyWhatIsPlannedIsDone(t *testing.T) {
	due := func() []amend.Change {
		of := func(email string, team cybedefend.Team) amend.Change {
			return amend.Change{Step: amend.LeaveTeam, Action: amend.Due, Difference: drift.Difference{Kind: drift.TeamExtra, Email: email, Team: team}}
		}
		return []amend.Change{
			of("ann@x.example", cybedefend.Team{ID: "t1", Name: "Platform"}), of("bo@x.example", cybedefend.Team{ID: "t1", Name: "Platform"}),
			of("cy@x.example", cybedefend.Team{ID: "t2", Name: "Robots"}),
		}
	}
	a := &approval{Saved: &plan.Saved{NewTeams: []string{"Robots"}, Changes: []plan.Change{plannedChange(due()[0], nil)}}}
	for everywhere, want := range map[bool][]bool{false: {true, true, false}, true: {true, false, false}} {
		changes := due()
		a.withhold(changes, everywhere)
		var got []bool
		for _, c := range changes {
			got = append(got, c.IsDue())
			if c.IsDue() == (c.Held != "") {
				t.Errorf("%s is due: %t, held: %q", c.Email, c.IsDue(), c.Held)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("everywhere %t: due (-want +got):\n%s", everywhere, diff)
		}
	}
	changes := due()
	if (*approval)(nil).withhold(changes, true); !changes[2].IsDue() {
		t.Error("no plan holds something back")
	}
}
