package roster

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/email"
)

// Cell is a value of a field as the document has it.
type Cell struct {
	Field string
	// Line and Column are where it begins, see [Finding].
	Line, Column int
	// Text is what it says, without the quotes and escapes of the format.
	Text string

	kind kind
}

// kind is what a cell is about: a whole field, or a part of the teams.
type kind uint8

const (
	ofEmail kind = iota
	ofRole
	ofTeams
	ofTeam
	ofTeamName
	ofTeamRole
)

// kinds are those of the fields, in the order of columns.
var kinds = [...]kind{ofEmail, ofRole, ofTeams}

// Repair returns what a cell of this kind should say instead of the text: without blanks around it, an address without
// what surrounds it, and roles in the service's spelling. It means the same to a reader who unwraps addresses; what
// needs a guess stays as it is.
func (c Cell) Repair(text string) string {
	trimmed := email.Trim(text)
	switch c.kind {
	case ofEmail:
		if bare, ok := email.Unwrap(trimmed); ok {
			return bare
		}
	case ofRole:
		if role := spelled(trimmed, roles); role != "" {
			return role
		}
	case ofTeamRole:
		if role := spelled(trimmed, teamRoles); role != "" {
			return role
		}
	case ofTeams:
		return respell(trimmed, rolesInTeams.parseTeams, nextTeam)
	case ofTeam:
		return respell(trimmed, one, func(text string) (string, string) { return text, "" })
	case ofTeamName:
	}
	return trimmed
}

// written returns the cell that a node is, none if it is not there or something is wrong with it.
func written(field string, kind kind, node *yaml.Node, problems []problem) []Cell {
	if node == nil || node.Kind != yaml.ScalarNode || isNull(node) || len(problems) > 0 {
		return nil
	}
	return []Cell{{field, node.Line, node.Column, node.Value, kind}}
}

// writtenTeams returns the cells that are the teams.
func writtenTeams(node *yaml.Node, problems []problem) (cells []Cell) {
	if node == nil || node.Kind != yaml.SequenceNode || len(problems) > 0 {
		return written(FieldTeams, ofTeams, node, problems)
	}
	for _, item := range node.Content {
		if item.Kind != yaml.MappingNode {
			cells = append(cells, written(FieldTeams, ofTeam, item, nil)...)
			continue
		}
		values, _ := fields(item, keyTeam, FieldRole)
		cells = append(cells, written(FieldTeams, ofTeamName, values[keyTeam], nil)...)
		cells = append(cells, written(FieldTeams, ofTeamRole, values[FieldRole], nil)...)
	}
	return cells
}

// one reads a text that is a single team.
func one(text string) ([]Team, []*ValueError) {
	team, problem := rolesInTeams.parseTeam(text)
	if problem != nil {
		return nil, []*ValueError{problem}
	}
	return []Team{team}, nil
}

// respell puts the roles in a text of teams into the service's spelling, if all is well with the text.
func respell(text string, parse func(string) ([]Team, []*ValueError), next func(string) (item, rest string)) string {
	teams, problems := parse(text)
	if len(problems) > 0 {
		return text
	}
	var b strings.Builder
	for rest := text; rest != ""; {
		item, after := next(rest)
		b.WriteString(respellTeam(item))
		b.WriteString(rest[len(item) : len(rest)-len(after)]) // what separates it from the others
		rest = after
	}
	if same, problems := parse(b.String()); len(problems) > 0 || !reflect.DeepEqual(same, teams) {
		return text
	}
	return b.String()
}

// respellTeam puts the role behind the last colon into the service's spelling.
func respellTeam(item string) string {
	bare := strings.TrimLeft(item, " \t")
	_, quoted := unquote(bare)
	colon := strings.LastIndexByte(item, ':')
	if colon < len(item)-len(bare)+quoted {
		return item
	}
	role := email.Trim(item[colon+1:])
	known := spelled(role, teamRoles)
	if known == "" {
		return item
	}
	return item[:colon+1] + strings.Replace(item[colon+1:], role, known, 1)
}
