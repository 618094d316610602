package roster

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// selection decides which rows of a document are meant, by their cells: those that pass the filters, and whose person no
// column says not to be active. It is not safe for concurrent use. Nil chooses all.
type selection struct {
	conditions []chosenBy
	activities []*activity
	// values is what the cells are said to mean.
	values map[string]string
}

// chosenBy is a condition and its column, absent if the document has none of the name.
type chosenBy struct {
	condition
	at     int
	place  place
	passed []int // how many rows have each of the values
}

// activity is a column that says whether somebody is active.
type activity struct {
	name   string
	at     int
	place  place
	says   polarity
	how    authority
	states memo[state]
	// gone counts the rows whose person is not active, by the value that says so, in the order of their first rows.
	gone []*occurrences
}

// authority is who says that a column is meant.
type authority uint8

const (
	byNobody authority = iota // its name may mean it: nothing follows
	byExport
	byPerson
)

// choice is why a row is left out, or is wrong about whether it is. Nil: it is meant.
type choice struct {
	// rule says why it is left out.
	rule remedy.Hint
	// gone says that its person is not active.
	gone bool
	// wrong is the problem that keeps anybody from knowing, nil if there is none.
	wrong *problem
}

// newSelection returns what chooses the rows of a table with the header, in which the columns of own were written by an
// earlier run. It is nil if all are meant. Problems are those of the rules with the header.
func newSelection(h header, rules *rules, own func(i int) bool) (*selection, []problem) {
	s := &selection{values: rules.states}
	var problems []problem
	for _, c := range rules.where {
		at, wrong := h.one(c.column, "which a filter is about", "filter-column-missing")
		if wrong != nil {
			problems = append(problems, *wrong)
			continue
		}
		s.conditions = append(s.conditions, chosenBy{condition: c, at: at, place: h.places[at], passed: make([]int, len(c.values))})
	}
	name, mapped := rules.columns[FieldActive]
	switch {
	case rules.includeInactive:
	case mapped && name != "":
		at, wrong := h.one(name, "which "+FieldActive+" is mapped to", "active-column-missing")
		if wrong != nil {
			wrong.field = FieldActive
			problems = append(problems, *wrong)
			break
		}
		says, _ := polarityOf(h.cells[at])
		if says == spoken {
			says = affirmative // it says yes or no, if it says that
		}
		s.add(h, at, says, byPerson)
	case !mapped:
		s.recognise(h, own)
	}
	if len(s.conditions)+len(s.activities) == 0 {
		return nil, problems
	}
	return s, problems
}

// recognise adds the columns of a known export or, of any other table, those whose names may mean it.
func (s *selection) recognise(h header, own func(i int) bool) {
	names := slices.Clone(h.cells)
	for i := range names {
		if own(i) {
			names[i] = ""
		}
	}
	known := recognise(names)
	for _, at := range slices.Sorted(maps.Keys(known)) {
		s.add(h, at, known[at], byExport)
	}
	if len(known) > 0 {
		return
	}
	for at, name := range names {
		if says, may := polarityOf(name); may {
			s.add(h, at, says, byNobody)
		}
	}
}

func (s *selection) add(h header, at int, says polarity, how authority) {
	a := &activity{name: email.Trim(h.cells[at]), at: at, place: h.places[at], says: says, how: how}
	a.states = newMemo(func(text string) state { return readState(text, says, s.values) })
	s.activities = append(s.activities, a)
}

// one returns the column of the name, or why there is not just one: by the code if there is none.
func (h header) one(name, what, code string) (int, *problem) {
	switch columns := h.named(name); len(columns) {
	case 0:
		return absent, &problem{h.places[0], "", say(code, "no column "+quote(name)+", "+what, name), remedy.Words("there are " + h.list())}
	case 1:
		return columns[0], nil
	default:
		return absent, &problem{h.places[columns[1]], "", say("columns-same-name", "two columns are called "+quote(name)+", "+what, name), remedy.Words("rename one of them")}
	}
}

// choose says why a row is left out, of which cell returns the cell of a column and its place. It is nil if the row is meant.
func (s *selection) choose(line int, cell func(column int) (string, place)) *choice {
	var out *choice
	for i := range s.conditions {
		c := &s.conditions[i]
		text := ""
		if c.at != absent {
			text, _ = cell(c.at)
		}
		ok, which := c.passes(text)
		if which >= 0 {
			c.passed[which]++
		}
		if !ok && out == nil {
			out = &choice{rule: c.rule()}
		}
	}
	if out != nil {
		return out // whom a filter leaves out has not left
	}
	for _, a := range s.activities {
		text, at := cell(a.at)
		switch a.of(text, s.values) {
		case active:
		case inactive:
			a.count(text, line)
			if a.how != byNobody && (out == nil || out.wrong != nil) {
				out = &choice{gone: true, rule: a.rule(text)}
			}
		case unclear:
			if a.how != byNobody && out == nil {
				out = &choice{wrong: a.unclear(text, at)}
			}
		}
	}
	return out
}

