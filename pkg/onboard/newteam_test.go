package onboard

import (
	"testing"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
)

// TestWhatNobodyHasSeenWaits has a change into a team that was only planned when somebody agreed, and others that came up since.
func TestWhatNobodyHasSeenWaits(t *testing.T) {
	change := func(step amend.Step, address string, team cybedefend.Team, action amend.Action) amend.Change {
		return amend.Change{Step: step, Action: action, Difference: drift.Difference{Email: address, Team: team, Wanted: "developer"}}
	}
	robots := cybedefend.Team{ID: "t9", Name: "Robots"}
	seen := []amend.Change{
		change(amend.JoinTeam, "ann", directory.Planned("Robots"), amend.Due), change(amend.Remove, "bo", cybedefend.Team{}, amend.Reported),
	}
	now := []amend.Change{
		change(amend.JoinTeam, "ann", robots, amend.Due), change(amend.Remove, "bo", cybedefend.Team{}, amend.Due),
		change(amend.LeaveTeam, "ann", robots, amend.Due), change(amend.JoinTeam, "cy", robots, amend.Due),
	}
	withholdUnseen(now, seen)
	for i, due := range []bool{true, false, false, false} {
		if now[i].IsDue() != due || (now[i].Held == "") != due {
			t.Errorf("%d: %s, %q", i, now[i].Action, now[i].Held)
		}
	}
}
