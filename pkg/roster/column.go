package roster

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// resultsHeader is how the header of a results file begins. Such a file is a roster again.
var resultsHeader = strings.Split("row,line,email,role,teams,outcome,invitation_id,token,status,organization_id,"+
	"organization_name,organization_role,expires_at,attempts,http_status,error,hint,updated_at", ",")

// The columns of a file with the rows that a person has to correct: what is wrong with each, and what to do about it.
const (
	ColumnError = "error"
	ColumnHint  = "hint"
	// columnCorrections, as [squash] leaves it, names the roster from which they are.
	columnCorrections = "rollcallcorrections"
)

// absent is the index of a column that is not there.
const absent = -1

// layout says what the columns of a table mean.
type layout struct {
	width              int
	email, role, teams int
	// number is the column with the numbers of people.
	number numbering
	// extra are the columns that mean nothing to us, names what their header says.
	extra []int
	names []string
	// secrets are those of extra that hold passwords. Their cells are left empty.
	secrets []int
	// doubts are what is to be said about the header of a table that can be used.
	doubts []problem
	// results tells that the table is a results file.
	results bool
	// selection chooses the rows that are meant, nil if all are.
	selection *selection
	// defused tells that the cells were made harmless for spreadsheets: in a results file, and in one with the columns
	// that say what is wrong with each row, of which somebody may have deleted some.
	defused bool
}

// header is the first record of a table.
type header struct {
	cells  []string
	places []place
}

// layOut finds out what the columns mean, or everything that is wrong with the header.
func layOut(h header, rules *rules) (layout, error) {
	l := layout{width: len(h.cells), email: absent, role: absent, teams: absent}
	l.results, l.defused = isResults(h.cells), isDefused(h.cells)
	var problems structureError
	found := map[string]*int{FieldEmail: &l.email, FieldRole: &l.role, FieldTeams: &l.teams}
	for _, field := range []string{FieldEmail, FieldRole, FieldTeams} {
		column, problem := h.find(field, rules.columns, l.results)
		if problem != nil {
			problems = append(problems, *problem)
		}
		*found[field] = column
	}
	if len(problems) == 0 {
		problems = h.missing(l, rules)
	}
	own := func(i int) bool { return l.ours(i, h.cells[i]) || l.kept(h, h.cells[i]) }
	var wrong []problem
	l.selection, wrong = newSelection(h, rules, own)
	problems = append(problems, wrong...)
	if l.number, wrong = h.number(rules.idColumn, own); len(wrong)+len(problems) > 0 {
		return l, append(problems, wrong...)
	}
	l.doubts = h.doubts(l, rules)
	for i, name := range h.cells {
		if i != l.email && i != l.role && i != l.teams && !l.ours(i, name) {
			l.extra = append(l.extra, i)
			l.names = append(l.names, name)
			if isSecret(name) {
				l.secrets = append(l.secrets, i)
				l.doubts = append(l.doubts, leftOut(h.places[i], name))
			}
		}
	}
	return l, nil
}

// ours reports whether a column was written by an earlier run and says nothing about the person.
func (l layout) ours(i int, name string) bool {
	if l.results {
		return i < len(resultsHeader)
	}
	return l.defused && (name == ColumnError || name == ColumnHint)
}

// kept reports whether a column says what has become of an invitation, in results whose columns somebody has moved.
func (l layout) kept(h header, name string) bool {
	return name == columnStatus && slices.Contains(h.cells, columnOutcome) && slices.Contains(h.cells, columnInvitation)
}

// Columns of results that mean something else elsewhere, and those by which they are known.
const (
	columnStatus     = "status"
	columnOutcome    = "outcome"
	columnInvitation = "invitation_id"
)

// leftOut says that the cells of a column are.
func leftOut(at place, name string) problem {
	return problem{
		at, "", say("column-secret", quote(email.Trim(name))+" is left out: passwords are not copied into results", email.Trim(name)),
		remedy.Words("nobody needs them here: delete the column"),
	}
}

// find returns the column of a field, absent if there is none: the mapped one, or the one whose name means the field.
func (h header) find(field string, mapped map[string]string, results bool) (int, *problem) {
	name, isMapped := mapped[field]
	var columns []int
	switch {
	case isMapped && name == "":
		return absent, nil
	case isMapped:
		columns = h.named(name)
		if len(columns) == 0 {
			return absent, &problem{
				h.places[0], field, say("column-missing", "no column "+quote(name)+", which "+field+" is mapped to", name, field), remedy.Words("there are " + h.list()),
			}
		}
	case results:
		return slices.Index(resultsHeader, field), nil
	default:
		columns = h.meaning(field, mapped)
	}
	switch len(columns) {
	case 0:
		return absent, nil
	case 1:
		return columns[0], nil
	}
	first, second := email.Trim(h.cells[columns[0]]), email.Trim(h.cells[columns[1]])
	at := h.places[columns[1]]
	if first == second {
		return absent, &problem{at, field, say("columns-same-name", "two columns are called "+quote(first), first), remedy.Words("rename one of them")}
	}
	return absent, &problem{
		at, field, say("columns-same-meaning", fmt.Sprintf("columns %s and %s both mean %s", quote(first), quote(second), field), first, second, field),
		remedy.Words("choose one with ").Use("map", field+"="+quote(first)),
	}
}