// of returns what a cell says. An export that says nothing says nothing against anybody.
func (a *activity) of(text string, values map[string]string) state {
	text = email.Trim(text)
	if text != "" {
		return *a.states.of(text)
	}
	if _, mapped := values[""]; !mapped && a.how != byPerson {
		return active
	}
	return readState("", a.says, values)
}

// rule says why somebody is left out, and what reads them all the same.
func (a *activity) rule(text string) remedy.Hint {
	return remedy.Words("not active: "+quote(a.name)+" is "+quote(email.Trim(text))+"; ").Use(OptionIncludeInactive, "").Words(" reads such rows like the others")
}

func (a *activity) unclear(text string, at place) *problem {
	text = email.Trim(text)
	return &problem{
		at, FieldActive, say("active-unclear", quote(a.name)+" is "+quote(text)+", which does not say whether the person is active", a.name, text),
		remedy.Words("say it with ").Use(OptionMap, valueMapping(FieldActive, text, sayActive)).Words(" or ").
			Use(OptionMap, valueMapping(FieldActive, text, sayInactive)),
	}
}

// occurrences are the rows with one value: how many, and the first lines.
type occurrences struct {
	value string
	rows  int
	lines []int
}

// linesNamed is how many lines a finding about many rows names.
const linesNamed = 5

func (o *occurrences) add(line int) {
	if o.rows++; len(o.lines) < linesNamed {
		o.lines = append(o.lines, line)
	}
}

// String returns where the rows are: "line 3", "lines 3 and 4", "lines 3, 4, 5 and 17 more".
func (o *occurrences) String() string {
	lines := make([]string, len(o.lines))
	for i, line := range o.lines {
		lines[i] = strconv.Itoa(line)
	}
	last := len(lines) - 1
	switch more := o.rows - len(lines); {
	case more > 0:
		return fmt.Sprintf("lines %s and %d more", strings.Join(lines, ", "), more)
	case last > 0:
		return "lines " + strings.Join(lines[:last], ", ") + " and " + lines[last]
	}
	return "line " + lines[0]
}

// numbers returns the lines as numbers alone: "3, 4, 5, …".
func (o *occurrences) numbers() string {
	lines := make([]string, len(o.lines))
	for i, line := range o.lines {
		lines[i] = strconv.Itoa(line)
	}
	if o.rows > len(o.lines) {
		lines = append(lines, "…")
	}
	return strings.Join(lines, ", ")
}

// count notes a row whose person is not active. Values beyond as many as a person reads are counted together.
func (a *activity) count(text string, line int) {
	const most = 8
	text = email.Trim(text)
	at := slices.IndexFunc(a.gone, func(o *occurrences) bool { return strings.EqualFold(o.value, text) })
	switch {
	case at >= 0:
	case len(a.gone) < most:
		a.gone = append(a.gone, &occurrences{value: strings.Clone(text)})
		at = len(a.gone) - 1
	default:
		at = most - 1
	}
	a.gone[at].add(line)
}

// doubts are what is to be said once all rows were chosen from.
func (s *selection) doubts() (doubts []problem) {
	if s == nil {
		return nil
	}
	for _, c := range s.conditions {
		for i, rows := range c.passed {
			if rows == 0 {
				doubts = append(doubts, problem{
					c.place, "", say("filter-no-match", quote(c.column)+" is nowhere what a filter says", c.column, c.texts[i]),
					remedy.Words("look for a slip of the pen in ").Use(OptionWhere, c.texts[i]),
				})
			}
		}
	}
	for _, a := range s.activities {
		if len(a.gone) > 0 && a.how != byPerson {
			doubts = append(doubts, a.doubt())
		}
	}
	return doubts
}

func (a *activity) doubt() problem {
	parts, values := make([]string, len(a.gone)), make([]string, len(a.gone))
	for i, o := range a.gone {
		parts[i], values[i] = quote(o.value)+" on "+o.String(), o.value+" ("+o.numbers()+")"
	}
	p := problem{place: a.place, field: FieldActive}
	text, args := quote(a.name)+" is "+strings.Join(parts, ", "), []string{a.name, strings.Join(values, ", ")}
	if a.how == byExport {
		p.reason = say("inactive-left-out", text+": not active, and left out", args...)
		p.suggestion = remedy.Use(OptionIncludeInactive, "").Words(" reads such rows like the others")
		return p
	}
	p.reason = say("inactive-perhaps", text+": this may mean that they are not active, and they are read like the others", args...)
	p.suggestion = remedy.Use(OptionMap, FieldActive+"="+quote(a.name)).Words(" leaves them out, ").Use(OptionMap, FieldActive+"=").
		Words(" says that the column is no matter")
	return p
}
