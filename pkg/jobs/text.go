package jobs

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// Options returns the options of the job as a text that [ParseOptions] reads, for whoever has not got the file: one mapping
// of YAML, with those of the defaults among them, in alphabetical order. It has neither the roster nor what [Terms] returns,
// no aliases and no comments; it is empty if there are no options. Paths are as in the file, see [Job.Path].
func (j Job) Options() (string, error) {
	w := writer{reader: reader{faults: faults{path: j.file}}}
	mapping := &yaml.Node{Kind: yaml.MappingNode}
	for _, one := range j.merged() {
		mapping.Content = append(mapping.Content, text(one.key), w.copy(one.key, one.value))
	}
	if err := w.joined(); err != nil || len(mapping.Content) == 0 {
		return "", err
	}
	written, err := yaml.Dump(mapping, yaml.WithLineWidth(-1))
	if err == nil {
		_, err = ParseOptions(string(written)) // it may have become too much
	}
	if err != nil {
		return "", &Error{Path: j.file, Line: j.Line, Err: err}
	}
	return string(written), nil
}

// ParseOptions returns a job that has the options in a text and nothing else, for [Job.Decode]. An error is as one of [Read],
// of a file that is called "options".
func ParseOptions(text string) (Job, error) {
	r := reader{faults: faults{path: "options"}}
	job := Job{Line: 1, file: r.path}
	if top := r.load(strings.NewReader(text)); top != nil && !isNull(top) {
		job.own, _ = r.options(top, "options and their values")
	}
	return job, r.joined()
}

// merged returns the options of the job, and those of the defaults that it has not itself.
func (j Job) merged() options {
	all := slices.Clone(j.own)
	for _, one := range j.defaults {
		if !j.own.has(one.key) {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b option) int { return cmp.Compare(a.key, b.key) })
	return all
}

// Texts returns the texts that an option has in the file, one where it is no list, and the line of the option. There are none
// where neither the job nor the defaults have it, or where it is a mapping; the line is then that of the job. The roster has a
// line, too, and its text is as it was written.
func (j Job) Texts(key string) (texts []string, line int) {
	if key == keyRoster {
		return []string{j.written}, cmp.Or(j.rosterLine, j.Line)
	}
	for _, one := range slices.Concat(j.own, j.defaults) {
		if one.key != key {
			continue
		}
		items := []*yaml.Node{one.value}
		if list := resolve(one.value); list.Kind == yaml.SequenceNode {
			items = list.Content
		}
		for _, item := range items {
			if value := resolve(item); value.Kind == yaml.ScalarNode {
				texts = append(texts, value.Value)
			}
		}
		return texts, one.line
	}
	return nil, j.Line
}

// writer copies what a job has, so that nothing of the file is needed for it.
type writer struct {
	reader
	values int
}

// full reports whether the job has more than it may have. What is merged counts, too.
func (w *writer) full() bool { return w.values+w.taken > maxValues }

func (w *writer) copy(key string, node *yaml.Node) *yaml.Node {
	w.values++
	if w.full() {
		if len(w.errs) == 0 {
			w.fault(node.Line, key, "the aliases stand for more than %d values", maxValues)
		}
		return text("")
	}
	value := resolve(node)
	copied := &yaml.Node{Kind: value.Kind}
	switch value.Kind {
	case yaml.SequenceNode:
		for _, item := range value.Content {
			if copied.Content = append(copied.Content, w.copy(key, item)); w.full() {
				break
			}
		}
		return copied
	case yaml.MappingNode:
		pairs, _ := w.options(node, "a mapping")
		for _, pair := range pairs {
			if copied.Content = append(copied.Content, text(pair.key), w.copy(key, pair.value)); w.full() {
				break
			}
		}
		return copied
	default:
		return scalarOf(value)
	}
}

// scalarOf returns a scalar that is decoded as another one.
func scalarOf(value *yaml.Node) *yaml.Node {
	switch tag := value.ShortTag(); tag {
	case "!!null", "!!bool", "!!int", "!!float", "!!timestamp":
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value.Value}
	default:
		return text(value.Value)
	}
}

// text returns a scalar that is a text, whatever it looks like.
func text(value string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
	if strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// Differing returns the options that two jobs have not in the same way, in alphabetical order, be they their own or those of
// the defaults.
func Differing(one, other Job) []string {
	first, second := one.byKey(), other.byKey()
	var keys []string
	for key, value := range first {
		if second[key] != value {
			keys = append(keys, key)
		}
	}
	for key := range second {
		if _, known := first[key]; !known {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// byKey returns the options as texts.
func (j Job) byKey() map[string]string {
	texts := make(map[string]string)
	for _, option := range j.merged() {
		var w writer
		written, err := yaml.Dump(w.copy(option.key, option.value))
		if err != nil { // then it was never written
			written = nil
		}
		texts[option.key] = string(written)
	}
	return texts
}