// named returns the columns of that very name or, if there is none, of one that differs in spelling only.
func (h header) named(name string) (columns []int) {
	for i, cell := range h.cells {
		if email.Trim(cell) == email.Trim(name) {
			columns = append(columns, i)
		}
	}
	if len(columns) > 0 {
		return columns
	}
	for i, cell := range h.cells {
		if squash(name) != "" && squash(cell) == squash(name) {
			columns = append(columns, i)
		}
	}
	return columns
}

// meaning returns the columns whose names mean the field and that are not mapped to another one: those that surely do or,
// if there is none, those that may.
func (h header) meaning(field string, mapped map[string]string) []int {
	taken := make(map[int]bool)
	for _, name := range mapped {
		if name == "" {
			continue
		}
		for _, i := range h.named(name) {
			taken[i] = true
		}
	}
	var strong, weak []int
	for i, cell := range h.cells {
		switch means, guess := meaning(cell); {
		case means != field || taken[i]:
		case guess:
			weak = append(weak, i)
		default:
			strong = append(strong, i)
		}
	}
	if len(strong) > 0 {
		return strong
	}
	return weak
}

// doubts says which column was taken for a field by a guess.
func (h header) doubts(l layout, rules *rules) []problem {
	if _, guess := meaning(h.cells[l.email]); !guess || l.results || rules.columns[FieldEmail] != "" {
		return nil
	}
	return []problem{{
		h.places[l.email], FieldEmail, say("email-column-guess", quote(email.Trim(h.cells[l.email]))+" is taken as the e-mail, since no other column is", email.Trim(h.cells[l.email])),
		remedy.Words("if another one is, name it with ").Use("map", "email=COLUMN"),
	}}
}

// missing says which columns a roster needs and this one lacks.
func (h header) missing(l layout, rules *rules) (problems structureError) {
	if l.email == absent {
		if i := slices.IndexFunc(h.cells, func(cell string) bool { return email.Check(email.Trim(cell)) == nil }); i >= 0 {
			return structureError{{
				h.places[i], "", say("header-missing", "the first row is not a header: it holds the address "+quote(email.Trim(h.cells[i])), email.Trim(h.cells[i])),
				remedy.Words("put a row with the names of the columns above it, such as email,role,teams"),
			}}
		}
		problems = append(problems, h.lacking(FieldEmail, "email-column-missing", "no column for the e-mail addresses"))
	}
	if l.role == absent && rules.role == "" {
		lack := h.lacking(FieldRole, "role-column-missing", "no column for the roles")
		if _, mapped := rules.columns[FieldRole]; mapped {
			lack.suggestion = remedy.Words("name another one with ").Use("map", "role=COLUMN")
		}
		lack.suggestion = lack.suggestion.Words(", or give everybody the same with ").Use("role", "")
		problems = append(problems, lack)
	}
	for _, one := range [][2]int{{l.email, l.role}, {l.email, l.teams}, {l.role, l.teams}} {
		if one[0] == one[1] && one[0] != absent {
			problems = append(problems, problem{
				h.places[one[0]], "", say("fields-same-column", "two fields are mapped to the column "+quote(h.cells[one[0]]), h.cells[one[0]]), remedy.Words("map each to its own column"),
			})
		}
	}
	return problems
}

// lacking says that the field has no column, and which one may be meant for it.
func (h header) lacking(field, code, reason string) problem {
	suggestion := remedy.Words(fmt.Sprintf("call it %q, or name it with ", field)).Use("map", field+"=COLUMN")
	meant := Nearest(field, h.cells)
	if meant == "" && field == FieldEmail {
		meant = h.holdingMail()
	}
	if meant != "" {
		suggestion = remedy.Words("if it is "+quote(meant)+", say ").Use("map", field+"="+quote(meant))
	}
	return problem{h.places[0], field, say(code, reason+" among "+h.list(), h.list()).meaning(meant), suggestion}
}

// list names the columns.
func (h header) list() string {
	const most = 12
	var names []string
	for _, cell := range h.cells[:min(len(h.cells), most)] {
		names = append(names, quote(email.Trim(cell)))
	}
	if more := len(h.cells) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
