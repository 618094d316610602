package rewrite

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/pattern"
	"rollcall/pkg/roster"
)

// entry is one person in YAML or JSON, and what is to be put in the place of what.
type entry struct {
	*nodes
	node *yaml.Node
	// at is where it begins, end where it ends; a block ends with its last line.
	at, end int
	// indent is how many characters stand before it on its line, lines where its lines begin.
	indent  int
	lines   []int
	splices []splice
	cells   int
}

// splice is a text in the place of another.
type splice struct {
	from, to int
	by       string
}

// The keys of a team in a list.
const keyTeam = "team"

// Set implements [Editor]. The rows below stay on their lines.
func (n *nodes) Set(row roster.RawRow, change Change) (cells int, err error) {
	at := n.at(row.Line, row.Column)
	if at >= len(n.all) {
		return 0, ErrUnclear
	}
	e, err := n.entry(at, row.Column-1)
	if err != nil {
		return 0, err
	}
	switch e.node.Kind {
	case yaml.MappingNode:
		err = e.change(change)
	case yaml.ScalarNode:
		err = e.spellOut(change)
	default:
		err = ErrManner
	}
	if err != nil {
		return 0, err
	}
	slices.SortStableFunc(e.splices, func(a, b splice) int { return cmp.Compare(a.from, b.from) })
	for _, s := range e.splices {
		n.replace(s.from, s.to, s.by)
	}
	return e.cells, nil
}

// surrogates matches what JSON has for characters beyond 16 bits, and YAML does not.
var surrogates = pattern.Of(`(?i)\\u(d[89a-f])`)

// entry reads the person at an index.
func (n *nodes) entry(at, indent int) (*entry, error) {
	e := &entry{nodes: n, at: at, indent: indent}
	_, e.end = n.block(at)
	switch {
	case strings.IndexByte("&*!", n.all[at]) >= 0:
		return nil, ErrManner
	case n.all[at] == '{':
		e.end = n.flowEnd(at)
	case e.end < 0 || !n.ends.yaml:
		e.end = n.scalarEnd(at, true, 0)
	}
	if e.end < 0 {
		return nil, ErrManner
	}
	for line := at; line < e.end; line = n.after(line) {
		e.lines = append(e.lines, line)
	}
	text := slices.Concat(bytes.Repeat([]byte(" "), indent), n.all[at:e.end])
	if !n.ends.yaml {
		text = surrogates().ReplaceAll(text, []byte(`\u00`)) // as long as before
		for i, c := range text {
			if c == '\t' {
				text[i] = ' '
			}
		}
	}
	var top yaml.Node
	if yaml.Unmarshal(text, &top) != nil || len(top.Content) != 1 {
		return nil, ErrManner
	}
	e.node = top.Content[0]
	return e, nil
}

// index returns where a node begins.
func (e *entry) index(node *yaml.Node) int {
	at, column := e.lines[node.Line-1], node.Column
	if node.Line == 1 {
		column -= e.indent
	}
	for ; column > 1 && at < len(e.all); column-- {
		at += runeLength(e.all[at:])
	}
	return at
}

func (e *entry) flowing() bool { return e.all[e.at] == '{' }

// value returns a key of a mapping and its value, nil if it has none.
func value(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if key := mapping.Content[i]; key.Kind == yaml.ScalarNode && key.Value == name {
			return key, mapping.Content[i+1]
		}
	}
	return nil, nil
}

