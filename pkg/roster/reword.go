package roster

import (
	"strings"

	"rollcall/pkg/email"
)

// FieldTeamRole is what settings and corrections call the role in a team.
const FieldTeamRole = fieldTeamRole

// WordKey makes words equal that differ in spelling only, as mappings of values compare them.
func WordKey(word string) string { return valueKey(word) }

// RewordTeams puts other words into a text of teams: for the name of a team, and for the role in it, each by its [WordKey]. What
// is not among them stays as it is, and so does what separates the teams. A team whose word is "" is left out.
func RewordTeams(text string, names, roles map[string]string) string {
	set := rolesInTeams.with(roles)
	var b strings.Builder
	for rest := text; rest != ""; {
		item, after := nextTeam(rest)
		b.WriteString(set.reword(item, names))
		b.WriteString(rest[len(item) : len(rest)-len(after)])
		rest = after
	}
	return b.String()
}

// reword puts other words into a text of one team.
func (s roleSet) reword(item string, names map[string]string) string {
	bare := email.Trim(item)
	if bare == "" {
		return item
	}
	start := strings.Index(item, bare)
	name, role := splitTeam(s, bare)
	said := bare[:len(bare)-len(role)]
	if word, known := s.mapped[valueKey(email.Trim(role))]; known && role != "" {
		role = strings.Replace(role, email.Trim(role), word, 1)
	}
	if word, known := names[valueKey(name)]; known {
		if word == "" {
			return item[:start] + item[start+len(bare):]
		}
		said = quoteTeam(word)
		if role != "" {
			said += ":"
		}
	}
	return item[:start] + said + role + item[start+len(bare):]
}

// splitTeam returns the name of a team and what stands for its role behind the colon, "" if nothing does.
func splitTeam(s roleSet, item string) (name, role string) {
	team, _ := s.parseTeam(item)
	if team.RoleDefaulted || !strings.Contains(item, ":") {
		return team.Name, ""
	}
	return team.Name, item[strings.LastIndexByte(item, ':')+1:]
}

// quoteTeam writes the name of a team as it is read again, in quotes if it has to be.
func quoteTeam(name string) string {
	plain := FormatTeams([]Team{{Name: name}})
	if team, problem := rolesInTeams.parseTeam(plain); problem != nil || team.Name != name || !team.RoleDefaulted {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return plain
}
