package amend

import (
	"fmt"
	"strings"
)

// examples is how many people are named of each kind of change.
const examples = 3

// Words says what will be changed, in a line for each kind of change.
func Words(changes []Change) (lines []string) {
	due := map[Step][]Change{}
	for _, c := range changes {
		if c.IsDue() {
			due[c.Step] = append(due[c.Step], c)
		}
	}
	for _, step := range []struct {
		Step
		one, many string
		example   func(Change) string
	}{
		{ChangeRole, "role", "roles", func(c Change) string { return c.Email + " as " + c.Wanted }},
		{JoinTeam, "member into a team", "members into teams", func(c Change) string { return c.Email + " into " + c.Team.Name }},
		{ChangeTeamRole, "role in a team", "roles in teams", func(c Change) string { return c.Email + " as " + c.Wanted + " in " + c.Team.Name }},
		{LeaveTeam, "member out of a team", "members out of teams", func(c Change) string { return c.Email + " out of " + c.Team.Name }},
		{Demote, "leaver to the role member", "leavers to the role member", func(c Change) string { return c.Email }},
		{Remove, "leaver to be removed", "leavers to be removed", func(c Change) string { return c.Email }},
		{Cancel, "invitation to be cancelled", "invitations to be cancelled", func(c Change) string { return c.Email }},
	} {
		all := due[step.Step]
		if len(all) == 0 {
			continue
		}
		names := make([]string, 0, examples)
		for _, c := range all[:min(len(all), examples)] {
			names = append(names, step.example(c))
		}
		what := step.many
		if len(all) == 1 {
			what = step.one
		}
		line := fmt.Sprintf("%d %s: %s", len(all), what, strings.Join(names, ", "))
		if more := len(all) - examples; more > 0 {
			line += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, line)
	}
	return lines
}
