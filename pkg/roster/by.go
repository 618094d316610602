package roster

import (
	"fmt"
	"slices"

	"rollcall/pkg/email"
)

// Column is a column of a roster, by which its people can be told apart.
type Column struct {
	// Name is what the roster calls it.
	Name string

	field string
	extra int
}

// Column returns the column of that name: of that very name, or of one that differs in spelling only. What email, role and
// teams are called in the roster, and these words themselves, stand for the three fields.
func (r *Roster) Column(name string) (Column, error) {
	extra := header{cells: r.Extra}
	switch columns := extra.named(name); len(columns) {
	case 0:
	case 1:
		return Column{Name: email.Trim(r.Extra[columns[0]]), extra: columns[0]}, nil
	default:
		return Column{}, fmt.Errorf("two columns are called %s", quote(name))
	}
	all := header{cells: r.Columns}
	for _, field := range []string{FieldEmail, FieldRole, FieldTeams} {
		mapped := r.rules.columns[field]
		if squash(name) == field || mapped != "" && squash(name) == squash(mapped) {
			return Column{Name: email.Trim(name), field: field}, nil
		}
		for _, at := range all.named(name) {
			if slices.Contains(all.meaning(field, r.rules.columns), at) {
				return Column{Name: email.Trim(r.Columns[at]), field: field}, nil
			}
		}
	}
	return Column{}, fmt.Errorf("no column %s: there are %s", quote(name), all.list())
}

// Of returns what an entry of [Roster.Entries] has in the column, without blanks around it: its teams one by one and without
// their roles, everything else as one text, which may be empty.
func (c Column) Of(e Entry) []string {
	switch c.field {
	case FieldEmail:
		return []string{e.Email}
	case FieldRole:
		return []string{e.Role}
	case FieldTeams:
		names := make([]string, len(e.Teams))
		for i, team := range e.Teams {
			names[i] = team.Name
		}
		if len(names) == 0 {
			return []string{""}
		}
		return names
	}
	if c.extra >= len(e.Extra) { // a document whose people each name columns of their own
		return []string{""}
	}
	return []string{email.Trim(e.Extra[c.extra])}
}