// change notes what is to change in a mapping.
func (e *entry) change(change Change) error {
	missing := map[string]string{}
	for _, field := range fields {
		key, node := value(e.node, field)
		text, asked := change.Texts[field]
		var err error
		switch {
		case asked && node == nil:
			missing[field] = text
		case asked:
			err = e.put(spot{key, node, e.flowing()}, text)
		case node == nil:
		case field == roster.FieldRole && change.Role != nil:
			err = e.reword(spot{key, node, e.flowing()}, change.Role)
		case field == roster.FieldTeams && node.Kind == yaml.SequenceNode:
			err = e.rewordList(node, change)
		case field == roster.FieldTeams && change.Teams != nil:
			err = e.reword(spot{key, node, e.flowing()}, change.Teams)
		}
		if err != nil {
			return about(field, err)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	e.cells += len(missing)
	return e.add(missing, change)
}

// text returns what a scalar says.
func (e *entry) text(node *yaml.Node) string {
	if at := e.index(node); !e.ends.yaml && e.all[at] == '"' {
		var text string
		if json.Unmarshal(e.all[at:e.quoteEnd(at)], &text) == nil {
			return text
		}
	}
	return node.Value
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.ShortTag() == "!!null" }

// spot is a value, its key, nil for an item of a list, and whether it stands in brackets.
type spot struct {
	key, node *yaml.Node
	flowing   bool
}

// reword has a scalar say what becomes of it.
func (e *entry) reword(at spot, become func(string) string) error {
	if at.node == nil || become == nil || at.node.Kind != yaml.ScalarNode || isNull(at.node) {
		return nil
	}
	before := e.text(at.node)
	after := become(before)
	if after == before {
		return nil
	}
	return e.put(at, after)
}

// rewordList has a list of teams say what becomes of its items.
func (e *entry) rewordList(list *yaml.Node, change Change) error {
	flowing := e.flowing() || list.Style&yaml.FlowStyle != 0
	for _, item := range list.Content {
		if err := e.reword(spot{nil, item, flowing}, change.Teams); err != nil {
			return err
		}
		if item.Kind != yaml.MappingNode {
			continue
		}
		within := flowing || item.Style&yaml.FlowStyle != 0
		key, node := value(item, keyTeam)
		if err := e.reword(spot{key, node, within}, change.Team); err != nil {
			return err
		}
		key, node = value(item, roster.FieldRole)
		if err := e.reword(spot{key, node, within}, change.TeamRole); err != nil {
			return err
		}
	}
	return nil
}

// put notes that a value is to say a text.
func (e *entry) put(where spot, text string) error {
	key, node := where.key, where.node
	e.cells++
	if node.Kind == yaml.ScalarNode && node.Value == "" && node.Style == 0 {
		colon := e.colon(key)
		if colon < 0 {
			return ErrManner
		}
		e.splices = append(e.splices, splice{colon, colon, " " + e.styled(0, text)})
		return nil
	}
	at := e.index(node)
	parent := e.parentIndent(key, at)
	switch {
	case node.Anchor != "":
		return ErrManner
	case node.Kind != yaml.ScalarNode && node.Kind != yaml.AliasNode && node.Style&yaml.FlowStyle == 0:
		return e.cover(key, at, parent, text)
	case e.ends.yaml && (e.all[at] == '|' || e.all[at] == '>'):
		end := e.blockEnd(at, parent)
		e.splices = append(e.splices, splice{at, end, e.styled(0, text) + e.breaks(at, end, false)})
		return nil
	}
	end := e.scalarEnd(at, where.flowing, parent)
	if end < 0 {
		return ErrManner
	}
	e.splices = append(e.splices, splice{at, end, e.styled(e.all[at], text) + e.breaks(at, end, true)})
	return nil
}

// parentIndent is that of the block to which a value belongs.
func (e *entry) parentIndent(key *yaml.Node, at int) int {
	if key != nil {
		return key.Column - 1
	}
	start := e.lineStart(at)
	return len(e.all[start:]) - len(bytes.TrimLeft(e.all[start:], " "))
}

// colon returns the index behind the colon of a key, -1 if there is none.
func (e *entry) colon(key *yaml.Node) int {
	if key == nil {
		return -1
	}
	at := e.index(key)
	if e.all[at] == '"' || e.all[at] == '\'' {
		at = e.quoteEnd(at)
	} else {
		at += len(key.Value)
	}
	if at >= 0 {
		at = e.blanksAfter(at)
	}
	if at < 0 || at >= len(e.all) || e.all[at] != ':' {
		return -1
	}
	return at + 1
}

// cover notes that a block is to be a text: what stands in its lines is left out, but for comments.
func (e *entry) cover(key *yaml.Node, at, parent int, text string) error {
	colon := e.colon(key)
	start := e.lineStart(at)
	if colon < 0 || colon > start {
		return ErrManner
	}
	e.splices = append(e.splices, splice{colon, colon, " " + e.styled(0, text)})
	for line := start; line < e.end; line = e.after(line) {
		bare := bytes.TrimLeft(e.all[line:e.after(line)], " ")
		indent := e.after(line) - line - len(bare)
		switch {
		case len(bytes.TrimSpace(bare)) == 0 || bare[0] == '#':
			continue
		case indent < parent || indent == parent && bare[0] != '-':
			return nil
		}
		e.splices = append(e.splices, splice{line, e.lineEnd(line), e.comment(line)})
	}
	return nil
}

// lineEnd returns where the text of the line at the index ends.
func (n *nodes) lineEnd(at int) int {
	for at < len(n.all) && n.breakAt(at) == 0 && (n.all[at] != '\r' || at+1 < len(n.all) && n.all[at+1] != '\n') {
		at++
	}
	return at
}

// blockEnd returns where the text of a block scalar ends that stands at the index.
func (e *entry) blockEnd(at, parent int) int {
	end := e.lineEnd(at)
	for line := e.after(at); line < e.end; line = e.after(line) {
		bare := bytes.TrimLeft(e.all[line:e.after(line)], " ")
		if len(bytes.TrimSpace(bare)) == 0 {
			continue
		}
		if e.after(line)-line-len(bare) <= parent {
			break
		}
		end = e.lineEnd(line)
	}
	return end
}

// breaks returns the line breaks between two indexes, each with the blanks behind it if they are wanted.
func (n *nodes) breaks(from, to int, blanks bool) string {
	var b strings.Builder
	for at := from; at < to; at++ {
		length := n.breakAt(at)
		if length == 0 {
			continue
		}
		if n.all[at] == '\n' && at > from && n.all[at-1] == '\r' {
			b.WriteByte('\r')
		}
		b.Write(n.all[at : at+length])
		at += length - 1
		for next := at + 1; blanks && next < to && n.all[next] == ' '; next++ {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// scalarEnd returns the index behind the value at the index, which stands in a list or mapping in brackets if it is flowing; else
// in a block with an indent. It is -1 if that cannot be told.
func (n *nodes) scalarEnd(at int, flowing bool, indent int) int {
	if at >= len(n.all) {
		return -1
	}
	switch n.all[at] {
	case '"', '\'':
		return n.quoteEnd(at)
	case '[', '{':
		return n.flowEnd(at)
	case '|', '>', '&':
		return -1
	case '!':
		tagged := at
		for tagged < len(n.all) && strings.IndexByte(" \t\r\n", n.all[tagged]) < 0 {
			tagged++
		}
		for tagged < len(n.all) && n.all[tagged] == ' ' {
			tagged++
		}
		if tagged >= len(n.all) || strings.IndexByte("\r\n#", n.all[tagged]) >= 0 {
			return -1
		}
		return n.scalarEnd(tagged, flowing, indent)
	}
	return n.plainEnd(at, flowing, indent)
}

// plainEnd returns the index behind the value at the index that stands in no quotes.
func (n *nodes) plainEnd(at int, flowing bool, indent int) int {
	end := at
	for at < len(n.all) {
		c := n.all[at]
		switch {
		case flowing && strings.IndexByte(",[]{}", c) >= 0:
			return end
		case c == '#' && strings.IndexByte(" \t\r\n", n.all[at-1]) >= 0:
			return end
		case c == ':' && (at+1 == len(n.all) || strings.IndexByte(" \t\r\n", n.all[at+1]) >= 0):
			return end
		case n.breakAt(at) > 0:
			next := at + n.breakAt(at)
			for next < len(n.all) && n.isBlank(next, n.after(next)) {
				next = n.after(next)
			}
			bare := bytes.TrimLeft(n.all[next:], " ")
			if !flowing && len(n.all[next:])-len(bare) <= indent || len(bare) == 0 {
				return end
			}
			at = len(n.all) - len(bare)
			continue
		}
		if at++; c != ' ' && c != '\t' && c != '\r' {
			end = at
		}
	}
	return end
}
