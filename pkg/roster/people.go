package roster

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// Keys of a document of nodes besides the fields.
const (
	keyDefaults = "defaults"
	keyPeople   = "people"
	keyTeam     = "team"
	keyExtra    = "extra"
)

// peopleReader turns nodes into rows, whether they come from YAML or from JSON. Nodes are taken apart by hand, since
// every key and value has a place that a finding may need.
type peopleReader struct {
	*reading
	emit func(*row) error
	// role and teams are the defaults, "" and nil without any.
	role  string
	teams []Team
	// columns are the extra ones: the index of each in reading.extra, which of those hold passwords, and how many bytes their
	// names have.
	columns map[string]int
	secrets []bool
	named   int
	// ofResults are the extra keys of the first row of a results file, nil before it.
	ofResults map[string]bool
}

// newPeopleReader returns a reader without defaults, for a document in the language named.
func newPeopleReader(r *reading, emit func(*row) error, language string) (*peopleReader, error) {
	for field := range r.rules.columns {
		if field == FieldActive { // which may be an extra column
			continue
		}
		return nil, unfit(place{1, 1}, say("map-no-table", "columns are mapped, and "+language+" has none", language), remedy.Words("leave out ").Use("map", ""))
	}
	if r.rules.delimiter != 0 {
		return nil, unfit(place{1, 1}, say("delimiter-no-table", "a delimiter is given, and "+language+" has none", language), remedy.Words("leave out ").Use("delimiter", ""))
	}
	r.selection, r.number = newNodeSelection(r.rules), numbering{at: absent}
	p := &peopleReader{reading: r, emit: emit, columns: make(map[string]int)}
	for _, name := range r.known {
		p.addColumn(name)
	}
	return p, nil
}

// document reads a list of people, a mapping with "people" and perhaps "defaults", or a single person.
func (p *peopleReader) document(top *yaml.Node) error {
	switch {
	case top.Kind == yaml.SequenceNode:
		return p.people(top)
	case isNull(top):
		return nil
	case unsupported(top):
		return structureError{at(top, "", noAnchors, "")}
	case top.Kind != yaml.MappingNode:
		return structureError{at(top, "", say("document-no-list", "a roster is a list of people, this is something else"), "")}
	}
	if hasKey(top, FieldEmail) {
		return p.entry(top)
	}
	values, problems := fields(top, keyDefaults, keyPeople)
	if defaults := values[keyDefaults]; defaults != nil && len(problems) == 0 {
		problems = p.setDefaults(defaults)
	}
	if len(problems) > 0 {
		return structureError(problems)
	}
	if people := values[keyPeople]; people != nil && !isNull(people) {
		return p.people(people)
	}
	return nil
}

// setDefaults takes the defaults over, all or none.
func (p *peopleReader) setDefaults(node *yaml.Node) []problem {
	values, problems := fields(node, FieldRole, FieldTeams)
	role, more := scalar(values[FieldRole], FieldRole, node)
	problems = append(problems, more...)
	known, refused := "", (*ValueError)(nil)
	if text := email.Trim(role.text); text != "" {
		known, refused = p.rules.roles.parse(text)
	}
	if refused != nil {
		problems = append(problems, problem{role.place, FieldRole, refused.said(), refused.Hint()})
	}
	cell, list, more := teams(values[FieldTeams], node, p.rules.teamRoles)
	problems = append(problems, more...)
	if list == nil {
		var refused []*ValueError
		list, refused = p.rules.teamRoles.parseTeams(p.rules.teamCell(cell.text))
		for _, one := range refused {
			problems = append(problems, problem{cell.place, FieldTeams, one.said(), one.Hint()})
		}
	}
	if len(problems) == 0 {
		p.role, p.teams = known, list
	}
	return problems
}

func (p *peopleReader) people(list *yaml.Node) error {
	switch {
	case unsupported(list):
		return structureError{at(list, "", noAnchors, "")}
	case list.Kind != yaml.SequenceNode:
		return structureError{at(list, "", noList, "")}
	}
	for _, node := range list.Content {
		if err := p.entry(node); err != nil {
			return err
		}
	}
	return nil
}

