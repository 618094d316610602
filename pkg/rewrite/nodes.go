package rewrite

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v4"

	"rollcall/pkg/roster"
)

// nodes is YAML or JSON that is edited.
type nodes struct{ *text }

// Repair implements [Editor]. What is written over several lines or with a tag stays as it is.
func (n *nodes) Repair(cell roster.Cell) (before, after string, done bool, err error) {
	before, after = cell.Text, cell.Repair(cell.Text)
	if after == before {
		return before, after, true, nil
	}
	from := n.at(cell.Line, cell.Column)
	to, by := n.scalar(from, before, after)
	if to < 0 {
		return before, after, false, nil
	}
	n.replace(from, to, by)
	return before, after, true, nil
}

// scalar returns the end of the scalar at the index, and the new value in its style. It returns -1 if the scalar is
// written in a way in which values cannot be replaced: over several lines, or with a tag.
func (n *nodes) scalar(at int, before, after string) (end int, by string) {
	switch {
	case at >= len(n.all):
		return -1, ""
	case n.all[at] == '"', n.all[at] == '\'':
		end = n.quoteEnd(at)
	case bytes.IndexByte([]byte("|>!&*"), n.all[at]) >= 0 || !bytes.HasPrefix(n.all[at:], []byte(before)):
		return -1, ""
	default:
		end = at + len(before)
	}
	return end, n.styled(n.all[at], after)
}

// styled writes a text as a scalar is written that begins with the byte.
func (n *nodes) styled(first byte, value string) string {
	switch {
	case first == '\'' && !strings.ContainsFunc(value, unusual):
		return "'" + strings.ReplaceAll(value, "'", "''") + "'"
	case first == '"', first == '\'', !n.ends.yaml, !isPlain(value):
		return doubleQuoted(value)
	}
	return value
}

// unusual reports whether r cannot stand within single quotes as it is.
func unusual(r rune) bool {
	return r < ' ' || r == '\u0085' || r == '\u2028' || r == '\u2029' || r == '\ufeff'
}

// doubleQuoted writes a text as JSON does, and as YAML may.
func doubleQuoted(value string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// A string and a buffer never fail.
	_ = encoder.Encode(value)
	return escapes.Replace(strings.TrimSuffix(b.String(), "\n"))
}

// escapes writes what JSON may have within quotes, and YAML not.
var escapes = strings.NewReplacer("\u0085", `\u0085`, "\ufeff", `\ufeff`, "\u007f", `\u007f`)

// isPlain reports whether YAML takes the value for itself, and for a text, without quotes, wherever it stands.
func isPlain(value string) bool {
	node := plainNode(value)
	return node != nil && node.ShortTag() == "!!str"
}

// plainNode returns what YAML takes the value for without quotes, wherever it stands, nil if that is not itself.
func plainNode(value string) *yaml.Node {
	var list yaml.Node
	if strings.ContainsFunc(value, unusual) || yaml.Unmarshal([]byte("["+value+"]"), &list) != nil || len(list.Content) != 1 {
		return nil
	}
	top := list.Content[0]
	if len(top.Content) != 1 || top.Content[0].Kind != yaml.ScalarNode || top.Content[0].Style != 0 || top.Content[0].Value != value {
		return nil
	}
	return top.Content[0]
}

// quoteEnd returns the index behind the quoted scalar at the index, -1 if it never ends.
func (n *nodes) quoteEnd(at int) int {
	quote := n.all[at]
	for at++; at < len(n.all); at++ {
		switch {
		case quote == '"' && n.all[at] == '\\':
			at++
		case n.all[at] != quote:
		case quote == '\'' && at+1 < len(n.all) && n.all[at+1] == quote:
			at++
		default:
			return at + 1
		}
	}
	return -1
}

// Drop implements [Editor].
func (n *nodes) Drop(row roster.RawRow) bool {
	at := n.at(row.Line, row.Column)
	if at >= len(n.all) {
		return false
	}
	from, to := n.block(at)
	if n.all[at] == '{' {
		from, to = n.flow(at)
	}
	if to < 0 {
		return false
	}
	n.replace(from, to, "")
	return true
}

// flow returns what is to be left out together with the mapping in braces at the index; to is -1 if nothing can be.
func (n *nodes) flow(at int) (from, to int) {
	to = n.flowEnd(at)
	if to < 0 {
		return at, to
	}
	before := n.blanksBefore(at)
	switch {
	case before == n.done && n.done > 0:
		// The one before was left out: this is the first again, or the only one of its line.
	case before == 0, n.all[before-1] == '}': // one of JSON Lines
		return n.wholeLine(at, to)
	case n.all[before-1] == ',' && !n.commented(before-1, at):
		return before - 1, to
	case n.all[before-1] == '-':
		return n.dashed(before-1, at, to)
	}
	return n.commaAfter(at, to)
}

