package plan

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/pkg/directory"
	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// Hint returns the suggestion with remedies that a face can show in its own way.
func (p *Problem) Hint() remedy.Hint {
	if p.Option == "" {
		return remedy.Words(p.Suggestion)
	}
	hint := remedy.Words(p.Suggestion)
	if len(hint) > 0 {
		hint = hint.Words("; ")
	}
	return hint.Words("the team is from ").Use(p.Option, p.Value)
}

// fromOption returns the problem with the option that is behind it, if the teams are those which an option gives to rows that
// name none.
func (p *Problem) fromOption(teams []roster.Team, in Inputs) *Problem {
	if p == nil || len(in.Defaults) == 0 || roster.FormatTeams(teams) != roster.FormatTeams(in.Defaults) {
		return p
	}
	p.Option, p.Value = roster.OptionTeam, p.team
	return p
}

// teamSuggestion says which team may be meant by a name that no team has.
func teamSuggestion(name string, d *directory.Directory) string {
	const most = 8
	teams := d.TeamNames()
	if several := roster.SplitTeams(name); len(several) > 0 && !slices.ContainsFunc(several, func(one string) bool { return len(d.Teams(bareName(one))) == 0 }) {
		return `separate teams with ";": ` + strings.Join(several, "; ")
	}
	if before, role, ok := cutLast(name, ':'); ok && len(d.Teams(strings.TrimSpace(before))) > 0 {
		return fmt.Sprintf("%q is no role in a team: one of %s", strings.TrimSpace(role), strings.Join(roster.TeamRoles(), ", "))
	}
	switch meant := roster.Nearest(name, teams); {
	case roster.MeansNoTeam(name):
		return "leave the cell empty where there is no team"
	case meant != "":
		return fmt.Sprintf("did you mean %q?", meant)
	case len(teams) == 0:
		return "it has none at all"
	case len(teams) > most:
		return fmt.Sprintf("one of %s and %d more", strings.Join(teams[:most], ", "), len(teams)-most)
	}
	return "one of " + strings.Join(teams, ", ")
}

// bareName returns the name of a team without the role behind it.
func bareName(team string) string {
	if parsed, err := roster.ParseTeams(team); err == nil && len(parsed) == 1 {
		return parsed[0].Name
	}
	return team
}

func cutLast(text string, at byte) (before, after string, found bool) {
	i := strings.LastIndexByte(text, at)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}
