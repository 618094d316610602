package onboard

import (
	"testing"
	"time"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/follow"
	"rollcall/pkg/ledger"
	"rollcall/pkg/ledger/ledgertest"
	"rollcall/pkg/record"
	"rollcall/pkg/roster"
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

// TestATeamThatWasJustMadeIsNotMadeAgain has a list of teams that is late after a process has died: before the answer came, and
// after it.
func TestATeamThatWasJustMadeIsNotMadeAgain(t *testing.T) {
	ann := roster.Person{Email: "ann@x.example", Role: "member", Teams: []roster.Team{{Name: "Robots"}}}
	source := roster.People("people", func(yield func(roster.Person, error) bool) { yield(ann, nil) })
	read, err := roster.Read(t.Context(), source, roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		kept    []ledger.Change
		planned int
		refused bool
	}{
		{"nobody has made it", nil, 1, false},
		{"it was made", []ledger.Change{{Kind: "new_team", Action: "not_done", Team: "Robots"}, {Kind: "new_team", Action: "team_made", TeamID: "t9", Team: "Robots"}}, 0, false},
		{"it was perhaps made", []ledger.Change{{Kind: "new_team", Action: "not_done", Team: "Robots"}}, 0, true},
		{"it was refused", []ledger.Change{{Kind: "new_team", Action: "not_done", Team: "Robots"}, {Kind: "new_team", Action: "team_refused", Team: "Robots"}}, 1, false},
		{"long ago", []ledger.Change{{Kind: "new_team", Action: "not_done", Team: "Robots", At: time.Now().Add(-time.Hour)}}, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := memory{ledger: ledgertest.NewMemory(nil), scope: record.Scope{Service: "https://x.example", OrganizationID: "1"}}
			run, err := m.ledger.Begin(t.Context(), ledger.Run{Service: m.scope.Service, OrganizationID: m.scope.OrganizationID}, ledgertest.List(nil))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range tt.kept {
				if c.At.IsZero() {
					c.At = time.Now()
				}
				if err := m.ledger.KeepChange(t.Context(), run.ID, c); err != nil {
					t.Fatal(err)
				}
			}
			d := &directory.Directory{}
			o := Options{Teams: follow.Teams{CreateTeams: true}}
			err = reader{o: &o, roster: read, connection: &Connection{}, memory: m}.planTeams(t.Context(), d)
			if len(d.PlannedTeams()) != tt.planned || (err != nil) != tt.refused {
				t.Errorf("planned %v, %v", d.PlannedTeams(), err)
			}
		})
	}
}
