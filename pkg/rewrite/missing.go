package rewrite

import (
	"bytes"
	"maps"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/roster"
)

func runeLength(text []byte) int {
	_, size := utf8.DecodeRune(text)
	return size
}

// add notes that a mapping is to get keys that it lacks: in braces, behind the address; in a block, on lines that are blank or
// at the end of the document. Where there are none, the person is written in braces on the line on which they begin, so that
// nobody below gets another line.
func (e *entry) add(missing map[string]string, change Change) error {
	if e.flowing() {
		return e.addFlowing(missing)
	}
	prefix, end := strings.Repeat(" ", e.indent), "\n"
	if first := e.lineEnd(0); first < len(e.all) {
		end = string(e.all[first:e.after(first)])
	}
	var lines []string
	for _, field := range fields {
		if text, there := missing[field]; there {
			lines = append(lines, prefix+field+": "+e.styled(0, text))
		}
	}
	if e.isLast() {
		text := strings.Join(lines, end) + end
		if e.lineEnd(e.lines[len(e.lines)-1]) == e.end { // without one
			text = end + strings.Join(lines, end)
		}
		e.splices = append(e.splices, splice{e.end, e.end, text})
		return nil
	}
	blank := e.end
	var splices []splice
	for _, line := range lines {
		if blank >= len(e.all) || !e.isBlank(blank, e.after(blank)) {
			return e.inBraces(missing, change)
		}
		splices = append(splices, splice{blank, e.lineEnd(blank), line})
		blank = e.after(blank)
	}
	e.splices = append(e.splices, splices...)
	return nil
}

// isLast reports whether nothing but blank lines and comments follow.
func (e *entry) isLast() bool {
	for line := e.end; line < len(e.all); line = e.after(line) {
		if bare := bytes.TrimSpace(e.all[line:e.after(line)]); len(bare) > 0 && bare[0] != '#' {
			return false
		}
	}
	return true
}

// addFlowing adds keys to a mapping in braces.
func (e *entry) addFlowing(missing map[string]string) error {
	at, before, after := e.at+1, "", ", "
	if len(e.node.Content) == 0 {
		after = ""
	}
	if _, address := value(e.node, roster.FieldEmail); address != nil && address.Kind == yaml.ScalarNode && (address.Value != "" || address.Style != 0) {
		if end := e.scalarEnd(e.index(address), true, 0); end > 0 {
			at, before, after = end, ", ", ""
		}
	}
	var pairs []string
	for _, field := range fields {
		if text, there := missing[field]; there {
			pairs = append(pairs, e.key(field)+": "+e.styled(0, text))
		}
	}
	e.splices = append(e.splices, splice{at, at, before + strings.Join(pairs, ", ") + after})
	return nil
}

// key writes the name of a field as a key.
func (e *entry) key(field string) string {
	if e.ends.yaml {
		return field
	}
	return doubleQuoted(field)
}

// spellOut makes a person in braces of a text alone, which is their address unless another one is said.
func (e *entry) spellOut(change Change) error {
	if len(change.Texts) == 0 {
		return nil
	}
	end := e.scalarEnd(e.at, true, 0)
	if end < 0 || end > e.end {
		return ErrManner
	}
	texts := map[string]string{roster.FieldEmail: e.text(e.node)}
	maps.Copy(texts, change.Texts)
	var pairs []string
	for _, field := range fields {
		if text, there := texts[field]; there {
			pairs = append(pairs, e.key(field)+": "+e.styled(0, text))
		}
	}
	e.cells += len(change.Texts)
	e.splices = append(e.splices, splice{e.at, end, "{" + strings.Join(pairs, ", ") + "}" + e.breaks(e.at, end, true)})
	return nil
}

// inBraces notes that the person is to be written in braces on the first line, with the keys that are missing. Comments stay
// where they are.
func (e *entry) inBraces(missing map[string]string, change Change) error {
	parts := []string{}
	for i := 0; i+1 < len(e.node.Content); i += 2 {
		key, node := e.node.Content[i], e.node.Content[i+1]
		e.rewordNode(key.Value, node, change)
		name, err := flow(key)
		if err != nil {
			return err
		}
		text, err := flow(node)
		if err != nil {
			return err
		}
		parts = append(parts, name+": "+text)
	}
	for _, field := range fields {
		if text, there := missing[field]; there {
			parts = append(parts, field+": "+e.styled(0, text))
		}
	}
	e.splices = nil
	for i, line := range e.lines {
		end := e.lineEnd(line)
		by := e.comment(line)
		if i == 0 {
			by = strings.TrimSuffix("{"+strings.Join(parts, ", ")+"} "+strings.TrimLeft(by, " "), " ")
		}
		e.splices = append(e.splices, splice{line, end, by})
	}
	return nil
}

// rewordNode has the value of a key say what it is to say.
func (e *entry) rewordNode(field string, node *yaml.Node, change Change) {
	if text, asked := change.Texts[field]; asked {
		*node = yaml.Node{Kind: yaml.ScalarNode, Value: text, Style: yaml.DoubleQuotedStyle}
		if isPlain(text) {
			node.Style = 0
		}
		return
	}
	reword := func(node *yaml.Node, become func(string) string) {
		if node == nil || become == nil || node.Kind != yaml.ScalarNode || isNull(node) {
			return
		}
		if after := become(node.Value); after != node.Value {
			node.Value, node.Style = after, yaml.DoubleQuotedStyle
		}
	}
	switch {
	case field == roster.FieldRole:
		reword(node, change.Role)
	case field == roster.FieldTeams && node.Kind == yaml.SequenceNode:
		for _, item := range node.Content {
			if reword(item, change.Teams); item.Kind == yaml.MappingNode {
				_, name := value(item, keyTeam)
				_, role := value(item, roster.FieldRole)
				reword(name, change.Team)
				reword(role, change.TeamRole)
			}
		}
	case field == roster.FieldTeams:
		reword(node, change.Teams)
	}
}

// flow writes a node on one line.
func flow(node *yaml.Node) (string, error) {
	if node.Anchor != "" || node.Style&yaml.TaggedStyle != 0 && node.ShortTag() != "!!str" {
		return "", ErrManner
	}
	begin, end := "[", "]"
	switch node.Kind {
	case yaml.ScalarNode:
		switch {
		case isNull(node):
			return "null", nil
		case node.Style == 0 && plainNode(node.Value) != nil:
			return node.Value, nil
		}
		return doubleQuoted(node.Value), nil
	case yaml.MappingNode:
		begin, end = "{", "}"
	case yaml.SequenceNode:
	default:
		return "", ErrManner
	}
	var b strings.Builder
	b.WriteString(begin)
	for i, part := range node.Content {
		text, err := flow(part)
		if err != nil {
			return "", err
		}
		switch {
		case node.Kind == yaml.MappingNode && i%2 == 1:
			b.WriteString(": ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(text)
	}
	return b.String() + end, nil
}

// comment returns the comment on the line at the index with its indent, "" if there is none.
func (n *nodes) comment(line int) string {
	text := n.all[line:n.lineEnd(line)]
	at := commentIn(text)
	if at < 0 {
		return ""
	}
	return string(text[:len(text)-len(bytes.TrimLeft(text, " "))]) + string(text[at:])
}

// commentIn returns where the comment of a line begins, -1 if it has none.
func commentIn(line []byte) int {
	quote := byte(0)
	for i, c := range line {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && (i == 0 || strings.IndexByte(" \t[{,", line[i-1]) >= 0):
			quote = c
		case c == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t'):
			return i
		}
	}
	return -1
}
