package roster

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// What the extra columns of a document of nodes may come to, since everybody in it may name others: as many as a sheet of
// Excel has, and names of 1 MiB.
const (
	maxColumns = 1 << 14
	maxNames   = 1 << 20
)

// isResult reports whether a mapping is a row of a results file in JSON Lines, which is a roster again.
func isResult(node *yaml.Node) bool {
	return node.Kind == yaml.MappingNode && hasKey(node, "row") && hasKey(node, "line") && hasKey(node, "outcome")
}

// result takes apart a row of a results file: into what a roster has of a person, and the roster's own columns, which
// are those of the first such row. What else the run has written is of no meaning.
func (p *peopleReader) result(node *yaml.Node) (person *yaml.Node, extra []string, problems []problem) {
	person = &yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Column: node.Column}
	first := p.ofResults == nil
	if first {
		p.ofResults = make(map[string]bool)
	}
	own := &yaml.Node{Kind: yaml.MappingNode, Line: node.Line, Column: node.Column}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch name := key.Value; {
		case slices.Contains([]string{FieldEmail, FieldRole, FieldTeams}, name):
			person.Content = append(person.Content, key, value)
		case slices.Contains(resultsHeader, name):
		case !first && !p.ofResults[name]:
			if len(problems) < enough {
				problems = append(problems, at(key, "", say("result-key-unknown", "unknown key "+quote(name), name), "the first row of these results does not have it"))
			}
		default:
			p.ofResults[strings.Clone(name)] = true
			own.Content = append(own.Content, key, value)
		}
	}
	extra, more := p.extras(own)
	return person, extra, append(more, problems...)
}

// extras returns the cells of the extra columns, which the keys of a mapping name.
func (p *peopleReader) extras(node *yaml.Node) (cells []string, problems []problem) {
	switch {
	case unsupported(node):
		return nil, []problem{at(node, "", noAnchors, "")}
	case node.Kind != yaml.MappingNode:
		return nil, []problem{at(node, "", say("extra-no-columns", "expected the names of columns and their texts"), "write {NAME: TEXT}")}
	}
	seen := make(map[string]bool)
	cells = make([]string, len(p.extra))
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		column, wrong := p.columnOf(key, seen)
		if wrong == nil {
			var text string
			text, wrong = plainText(node.Content[i+1])
			cells = append(cells, make([]string, len(p.extra)-len(cells))...)
			if !p.secrets[column] {
				cells[column] = text
			}
		}
		if wrong != nil && len(problems) < enough {
			problems = append(problems, *wrong)
		}
	}
	if !p.wantExtra && p.selection == nil && p.number.at == absent {
		return nil, problems
	}
	return cells, problems
}

// columnOf returns the index of the extra column that a key names, or what is wrong with the key. The mapping has the keys
// that were seen before it.
func (p *peopleReader) columnOf(key *yaml.Node, seen map[string]bool) (int, *problem) {
	var wrong problem
	column, known := p.columns[key.Value]
	switch {
	case unsupported(key), key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge":
		wrong = at(key, "", noAnchors, "")
	case key.Kind != yaml.ScalarNode:
		wrong = at(key, "", say("extra-no-name", "expected the name of a column"), "")
	case seen[key.Value]:
		wrong = twice(key)
	case known:
		seen[key.Value] = true
		return column, nil
	case len(p.extra) == maxColumns || p.named+len(key.Value) > maxNames:
		wrong = at(key, "", say("columns-too-many", "one column too many"), "a roster may have 16,384, with names of 1 MiB")
	default:
		seen[key.Value] = true
		p.addColumn(key.Value)
		if column = len(p.extra) - 1; p.secrets[column] {
			p.doubts = append(p.doubts, leftOut(place{key.Line, key.Column}, key.Value))
		}
		return column, nil
	}
	return 0, &wrong
}

func (p *peopleReader) addColumn(name string) {
	name = strings.Clone(name) // which may be a piece of more
	p.columns[name], p.named = len(p.extra), p.named+len(name)
	p.extra, p.secrets = append(p.extra, name), append(p.secrets, isSecret(name))
	p.bindNumber(name)
}
