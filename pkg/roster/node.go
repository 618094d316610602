package roster

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/remedy"
)

// noAnchors is said of what could make a small document a huge one.
var noAnchors = say("yaml-anchor", "YAML anchors and aliases are not supported")

// enough problems of one kind are told about a row: whoever generates thousands has made one mistake.
const enough = 20

// at returns a problem with a node.
func at(node *yaml.Node, field string, reason said, suggestion string) problem {
	return problem{place{node.Line, node.Column}, field, reason, remedy.Words(suggestion)}
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null" }

func unsupported(node *yaml.Node) bool { return node.Kind == yaml.AliasNode || node.Anchor != "" }

func hasKey(mapping *yaml.Node, key string) bool {
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return true
		}
	}
	return false
}

// fields returns the values of a mapping by their keys, and what is wrong with those. It returns no values at all if
// the node is not a mapping.
func fields(node *yaml.Node, known ...string) (values map[string]*yaml.Node, problems []problem) {
	if unsupported(node) {
		return nil, []problem{at(node, "", noAnchors, "")}
	}
	if node.Kind != yaml.MappingNode {
		return nil, []problem{at(node, "", say("entry-no-keys", "expected the keys "+strings.Join(known, ", "), strings.Join(known, ", ")), "")}
	}
	values = make(map[string]*yaml.Node, len(known))
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case key.Kind == yaml.ScalarNode && slices.Contains(known, key.Value) && values[key.Value] == nil && !unsupported(key):
			values[key.Value] = value
		case len(problems) == enough:
		case unsupported(key), key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge":
			problems = append(problems, at(key, "", noAnchors, ""))
		case key.Kind != yaml.ScalarNode || !slices.Contains(known, key.Value):
			problems = append(problems, unknownKey(key, known))
		default:
			problems = append(problems, twice(key))
		}
	}
	return values, problems
}

// twice says that the key is not the first of its name.
func twice(key *yaml.Node) problem {
	return at(key, "", say("key-twice", "the key "+quote(key.Value)+" is there twice", key.Value), "keep one")
}

// unknownKey says that a key is none of those that are known.
func unknownKey(key *yaml.Node, known []string) problem {
	suggestion, meant := guess(key.Value, known)
	return at(key, "", say("key-unknown", "unknown key "+quote(key.Value), key.Value, strings.Join(known, ", ")).meaning(meant), suggestion)
}

// guess suggests a key, in words and by itself if one is meant.
func guess(key string, known []string) (suggestion, meant string) {
	meant = Nearest(key, known)
	if field, weak := meaning(key); meant == "" && !weak && slices.Contains(known, field) {
		meant = field
	}
	if meant == "" {
		return "known are " + strings.Join(known, ", "), ""
	}
	return didYouMean(meant), meant
}

// scalar returns the text of a node. A node that is not there has none and stands where its parent does.
func scalar(node *yaml.Node, field string, parent *yaml.Node) (cell, []problem) {
	if node == nil {
		return cell{place: place{parent.Line, parent.Column}}, nil
	}
	c := cell{place: place{node.Line, node.Column}}
	var wrong *problem
	if c.text, wrong = plainText(node); wrong != nil {
		c.judged, wrong.field = true, field
		return c, []problem{*wrong}
	}
	return c, nil
}

// plainText returns the text of a node, "" for null. An untagged scalar is a text whatever YAML takes it for; those of
// JSON are all tagged.
func plainText(node *yaml.Node) (string, *problem) {
	wrong := func(reason said, suggestion string) (string, *problem) {
		p := at(node, "", reason, suggestion)
		return "", &p
	}
	switch {
	case unsupported(node):
		return wrong(noAnchors, "")
	case node.Kind != yaml.ScalarNode:
		return wrong(say("value-no-text", "expected a text, not a list or a mapping"), "")
	case isNull(node):
		return "", nil
	case node.Style&yaml.TaggedStyle != 0 && node.ShortTag() != "!!str":
		return wrong(say("value-other", "expected a text"), "put it in quotes")
	case strings.ContainsRune(node.Value, 0):
		return wrong(say("value-nul", "a NUL character in a text"), "")
	}
	return node.Value, nil
}
