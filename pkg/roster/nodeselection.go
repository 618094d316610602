package roster

import (
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// newNodeSelection returns what chooses the people of a document that is no table, nil if all are meant. Its columns are the
// fields and the extra ones, which come up as they are read.
func newNodeSelection(rules *rules) *selection {
	s := &selection{values: rules.states}
	for _, c := range rules.where {
		s.conditions = append(s.conditions, chosenBy{condition: c, at: absent, passed: make([]int, len(c.values))})
	}
	if name := rules.columns[FieldActive]; name != "" && !rules.includeInactive {
		says, _ := polarityOf(name)
		if says == spoken {
			says = affirmative
		}
		s.add(header{cells: []string{name}, places: []place{{}}}, 0, says, byPerson)
		s.activities[0].at = absent
	}
	if len(s.conditions)+len(s.activities) == 0 {
		return nil
	}
	return s
}

// fieldColumns are the columns of a document that is no table before its extra ones.
var fieldColumns = []string{FieldEmail, FieldRole, FieldTeams}

// choose says why a person is left out.
func (p *peopleReader) choose(r *row) *choice {
	p.bind()
	return p.selection.choose(r.line, func(column int) (string, place) {
		switch column {
		case absent:
			return "", r.place
		case 0:
			return r.email.text, r.email.place
		case 1:
			return r.role.text, r.role.place
		case 2:
			return r.teams.text, r.teams.place
		}
		if column -= len(fieldColumns); column < len(r.extra) {
			return r.extra[column], r.place
		}
		return "", r.place
	})
}

// bind looks for the columns that have not come up yet.
func (r *reading) bind() {
	find := func(name string) int {
		h := header{cells: slices.Concat(fieldColumns, r.extra)}
		if columns := h.named(name); len(columns) > 0 {
			return columns[0]
		}
		return absent
	}
	for i := range r.selection.conditions {
		if c := &r.selection.conditions[i]; c.at == absent {
			c.at = find(c.column)
		}
	}
	for _, a := range r.selection.activities {
		if a.at == absent {
			a.at = find(a.name)
		}
	}
}

// bindNumber takes the extra column that has come up last for the one with the numbers of people, if its name says so.
func (p *peopleReader) bindNumber(name string) {
	if named := p.rules.idColumn; p.number.at == absent && (named == "" && meansNumber(name) || named != NoIDColumn && squash(named) == squash(name)) {
		p.number = numbering{len(p.extra) - 1, email.Trim(name), place{1, 1}}
	}
}

// unbound says which named columns the document does not have.
func (r *reading) unbound() (problems []problem) {
	list := remedy.Words("there are " + header{cells: slices.Concat(fieldColumns, r.extra)}.list())
	if named := r.rules.idColumn; named != "" && named != NoIDColumn && r.number.at == absent {
		problems = append(problems, problem{place{1, 1}, "", say("number-column-missing", "no column "+quote(named)+", which the numbers of people are in", named), list})
	}
	if r.selection == nil {
		return problems
	}
	for _, c := range r.selection.conditions {
		if c.at == absent {
			problems = append(problems, problem{place{1, 1}, "", say("filter-column-missing", "no column "+quote(c.column)+", which a filter is about", c.column), list})
		}
	}
	for _, a := range r.selection.activities {
		if a.at == absent {
			problems = append(problems, problem{place{1, 1}, FieldActive, say("active-column-missing", "no column "+quote(a.name)+", which "+FieldActive+" is mapped to", a.name), list})
		}
	}
	return problems
}
