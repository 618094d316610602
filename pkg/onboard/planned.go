package onboard

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/pkg/amend"
	"rollcall/pkg/cybedefend"
	"rollcall/pkg/directory"
	"rollcall/pkg/drift"
	"rollcall/pkg/ledger"
	"rollcall/pkg/plan"
	"rollcall/pkg/roster"
)

// A saved plan has the changes that are due beside the rows, and the teams that are to be made. It is carried out only where
// what is due now is in it, and where what is not due any more is done.

// plannedChange returns a change as a plan has it. A team that the plan is to make has no id there.
func plannedChange(c amend.Change, newTeams []string) plan.Change {
	id := c.Team.ID
	if directory.IsPlanned(c.Team) || id != "" && slices.Contains(newTeams, c.Team.Name) {
		id = ""
	}
	return plan.Change{
		Step: c.Step.String(), Kind: string(c.Kind), Email: c.Email, UserID: c.UserID, InvitationID: c.InvitationID,
		TeamID: id, Team: c.Team.Name, Before: c.Has, After: c.After(),
	}
}

// dueChanges returns the changes that are due as a plan has them.
func dueChanges(changes []amend.Change, newTeams []string) (due []plan.Change) {
	for _, c := range changes {
		if c.IsDue() {
			due = append(due, plannedChange(c, newTeams))
		}
	}
	return due
}

// madeChange returns a change that a run has made as a plan has it.
func madeChange(c ledger.Change, newTeams []string) plan.Change {
	return plannedChange(amend.Change{
		Step: amend.StepTo(amend.Action(c.Action)),
		Difference: drift.Difference{
			Kind: drift.Kind(c.Kind), Email: c.Email, Team: cybedefend.Team{ID: c.TeamID, Name: c.Team}, Has: c.Has, Wanted: c.Wanted,
			UserID: c.UserID, InvitationID: c.InvitationID,
		},
	}, newTeams)
}

// standing says how things are about a planned change that is not due now.
func (s *Session) standing(c plan.Change) plan.Standing {
	for _, today := range s.following.All() {
		if today.Held != "" && plannedChange(today, s.approval.NewTeams).Key() == c.Key() && !s.approval.made[c.Key()] {
			return plan.Standing{Now: "left as it is: " + today.Held}
		}
	}
	d := s.past.inputs.Directory
	if s.approval.made[c.Key()] || d == nil {
		return plan.Standing{Done: s.approval.made[c.Key()], Now: "not known"}
	}
	return stands(c, d)
}

// takings are the steps that only take something from a member: whoever is gone has nothing of it any more.
var takings = []string{amend.Remove.String(), amend.Demote.String(), amend.LeaveTeam.String()}

// stands says by an organization whether it is as a change was to make it.
func stands(c plan.Change, d *directory.Directory) plan.Standing {
	m := d.Person(c.Email)
	_, state, listed := d.Invitation(c.InvitationID)
	switch {
	case m.Member == nil && slices.Contains(takings, c.Step):
		return plan.Standing{Done: true, Now: "gone"}
	case c.Step == amend.Cancel.String() && m.Member != nil:
		return plan.Standing{Now: "a member"}
	case c.Step == amend.Cancel.String():
		return plan.Standing{Done: m.Pending == nil && (!listed || state != directory.Pending), Now: "invited"}
	case m.Member == nil:
		return plan.Standing{Now: "not in the organization"}
	case c.UserID != "" && m.Member.ID != "" && !strings.EqualFold(c.UserID, m.Member.ID):
		return plan.Standing{Now: "another member of that address"}
	case c.Team != "":
		return standsIn(c, d, *m.Member)
	}
	role := string(m.Member.Role)
	if parsed, err := roster.ParseRole(role); err == nil {
		role = parsed
	}
	return plan.Standing{Done: c.Step != amend.Remove.String() && role == c.After, Now: "still " + role + ", and nothing is due"}
}

// standsIn says whether somebody's place in a team is as a change was to make it.
func standsIn(c plan.Change, d *directory.Directory, member cybedefend.User) plan.Standing {
	if d.Staff == nil {
		return plan.Standing{Now: "not known, since nobody has looked who is in the team"}
	}
	for _, seat := range d.Staff.Seats(member) {
		if !strings.EqualFold(seat.Team.ID, c.TeamID) && (c.TeamID != "" || seat.Team.Name != c.Team) {
			continue
		}
		role := string(seat.Role)
		if parsed, err := roster.ParseTeamRole(role); err == nil {
			role = parsed
		}
		return plan.Standing{Done: role == c.After, Now: fmt.Sprintf("in team %s as %s", c.Team, role)}
	}
	return plan.Standing{Done: c.Step == amend.LeaveTeam.String(), Now: "not in team " + c.Team}
}

// takeChanges takes in what else would be done today: the teams that would be made, and the changes that are due.
func (c *comparison) takeChanges(s *Session, newTeams []string) {
	if c == nil {
		return
	}
	for _, name := range newTeams {
		if !slices.Contains(c.NewTeams, name) {
			c.others = append(c.others, plan.Departure{Email: "team " + name, Planned: "nothing", Now: "to be made"}.String())
		}
	}
	for _, name := range c.NewTeams {
		if d := s.past.inputs.Directory; !slices.Contains(newTeams, name) && (d == nil || len(d.Teams(name)) == 0) {
			c.others = append(c.others, plan.Departure{Email: "team " + name, Planned: "to be made", Now: "neither there nor to be made"}.String())
		}
	}
	for _, departure := range c.Departures(dueChanges(s.following.All(), c.NewTeams), s.standing) {
		c.others = append(c.others, departure.String())
	}
}

// withhold holds back what is due and not in the plan: in the teams that it makes, which may have people in them by then, and,
// once the plan is on its way, everywhere. Nil holds nothing back.
func (a *approval) withhold(changes []amend.Change, everywhere bool) {
	if a == nil {
		return
	}
	for i := range changes {
		c := &changes[i]
		if !c.IsDue() || !everywhere && !slices.Contains(a.NewTeams, c.Team.Name) || a.Has(plannedChange(*c, a.NewTeams)) {
			continue
		}
		c.Action, c.Held = amend.Reported, "the plan that is carried out does not have it"
	}
}

// asPlanned returns the step of a row with the teams that the plan makes as the plan names them, before and after they are made.
func (c *comparison) asPlanned(step plan.Step, d *directory.Directory) plan.Step {
	if c == nil || len(c.NewTeams) == 0 || d == nil {
		return step
	}
	step.Teams = slices.Clone(step.Teams)
	for i := range step.Teams {
		for _, name := range c.NewTeams {
			if found := d.Teams(name); len(found) == 1 && found[0].ID == step.Teams[i].TeamID {
				step.Teams[i].TeamID = directory.Planned(name).ID
			}
		}
	}
	return step
}
