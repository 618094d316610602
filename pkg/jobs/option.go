package jobs

import (
	"slices"

	"go.yaml.in/yaml/v4"
)

// option is a key and its value.
type option struct {
	key   string
	line  int
	value *yaml.Node
}

// options are those of one mapping, in its order and then in the order of what is merged into it. No key is there twice.
type options []option

func (o options) has(key string) bool {
	return slices.ContainsFunc(o, func(one option) bool { return one.key == key })
}

// options returns what is in a mapping, and whether it is one.
func (r *reader) options(node *yaml.Node, expected string) (options, bool) {
	mapping := resolve(node)
	if mapping.Kind != yaml.MappingNode {
		r.fault(node.Line, "", "expected %s", expected)
		return nil, false
	}
	m := merger{reader: r, known: make(map[string]bool), merged: make(map[*yaml.Node]bool)}
	m.add(mapping)
	return m.options, true
}

// merger flattens a mapping: its own keys count before those of a mapping that is merged into it (<<), and those before the
// keys of the next.
type merger struct {
	*reader
	options options
	known   map[string]bool
	// merged are the mappings that were added. A second time adds nothing, and may have no end.
	merged map[*yaml.Node]bool
}

func (m *merger) add(mapping *yaml.Node) {
	if m.merged[mapping] {
		return
	}
	m.merged[mapping] = true
	m.taken += len(mapping.Content) / 2
	here := make(map[string]bool)
	var others []*yaml.Node
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		name, value := mapping.Content[i], mapping.Content[i+1]
		key := resolve(name)
		switch {
		case key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge":
			others = append(others, value)
		case key.Kind != yaml.ScalarNode || key.Value == "":
			m.fault(name.Line, "", "a key must be the name of an option")
		case here[key.Value]:
			m.fault(name.Line, key.Value, "the key is there twice")
		case !m.known[key.Value]:
			m.options = append(m.options, option{key.Value, name.Line, value})
		}
		here[key.Value] = true
	}
	for key := range here {
		m.known[key] = true
	}
	for _, other := range others {
		m.merge(other, true)
	}
}

// merge adds a mapping, or every mapping in a list.
func (m *merger) merge(node *yaml.Node, lists bool) {
	switch target := resolve(node); {
	case target.Kind == yaml.MappingNode:
		m.add(target)
	case target.Kind == yaml.SequenceNode && lists:
		for _, one := range target.Content {
			m.merge(one, false)
		}
	default:
		m.fault(node.Line, "<<", "expected a mapping, or a list of them")
	}
}

// resolve returns what an alias stands for. An alias stands for a node that is none.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isNull(node *yaml.Node) bool {
	node = resolve(node)
	return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null"
}
