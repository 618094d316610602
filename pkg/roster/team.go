package roster

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"rollcall/pkg/email"
	"rollcall/pkg/pattern"
)

// Team is a team that a person should be in.
type Team struct {
	// Name is the team's name or id, as the roster has it.
	Name string
	// Role is the role in the team, in the service's spelling; what the roster says if it says something else. In
	// what is given to [Read], "" stands for [DefaultTeamRole].
	Role string
	// RoleDefaulted says that the roster names no role for the team.
	RoleDefaulted bool
}

// FormatTeams writes teams as one cell: "Platform:developer; Security:team_manager". A name that would be misread is
// put in quotes.
func FormatTeams(teams []Team) string {
	var b strings.Builder
	for i, team := range teams {
		if i > 0 {
			b.WriteString("; ")
		}
		formatTeam(&b, team)
	}
	return b.String()
}

func formatTeam(b *strings.Builder, team Team) {
	name := team.Name
	if strings.ContainsAny(name, ";\r\n") || strings.HasPrefix(name, `"`) || email.Trim(name) != name || listed(name) {
		name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	b.WriteString(name)
	if team.Role != "" {
		b.WriteByte(':')
		b.WriteString(team.Role)
	}
}

// ParseTeams reads what [FormatTeams] writes, and what people write: teams are separated by semicolons or line
// breaks, a role follows the last colon, and a team without one gets [DefaultTeamRole]. A colon that is followed by
// nothing like a team role belongs to the name, unless that is an id. The error is the first [*ValueError]; the teams are
// complete all the same.
func ParseTeams(text string) ([]Team, error) {
	teams, problems := rolesInTeams.parseTeams(text)
	if len(problems) > 0 {
		return teams, problems[0]
	}
	return teams, nil
}

func (s roleSet) parseTeams(text string) (teams []Team, problems []*ValueError) {
	for rest := text; rest != ""; {
		var item string
		item, rest = nextTeam(rest)
		if item = email.Trim(item); item == "" {
			continue
		}
		team, problem := s.parseTeam(item)
		if problem != nil {
			problems = append(problems, problem)
		}
		if teams == nil {
			teams = make([]Team, 0, 1+strings.Count(rest, ";"))
		}
		teams = append(teams, team)
	}
	return distinct(teams, problems)
}

// nextTeam cuts the text at the first separator that is not in quotes.
func nextTeam(text string) (item, rest string) {
	start := 0
	trimmed := strings.TrimLeft(text, " \t")
	if _, length := unquote(trimmed); length > 0 {
		start = len(text) - len(trimmed) + length
	}
	if end := strings.IndexAny(text[start:], ";\r\n"); end >= 0 {
		return text[:start+end], text[start+end+1:]
	}
	return text, ""
}

// unquote reads the quoted name at the start of the text and tells how much of it that is, 0 if there is none.
func unquote(text string) (name string, length int) {
	if !strings.HasPrefix(text, `"`) {
		return "", 0
	}
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			i++
			continue
		}
		return strings.ReplaceAll(text[1:i], `""`, `"`), i + 1
	}
	return "", 0
}

func (s roleSet) parseTeam(item string) (Team, *ValueError) {
	if name, length := unquote(item); length > 0 {
		if role, ok := strings.CutPrefix(email.Trim(item[length:]), ":"); ok || item[length:] == "" {
			return s.withRole(name, email.Trim(role))
		}
	}
	colon := strings.LastIndexByte(item, ':')
	if colon < 0 {
		return s.withRole(item, "")
	}
	name, role := email.Trim(item[:colon]), email.Trim(item[colon+1:])
	if role != "" && s.spelled(role) == "" && s.intended(role) == "" && !isID(name) {
		return s.withRole(item, "")
	}
	team, problem := s.withRole(name, role)
	if problem == nil && listed(name) {
		problem = &ValueError{Reason: "more than one team in " + quote(item), Suggestion: `separate teams with ";"`, Code: "teams-separator", Args: []string{item}}
	}
	return team, problem
}

// withRole returns the team, with its role as it is written if that is not one.
func (s roleSet) withRole(name, role string) (Team, *ValueError) {
	switch {
	case email.Trim(name) == "" && role == "":
		return Team{}, &ValueError{Reason: "a team without a name", Code: "team-no-name"}
	case email.Trim(name) == "":
		return Team{Name: name, Role: role}, &ValueError{Reason: "no team before the role " + quote(role), Code: "team-before-role", Args: []string{role}}
	case role == "":
		return Team{Name: name, Role: DefaultTeamRole, RoleDefaulted: true}, nil
	}
	known, problem := s.parse(role)
	if problem != nil {
		return Team{Name: name, Role: role}, problem
	}
	return Team{Name: name, Role: known}, nil
}

// listed reports whether a name holds "Team:role," or "Team:role|" and thus is a list with the wrong separator.
func listed(name string) bool {
	if !strings.ContainsAny(name, otherSeparators) {
		return false
	}
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune(otherSeparators, r) }) {
		if colon := strings.LastIndexByte(part, ':'); colon >= 0 && rolesInTeams.spelled(email.Trim(part[colon+1:])) != "" && len(part) < len(name) {
			return true
		}
	}
	return false
}

// distinct drops teams that are there twice, and objects if their roles differ.
func distinct(teams []Team, problems []*ValueError) ([]Team, []*ValueError) {
	if len(teams) < 2 {
		return teams, problems
	}
	if len(teams) <= few && !repeat(teams) {
		return teams, problems
	}
	roles := make(map[string]string, len(teams))
	kept := teams[:0]
	for _, team := range teams {
		key := teamKey(team.Name)
		role, twice := roles[key]
		switch {
		case !twice:
			roles[key] = team.Role
		case role == team.Role:
			continue
		default:
			problems = append(problems, &ValueError{
				Reason: "team " + quote(team.Name) + " is there twice, as " + role + " and as " + team.Role, Suggestion: "keep one",
				Code: "team-twice", Args: []string{team.Name, role, team.Role},
			})
		}
		kept = append(kept, team)
	}
	return kept, problems
}

// few is how many teams are compared each with each.
const few = 8

// repeat reports whether one of a few teams is there twice.
func repeat(teams []Team) bool {
	var keys [few]string
	for i, team := range teams {
		keys[i] = teamKey(team.Name)
		if slices.Contains(keys[:i], keys[i]) {
			return true
		}
	}
	return false
}

// teamKey makes names equal that differ in letter case or in how their accents are encoded.
func teamKey(name string) string { return strings.ToLower(norm.NFC.String(email.Trim(name))) }

// isID reports whether a name is a team's id, behind which nothing but a role can stand.
func isID(name string) bool { return teamID().MatchString(name) }

var teamID = pattern.Of(`^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$`)
