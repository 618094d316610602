package roster

import (
	"strings"
	"sync"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// noTeamWords are what people write where there is no team, in lower case.
var noTeamWords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq("- -- --- – — . / x 0 n/a na n.a. none nil null nan no nothing " +
		"keine keins keines kein k.a. aucun aucune néant neant ninguno ninguna nessuno nessuna nenhum nenhuma geen") {
		all[word] = true
	}
	return all
})

// MeansNoTeam reports whether a name is what people write where there is no team.
func MeansNoTeam(name string) bool { return noTeamWords()[strings.ToLower(email.Trim(name))] }

// otherSeparators are what people put between teams instead of a semicolon.
const otherSeparators = ",|"

// SplitTeams returns the names that a name may be a list of, with separators that do not separate teams; none if it is no
// such list.
func SplitTeams(name string) []string {
	if !strings.ContainsAny(name, otherSeparators) {
		return nil
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(otherSeparators, r) })
	for i := range parts {
		if parts[i] = email.Trim(parts[i]); parts[i] == "" {
			return nil
		}
	}
	if len(parts) < 2 {
		return nil
	}
	return parts
}

// teamDoubt returns what is doubtful about the name of a team, which there may be all the same; nil if nothing is.
func teamDoubt(name string) *ValueError {
	switch {
	case MeansNoTeam(name):
		return &ValueError{
			Reason: quote(name) + " is read as the name of a team", Code: "team-none", Args: []string{name},
			remedy: remedy.Words("if it says that there is none, leave it empty or say ").Use(OptionMap, valueMapping(FieldTeams, name, "")),
		}
	case SplitTeams(name) != nil:
		return &ValueError{
			Reason: quote(name) + " is read as one team", Code: "team-list", Args: []string{name}, Suggestion: `if these are several, separate them with ";"; if not, put the name in quotes`,
		}
	}
	return nil
}

// doubtsAbout returns what is doubtful about a cell of teams. Names in quotes are meant as they are.
func doubtsAbout(text string, teams []Team) (doubts []*ValueError) {
	var meant map[string]bool
	if strings.Contains(text, `"`) {
		meant = quotedTeams(text)
	}
	for _, team := range teams {
		if doubt := teamDoubt(team.Name); doubt != nil && !meant[team.Name] {
			doubts = append(doubts, doubt)
		}
	}
	return doubts
}

// quotedTeams returns the names that are in quotes in a cell of teams.
func quotedTeams(text string) map[string]bool {
	quoted := map[string]bool{}
	for rest := text; rest != ""; {
		var item string
		item, rest = nextTeam(rest)
		if name, length := unquote(email.Trim(item)); length > 0 {
			quoted[name] = true
		}
	}
	return quoted
}