// blanksBefore returns where the blanks before the index begin, but not before what is done.
func (n *nodes) blanksBefore(at int) int {
	for at > n.done && bytes.IndexByte([]byte(" \t\r\n"), n.all[at-1]) >= 0 {
		at--
	}
	return at
}

func (n *nodes) blanksAfter(at int) int {
	for at < len(n.all) && bytes.IndexByte([]byte(" \t\r\n"), n.all[at]) >= 0 {
		at++
	}
	return at
}

// commented reports whether the comma at the index may be that of a comment.
func (n *nodes) commented(comma, at int) bool {
	return bytes.ContainsAny(n.all[comma:at], "\r\n") && bytes.IndexByte(n.all[n.lineStart(comma):comma], '#') >= 0
}

// commaAfter leaves an item out with the comma behind it, or alone where it is the last one.
func (n *nodes) commaAfter(at, end int) (from, to int) {
	after := n.blanksAfter(end)
	switch {
	case after < len(n.all) && n.all[after] == ',':
		return at, n.blanksAfter(after + 1)
	case after < len(n.all) && n.all[after] == ']':
		return at, end
	case after == len(n.all), n.all[after] == '{': // JSON Lines
		return n.wholeLine(at, end)
	}
	return at, -1
}

// wholeLine leaves out the line on which something stands alone, and else what stands there.
func (n *nodes) wholeLine(from, to int) (int, int) {
	start, end := max(n.lineStart(from), n.done), to
	for end < len(n.all) && (n.all[end] == ' ' || n.all[end] == '\t') {
		end++
	}
	if end < len(n.all) && n.all[end] == '#' && n.ends.yaml {
		for end < len(n.all) && n.breakAt(end) == 0 {
			end++
		}
	}
	if n.isBlank(start, from) && (end == len(n.all) || n.breakAt(end) > 0 || n.all[end] == '\r') {
		return start, n.after(end)
	}
	return from, to
}

func (n *nodes) isBlank(from, to int) bool { return len(bytes.Trim(n.all[from:to], " \t\r\n")) == 0 }

// dashed leaves out an item of a block list whose value ends at the index. A "---" is no dash.
func (n *nodes) dashed(dash, at, end int) (from, to int) {
	start := n.lineStart(dash)
	switch {
	case isMarker(n.all[start:]):
		return at, end
	case n.isBlank(start, dash):
		return n.wholeLine(dash, end)
	}
	return at, -1
}

// isMarker reports whether a line parts two documents of a stream.
func isMarker(line []byte) bool {
	return bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("..."))
}

// flowEnd returns the index behind the mapping in braces at the index, -1 if it never ends.
func (n *nodes) flowEnd(at int) int {
	depth := 0
	for begins := true; at < len(n.all); at++ {
		switch c := n.all[at]; c {
		case '{', '[':
			depth++
			begins = true
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
			begins = false
		case '"', '\'':
			if begins {
				if at = n.quoteEnd(at) - 1; at < 0 {
					return -1
				}
			}
			begins = false
		case '#':
			if n.ends.yaml && bytes.IndexByte([]byte(" \t\r\n"), n.all[at-1]) >= 0 {
				at = n.after(at) - 1
				begins = true
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			begins = begins || c == ',' || c == ':' || c == '\r' || c == '\n'
		default:
			begins = false
		}
	}
	return -1
}

// block returns the lines of the mapping whose first key is at the index; to is -1 if they hold something else, too.
func (n *nodes) block(at int) (from, to int) {
	indent := -1 // of a document that is a single person
	from = n.lineStart(at)
	if before := n.blanksBefore(at); before > n.done && n.all[before-1] == '-' && !isMarker(n.all[n.lineStart(before-1):]) {
		at = before - 1
		from = n.lineStart(at)
		indent = at - from
	} else if !n.beginsDocument(from) {
		return from, -1
	}
	if !n.isBlank(from, at) {
		return from, -1
	}
	to = n.after(at)
	for next := to; next < len(n.all); {
		line := n.all[next:n.after(next)]
		bare := bytes.TrimLeft(line, " \t")
		switch {
		case isMarker(line):
			return from, to
		case len(bytes.Trim(bare, "\r\n")) == 0, bare[0] == '#':
		case len(line)-len(bare) <= indent:
			return from, to
		default:
			to = next + len(line)
		}
		next += len(line)
	}
	return from, to
}

// beginsDocument reports whether nothing but comments stands above the line in its document.
func (n *nodes) beginsDocument(start int) bool {
	for start > 0 {
		above := n.lineStart(start - 1)
		line := bytes.TrimLeft(n.all[above:start], " \t\r\n")
		if isMarker(n.all[above:start]) {
			return true
		}
		if len(line) > 0 && line[0] != '#' && line[0] != '%' {
			return false
		}
		start = above
	}
	return true
}
