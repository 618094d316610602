package plan

import (
	"fmt"
	"strings"

	"rollcall/pkg/email"
)

// Change is a change of the organization that is no invitation, as far as it matters to whoever approves of it.
type Change struct {
	// Step is what is done, in the words of package amend; Kind is how the organization differs from the roster.
	Step  string `json:"step"`
	Kind  string `json:"kind"`
	Email string `json:"email"`
	// UserID is that of a member, InvitationID that of an open invitation.
	UserID       string `json:"user_id,omitempty"`
	InvitationID string `json:"invitation_id,omitempty"`
	// Team is the name of the team that it is about, empty where it is about the organization. TeamID is empty where the team is
	// to be made first.
	TeamID string `json:"team_id,omitempty"`
	Team   string `json:"team,omitempty"`
	// Before and After are the roles there, empty for none.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Key returns what makes two changes the same one, which can be compared. A team that is called otherwise is the same team.
func (c Change) Key() Change {
	c.Email = email.Fold(c.Email)
	c.UserID, c.InvitationID, c.TeamID = strings.ToLower(c.UserID), strings.ToLower(c.InvitationID), strings.ToLower(c.TeamID)
	if c.TeamID != "" {
		c.Team = ""
	}
	return c
}

// String says what is done.
func (c Change) String() string {
	switch c.Step {
	case "change_role":
		return fmt.Sprintf("role from %s to %s", c.Before, c.After)
	case "cancel":
		return "invitation cancelled"
	case "join_team":
		return fmt.Sprintf("into team %s as %s", c.Team, c.After)
	case "change_team_role":
		return fmt.Sprintf("role in team %s from %s to %s", c.Team, c.Before, c.After)
	case "leave_team":
		return "out of team " + c.Team
	case "demote":
		return fmt.Sprintf("role from %s to %s, to be removed later", c.Before, c.After)
	case "remove":
		return "removed"
	}
	return c.Step
}

// Standing is how things are today about a change that was planned and is not due any more.
type Standing struct {
	// Done says that they are what the change was to bring about.
	Done bool
	// Now says otherwise how they are.
	Now string
}

// Departure is where what is to be changed today departs from a plan.
type Departure struct{ Email, Planned, Now string }

// String says so in a line.
func (d Departure) String() string { return d.Email + ": planned " + d.Planned + ", now " + d.Now }

// nothing stands for no change.
const nothing = "nothing"

// Departures holds what is due today against the changes of the plan. All that is due has to be in it. What is in it and is
// not due any more has to be done, by whomever; standing is asked for that.
func (s Saved) Departures(due []Change, standing func(Change) Standing) (found []Departure) {
	planned := make(map[Change]bool, len(s.Changes))
	for _, c := range s.Changes {
		planned[c.Key()] = true
	}
	isDue := make(map[Change]bool, len(due))
	others := map[[2]string][]Change{} // that are not planned, by person and team
	subject := func(c Change) [2]string { return [2]string{email.Fold(c.Email), c.Team} }
	for _, c := range due {
		isDue[c.Key()] = true
		if !planned[c.Key()] {
			others[subject(c)] = append(others[subject(c)], c)
		}
	}
	for _, c := range s.Changes {
		if isDue[c.Key()] {
			continue
		}
		now := standing(c)
		if now.Done {
			continue
		}
		if instead := others[subject(c)]; len(instead) > 0 {
			now.Now, others[subject(c)] = instead[0].String(), instead[1:]
		}
		found = append(found, Departure{c.Email, c.String(), now.Now})
	}
	for _, c := range due {
		if left := others[subject(c)]; len(left) > 0 && left[0].Key() == c.Key() {
			found = append(found, Departure{c.Email, nothing, c.String()})
			others[subject(c)] = left[1:]
		}
	}
	return found
}

// Has reports whether a change is one of the plan.
func (s Saved) Has(c Change) bool {
	for _, planned := range s.Changes {
		if planned.Key() == c.Key() {
			return true
		}
	}
	return false
}
