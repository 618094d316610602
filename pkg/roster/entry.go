package roster

import (
	"slices"

	"rollcall/pkg/email"
	"rollcall/pkg/remedy"
)

// Entry is one person in the roster.
type Entry struct {
	// Row is the number of the row among those that are not blank, from 1; Line the physical line on which it starts.
	Row, Line int
	// Email is the address, trimmed.
	Email string
	// Role is the organization role in the service's spelling; of an invalid entry, what the roster says.
	Role string
	// RoleDefaulted says that the row names no role, so that it has the one of [Options].
	RoleDefaulted bool
	// Number is what stays the same when the address changes, such as that of an employee, in the form in which numbers are
	// compared. It is empty if the row has none, or if [Roster.IDColumn] is.
	Number string
	// Teams are shared between entries: do not change them.
	Teams []Team
	// Extra are the cells of the columns [Roster.Extra], exactly as they are; only line breaks in them are all LF, and
	// passwords are left out.
	Extra []string
	// Findings are what is to be said about the row, worst first.
	Findings []Finding
	// DuplicateOf is the line of the first row with the same person, role and teams, 0 if that is this one.
	DuplicateOf int

	// Rule says why the row is left out, nil if it is meant. Then nothing in it is judged.
	Rule remedy.Hint
	// Inactive says that it is left out since its person is not active.
	Inactive bool

	wrapped bool   // the address is wrong only for what surrounds it
	teams   string // what [FormatTeams] makes of Teams; empty where that was not asked for yet

	file   string
	isBook bool
	places [3]place // of email, role and teams
	start  place
}

// Key is what makes two entries the same person, see [email.Fold].
func (e Entry) Key() string { return email.Fold(e.Email) }

// TeamsText returns the teams as [FormatTeams] writes them. Of rows that say the same, it is worked out once.
func (e Entry) TeamsText() string {
	if e.teams != "" {
		return e.teams
	}
	return FormatTeams(e.Teams)
}

// Invalid reports whether the row is wrong: whether one of its findings is an [Error].
func (e Entry) Invalid() bool {
	return slices.ContainsFunc(e.Findings, func(f Finding) bool { return f.Severity == Error })
}

// Skipped reports whether the row is left out by a rule of the user's.
func (e Entry) Skipped() bool { return len(e.Rule) > 0 }

// At returns an [Error] at the cell of the field, or at the start of the row if the field is none of a roster's. It
// does not add it to the entry.
func (e Entry) At(field, reason string, suggestion remedy.Hint) Finding {
	return e.at(field, said{text: reason}, suggestion)
}

// at is [Entry.At] with a reason that has a code.
func (e Entry) at(field string, reason said, suggestion remedy.Hint) Finding {
	at := e.start
	if i := slices.Index([]string{FieldEmail, FieldRole, FieldTeams}, field); i >= 0 {
		at = e.places[i]
	}
	return e.finding(problem{at, field, reason, suggestion})
}

// finding returns the [Error] that a problem of the row is.
func (e Entry) finding(p problem) Finding { return p.finding(e.file).inBook(e.isBook) }
