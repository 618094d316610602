// Package template writes rosters without people, for somebody to fill in: a workbook with drop-down lists and a page that
// explains the columns, CSV, or YAML. Filled in, each of them is a roster as it is.
//
//	if format, ok := template.FormatOf("team.xlsx"); ok {
//		err := template.Write(w, format, template.Options{Teams: []string{"Platform"}})
//	}
//
// Where the template goes is for the caller to say, and so is where the names of teams come from.
package template

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"rollcall/pkg/roster"
	"rollcall/pkg/workbook"
)

// The formats of templates.
const (
	// CSV is a header. It has no place for teams.
	CSV = "csv"
	// YAML has examples and the teams in comments.
	YAML = "yaml"
	// XLSX is an Excel workbook, which offers the roles and the teams to choose from.
	XLSX = "xlsx"
)

// formats is everything this package knows about which formats there are.
var formats = []struct {
	format     string
	extensions []string
	write      func(w io.Writer, o Options) error
}{
	{CSV, []string{".csv"}, writeCSV},
	{YAML, []string{".yaml", ".yml"}, writeYAML},
	{XLSX, []string{".xlsx"}, writeXLSX},
}

// Formats returns the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.format)
	}
	return names
}

// FormatOf tells the format from the extension of a file's name, in any letter case. It returns false where the name
// has none that is known.
func FormatOf(path string) (format string, known bool) {
	for _, f := range formats {
		if slices.Contains(f.extensions, strings.ToLower(filepath.Ext(path))) {
			return f.format, true
		}
	}
	return "", false
}

// Options says what a template shows beside the columns. The zero value works.
type Options struct {
	// Teams are the names of the teams that can be chosen, in their order; none if they are not known.
	Teams []string
	// Next is a line for the page of a workbook that explains the columns: what to do with the workbook once it is filled
	// in, as the users of one face do it. It has some 100 characters; if it is empty, there is no such line.
	Next string
}

// Write writes a template of one of the [Formats]. The stream stays the caller's to close.
func Write(w io.Writer, format string, o Options) error {
	for _, f := range formats {
		if f.format != format {
			continue
		}
		if err := f.write(w, o); err != nil {
			return fmt.Errorf("write template: %w", err)
		}
		return nil
	}
	return fmt.Errorf("write template: unknown format %q", format)
}

func writeCSV(w io.Writer, _ Options) error {
	_, err := fmt.Fprintf(w, "%s,%s,%s\n", roster.FieldEmail, roster.FieldRole, roster.FieldTeams)
	return err
}

func writeYAML(w io.Writer, o Options) error {
	var known strings.Builder
	for i, team := range o.Teams {
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
`, oneOf(roster.Roles()), oneOf(roster.TeamRoles()), roster.DefaultTeamRole, known.String(), example(o.Teams, 0), example(o.Teams, 1))
	return err
}

// writeXLSX writes a workbook. A team and the role in it are chosen together, from one list, so that the cell is what
// any other roster has there, and people in several teams can be written in the same cell.
func writeXLSX(w io.Writer, o Options) error {
	usual := slices.Concat([]string{roster.DefaultTeamRole}, roster.TeamRoles())
	var choices []string
	for _, team := range o.Teams {
		for i, role := range usual {
			if i == 0 || role != roster.DefaultTeamRole {
				choices = append(choices, roster.FormatTeams([]roster.Team{{Name: team, Role: role}}))
			}
		}
	}
	several := roster.FormatTeams([]roster.Team{
		{Name: example(o.Teams, 0), Role: roster.DefaultTeamRole}, {Name: example(o.Teams, 1), Role: "team_manager"},
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
		},
	}
	if o.Next != "" {
		form.Lines = append(form.Lines, "", o.Next)
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
