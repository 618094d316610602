package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rollcall/pkg/email"
)

// fieldTeamRole is what mappings of values call the role in a team.
const fieldTeamRole = "team_role"

// The words for whether somebody is active.
const (
	sayActive   = "yes"
	sayInactive = "no"
)

// mapping is one piece of [Settings.Maps]: a column for a field, or what a value of a field means.
type mapping struct {
	field  string
	value  string // "" where it is about the column
	isCell bool   // it is about a value, which may be empty
	to     string
}

// parseMapping reads email="Work Email", with or without the quotes, role= for a field without a column, and
// role:Mitglied=member for a value.
func parseMapping(text string) (m mapping, err error) {
	field, rest, found := strings.Cut(text, "=")
	if of, value, isCell := strings.Cut(field, ":"); isCell {
		field, m.isCell = of, true
		all := value + "=" + rest
		last := strings.LastIndexByte(all, '=') // no meaning has one
		m.value, rest = unquoted(all[:last]), all[last+1:]
	}
	m.field, m.to = strings.ToLower(strings.TrimSpace(field)), unquoted(rest)
	switch {
	case !found:
		return m, fmt.Errorf("%q names no column", text)
	case m.isCell:
		return m, m.check()
	case strings.TrimSpace(rest) == `""`:
		return m, fmt.Errorf("%q names no column", text)
	}
	return m, mayMap(m.field, m.to)
}

func unquoted(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 1 && strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) {
		return text[1 : len(text)-1]
	}
	return strings.Trim(text, `"`)
}

// mappable are the fields that a column can be named for.
var mappable = []string{FieldEmail, FieldRole, FieldTeams, FieldActive}

// mayMap returns what is wrong with mapping a field to a column, or to none if that is empty.
func mayMap(field, column string) error {
	switch {
	case !slices.Contains(mappable, field):
		return fmt.Errorf("%q is none of email, role, teams and active", field)
	case field == FieldEmail && column == "":
		return errors.New("email names no column, and a roster needs one")
	}
	return nil
}

// check returns what is wrong with a mapping of a value, and makes its meaning the word for it.
func (m *mapping) check() error {
	meant, err := meaningOf(m.field, m.to)
	if err == nil && m.value == "" && m.field != FieldActive {
		err = fmt.Errorf("a value of %s is missing before the =", m.field)
	}
	m.to = meant
	return err
}

// meaningOf returns what a value of the field is said to mean, in the service's words.
func meaningOf(field, meant string) (string, error) {
	switch field {
	case FieldRole:
		return agreed(orgRoles, meant)
	case fieldTeamRole:
		return agreed(rolesInTeams, meant)
	case FieldTeams:
		_, err := ParseTeams(meant)
		return meant, err
	case FieldActive:
		switch readState(meant, affirmative, nil) {
		case active:
			return sayActive, nil
		case inactive:
			return sayInactive, nil
		case unclear:
		}
		return "", fmt.Errorf("%q is neither yes nor no", meant)
	}
	reason := fmt.Sprintf("%q is none of role, team_role, teams and active, whose values can be mapped", field)
	if meant := Nearest(field, []string{FieldRole, fieldTeamRole, FieldTeams, FieldActive}); meant != "" {
		reason += "; did you mean " + meant + "?"
	}
	return "", errors.New(reason)
}

// agreed returns the role that a person names, short forms such as admin included: whoever maps a value means it.
func agreed(s roleSet, text string) (string, error) {
	if role := s.hints[squash(text)]; role != "" {
		return role, nil
	}
	role, problem := s.parse(text)
	if problem != nil {
		return "", problem
	}
	return role, nil
}

// take takes the mappings of values over.
func (r *rules) take(values map[string]map[string]string) error {
	keyed := map[string]map[string]string{}
	for field, meanings := range values {
		keyed[field] = map[string]string{}
		for value, meant := range meanings {
			meant, err := meaningOf(field, meant)
			if err != nil {
				return err
			}
			keyed[field][valueKey(value)] = meant
		}
	}
	r.roles, r.teamRoles = orgRoles.with(keyed[FieldRole]), rolesInTeams.with(keyed[fieldTeamRole])
	r.cells, r.states = keyed[FieldTeams], keyed[FieldActive]
	return nil
}

// teamCell returns what a cell of teams is said to mean, itself if nothing is said.
func (r *rules) teamCell(text string) string {
	if len(r.cells) > 0 {
		if meant, mapped := r.cells[valueKey(text)]; mapped {
			return meant
		}
	}
	return text
}

// saysNoTeam reports whether a cell of teams is said to mean none, not even those of rows that name none.
func (r *rules) saysNoTeam(text string) bool {
	if len(r.cells) == 0 {
		return false
	}
	_, mapped := r.cells[valueKey(text)]
	return mapped
}

// valueKey makes values equal that differ in spelling only. Those without a letter or digit are compared as they are.
func valueKey(value string) string {
	if key := squash(value); key != "" {
		return key
	}
	return email.Trim(value)
}
