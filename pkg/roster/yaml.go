package roster

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/email"
)

// maxYAML is how long, in bytes, a YAML document may be; between "---", for a stream of them.
const maxYAML = 32 << 20

// Keys of a YAML roster besides the fields.
const (
	keyDefaults = "defaults"
	keyPeople   = "people"
	keyTeam     = "team"
)

// readYAML reads a list of entries, a mapping with "people" and perhaps "defaults", or a stream of such documents or
// of single entries. Defaults hold from their document on.
func readYAML(_ context.Context, r *reading, emit func(*row) error) error {
	if len(r.rules.columns) > 0 {
		return broken(place{1, 1}, "columns are mapped, and YAML has none", "leave out --map")
	}
	r.leash.limit = maxYAML
	loader, err := yaml.NewLoader(r.Reader)
	if err != nil {
		return err
	}
	people := yamlReader{emit: emit}
	for {
		r.leash.reset()
		var document yaml.Node
		switch err := loader.Load(&document); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return explainYAML(r, err)
		}
		if err := people.document(&document); err != nil {
			return err
		}
	}
}

// explainYAML turns an error of the YAML library into a structureError, unless the source itself failed.
func explainYAML(r *reading, err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return err
	}
	if load.Mark.Line == 0 {
		// The library hides what the source said, which says it again.
		switch _, again := r.Peek(1); {
		case errors.Is(again, errLeash):
			return structureError{{reason: "the YAML document is longer than 32 MiB", suggestion: `write it as CSV, or as a stream with "---" between entries`}}
		case again != nil && !errors.Is(again, io.EOF):
			return again
		}
	}
	suggestion := ""
	if strings.Contains(load.Message, "cannot start any token") {
		suggestion = "put a value that starts with a sign such as @ or % in quotes, and indent with spaces"
	}
	// What was begun and never ended stands where it began, not at the end of the document.
	at := load.Mark
	if load.ContextMark.Line > 0 && strings.Contains(load.Message, "end of stream") {
		at = load.ContextMark
	}
	return broken(place{at.Line, at.Column}, "not valid YAML: "+load.Message, suggestion)
}

// yamlReader turns YAML nodes into rows. Nodes are taken apart by hand, since every key and value has a place that a
// finding may need.
type yamlReader struct {
	emit func(*row) error
	// role and teams are the defaults of the document, "" and nil without any.
	role  string
	teams []Team
}

func (y *yamlReader) document(document *yaml.Node) error {
	top := document.Content[0]
	switch {
	case top.Kind == yaml.SequenceNode:
		return y.people(top)
	case isNull(top):
		return nil
	case top.Kind != yaml.MappingNode:
		return structureError{at(top, "", "a YAML roster is a list of people, this is something else", "")}
	}
	if hasKey(top, FieldEmail) {
		return y.entry(top)
	}
	values, problems := fields(top, keyDefaults, keyPeople)
	if defaults := values[keyDefaults]; defaults != nil && len(problems) == 0 {
		problems = y.setDefaults(defaults)
	}
	if len(problems) > 0 {
		return structureError(problems)
	}
	if people := values[keyPeople]; people != nil && !isNull(people) {
		return y.people(people)
	}
	return nil
}

// setDefaults takes the defaults over, all or none.
func (y *yamlReader) setDefaults(node *yaml.Node) []problem {
	values, problems := fields(node, FieldRole, FieldTeams)
	role, more := scalar(values[FieldRole], FieldRole, node)
	problems = append(problems, more...)
	known, refused := "", (*ValueError)(nil)
	if text := email.Trim(role.text); text != "" {
		known, refused = parseRole("role", text, roles, roleHints)
	}
	if refused != nil {
		problems = append(problems, problem{role.place, FieldRole, refused.Reason, refused.Suggestion})
	}
	cell, list, more := teams(values[FieldTeams], node)
	problems = append(problems, more...)
	if list == nil {
		var refused []*ValueError
		list, refused = parseTeams(cell.text)
		for _, one := range refused {
			problems = append(problems, problem{cell.place, FieldTeams, one.Reason, one.Suggestion})
		}
	}
	if len(problems) == 0 {
		y.role, y.teams = known, list
	}
	return problems
}

func (y *yamlReader) people(list *yaml.Node) error {
	if list.Kind != yaml.SequenceNode || unsupported(list) {
		return structureError{at(list, "", "people must be a list, each with an email, a role and teams", "")}
	}
	for _, node := range list.Content {
		if err := y.entry(node); err != nil {
			return err
		}
	}
	return nil
}

func (y *yamlReader) entry(node *yaml.Node) error {
	values, problems := fields(node, FieldEmail, FieldRole, FieldTeams)
	out := row{place: place{node.Line, node.Column}}
	var inEmail, inRole, inTeams []problem
	out.email, inEmail = scalar(values[FieldEmail], FieldEmail, node)
	out.role, inRole = scalar(values[FieldRole], FieldRole, node)
	out.teams, out.list, inTeams = teams(values[FieldTeams], node)
	out.problems = slices.Concat(problems, inEmail, inRole, inTeams)
	if values == nil { // no mapping at all: there is nothing more to say
		out.email.settled, out.role.settled, out.teams.settled = true, true, true
	}
	if email.Trim(out.role.text) == "" {
		out.role.text = y.role
	}
	if out.list == nil && email.Trim(out.teams.text) == "" {
		out.list = y.teams
	}
	return y.emit(&out)
}

// teams reads a list of teams, or the text that a table would have. The list is nil if there is none.
func teams(node, parent *yaml.Node) (text cell, list []Team, problems []problem) {
	if node == nil || node.Kind != yaml.SequenceNode {
		text, problems = scalar(node, FieldTeams, parent)
		return text, nil, problems
	}
	if unsupported(node) {
		problems = append(problems, at(node, FieldTeams, noAnchors, ""))
	}
	list = []Team{} // an empty list means no teams, whatever the defaults
	for _, item := range node.Content {
		team, more := team(item)
		problems = append(problems, more...)
		if len(more) == 0 {
			list = append(list, team)
		}
	}
	list, twice := distinct(list, nil)
	for _, one := range twice {
		problems = append(problems, at(node, FieldTeams, one.Reason, one.Suggestion))
	}
	return cell{place: place{node.Line, node.Column}, settled: len(problems) > 0}, list, problems
}

func team(node *yaml.Node) (Team, []problem) {
	if node.Kind == yaml.ScalarNode && !isNull(node) && !unsupported(node) {
		team, refused := parseTeam(email.Trim(node.Value))
		if refused != nil {
			return team, []problem{at(node, FieldTeams, refused.Reason, refused.Suggestion)}
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
		return Team{}, []problem{{name.place, FieldTeams, "no team", "write {team: NAME, role: ROLE}"}}
	}
	team, refused := withRole(email.Trim(name.text), email.Trim(role.text))
	if refused != nil {
		return team, []problem{{role.place, FieldTeams, refused.Reason, refused.Suggestion}}
	}
	return team, nil
}