// noList is said of people who are not in a list.
var noList = say("people-no-list", "people must be a list, each with an email, a role and teams")

func (p *peopleReader) entry(node *yaml.Node) error {
	out := row{place: place{node.Line, node.Column}}
	var ofExtra, inEmail, inRole, inTeams []problem
	if isResult(node) {
		node, out.extra, ofExtra = p.result(node)
	}
	values, problems := fields(node, FieldEmail, FieldRole, FieldTeams, keyExtra)
	if extra := values[keyExtra]; extra != nil && !isNull(extra) {
		out.extra, ofExtra = p.extras(extra)
	}
	out.email, inEmail = scalar(values[FieldEmail], FieldEmail, node)
	out.role, inRole = scalar(values[FieldRole], FieldRole, node)
	out.teams, out.list, inTeams = teams(values[FieldTeams], node, p.rules.teamRoles)
	out.problems = slices.Concat(problems, ofExtra, inEmail, inRole, inTeams)
	if values == nil { // no mapping at all: there is nothing more to say
		out.email.judged, out.role.judged, out.teams.judged = true, true, true
	}
	if p.wantAll {
		out.written = slices.Concat(
			written(FieldEmail, ofEmail, values[FieldEmail], inEmail), written(FieldRole, ofRole, values[FieldRole], inRole),
			writtenTeams(values[FieldTeams], inTeams),
		)
	}
	if email.Trim(out.role.text) == "" {
		out.role.text = p.role
	}
	if out.list == nil && email.Trim(out.teams.text) == "" {
		out.list = p.teams
	}
	if at := p.number.at; at != absent && at < len(out.extra) {
		out.number = out.extra[at]
	}
	if p.selection != nil && len(out.problems) == 0 {
		out.choice = p.choose(&out)
	}
	return p.emit(&out)
}

// teams reads a list of teams, or the text that a table would have. The list is nil if there is none.
func teams(node, parent *yaml.Node, roles roleSet) (text cell, list []Team, problems []problem) {
	if node == nil || node.Kind != yaml.SequenceNode {
		text, problems = scalar(node, FieldTeams, parent)
		return text, nil, problems
	}
	if unsupported(node) {
		problems = append(problems, at(node, FieldTeams, noAnchors, ""))
	}
	list = []Team{} // an empty list means no teams, whatever the defaults
	for _, item := range node.Content {
		team, more := team(item, roles)
		if len(more) == 0 {
			list = append(list, team)
		} else if len(problems) < enough {
			problems = append(problems, more...)
		}
	}
	list, twice := distinct(list, nil)
	for _, one := range twice {
		problems = append(problems, at(node, FieldTeams, one.said(), one.Suggestion))
	}
	return cell{place: place{node.Line, node.Column}, judged: len(problems) > 0}, list, problems
}

func team(node *yaml.Node, roles roleSet) (Team, []problem) {
	if node.Kind == yaml.ScalarNode && !isNull(node) {
		text, problems := scalar(node, FieldTeams, node)
		if len(problems) > 0 {
			return Team{}, problems
		}
		team, refused := roles.parseTeam(email.Trim(text.text))
		if refused != nil {
			return team, []problem{{place{node.Line, node.Column}, FieldTeams, refused.said(), refused.Hint()}}
		}
		return team, nil
	}
	values, problems := fields(node, keyTeam, FieldRole)
	if values == nil {
		return Team{}, problems
	}
	name, inName := scalar(values[keyTeam], FieldTeams, node)
	role, inRole := scalar(values[FieldRole], FieldTeams, node)
	if problems = slices.Concat(problems, inName, inRole); len(problems) > 0 {
		return Team{}, problems
	}
	if email.Trim(name.text) == "" {
		return Team{}, []problem{{name.place, FieldTeams, say("team-missing", "no team"), remedy.Words("write {team: NAME, role: ROLE}")}}
	}
	team, refused := roles.withRole(email.Trim(name.text), email.Trim(role.text))
	if refused != nil {
		return team, []problem{{role.place, FieldTeams, refused.said(), refused.Hint()}}
	}
	return team, nil
}
