package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcall/pkg/roster"
	"rollcall/pkg/workbook"
)

// starters write rosters without people, by format. The teams are those that can be chosen, none if they are not known.
var starters = map[string]func(w io.Writer, teams []string) error{"csv": starterCSV, "yaml": starterYAML, "xlsx": starterXLSX}

func starterCSV(w io.Writer, _ []string) error {
	_, err := fmt.Fprintf(w, "%s,%s,%s\n", roster.FieldEmail, roster.FieldRole, roster.FieldTeams)
	return err
}

func starterYAML(w io.Writer, teams []string) error {
	var known strings.Builder
	for i, team := range teams {
		if i == 0 {
			known.WriteString("#\n# Your teams:\n")
		}
		fmt.Fprintf(&known, "#   - %q\n", team)
	}
	_, err := fmt.Fprintf(w, `# A roster for rollcall: everybody to invite, each with an address.
#
# role   in the organization: %s
# teams  by name or id; the role in a team is %s,
#        %s if it is left out
%s
defaults: # for everybody who has none of their own
  role: member

people:
#  - email: ada@example.com
#  - email: bruno@example.com
#    role: manager
#    teams:
#      - {team: %[5]q, role: team_manager}
#      - %[6]q
`, oneOf(roster.Roles()), oneOf(roster.TeamRoles()), roster.DefaultTeamRole, known.String(), example(teams, 0), example(teams, 1))
	return err
}

// starterXLSX writes a workbook. A team and the role in it are chosen together, from one list, so that the cell is what
// any other roster has there, and people in several teams can be written in the same cell.
func starterXLSX(w io.Writer, teams []string) error {
	usual := slices.Concat([]string{roster.DefaultTeamRole}, roster.TeamRoles())
	var choices []string
	for _, team := range teams {
		for i, role := range usual {
			if i == 0 || role != roster.DefaultTeamRole {
				choices = append(choices, roster.FormatTeams([]roster.Team{{Name: team, Role: role}}))
			}
		}
	}
	several := roster.FormatTeams([]roster.Team{
		{Name: example(teams, 0), Role: roster.DefaultTeamRole}, {Name: example(teams, 1), Role: "team_manager"},
	})
	hint := "Write TEAM:ROLE, and a semicolon between several. Empty: no team."
	if len(choices) > 0 {
		hint = "Choose one of the list. For several, write them with a semicolon between. Empty: no team."
	}
	form := workbook.Form{
		Sheet: "People",
		Columns: []workbook.FormColumn{
			{Name: roster.FieldEmail, Width: 36, Open: true},
			{Name: roster.FieldRole, Width: 18, Choices: roster.Roles()},
			{Name: roster.FieldTeams, Width: 52, Choices: choices, Open: true, Hint: hint},
		},
		Help: "How to fill it in",
		Lines: []string{
			`Each row of the sheet "People" is a person to invite. Keep its first row; columns of your own may follow.`,
			"",
			"email: the person's address at work. Everybody gets one invitation, however often they are listed.",
			"role: what the person may do in the organization: " + oneOf(roster.Roles()) + ".",
			"teams: TEAM:ROLE, with a semicolon between several, for example: " + several,
			"A team is meant by its name or id. Without a role it is " + roster.DefaultTeamRole + "; there are",
			oneOf(roster.TeamRoles()) + ".",
			"",
			"Before anybody is invited, see what rollcall makes of it: rollcall check FILE, then rollcall invite FILE --dry-run",
		},
	}
	return form.Write(w)
}

// example is a team to show how one is written.
func example(teams []string, i int) string {
	if i < len(teams) {
		return teams[i]
	}
	return []string{"Platform", "Security"}[i]
}

// oneOf lists words as alternatives.
func oneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
