package rewrite

import (
	"errors"

	"rollcall/pkg/roster"
)

// Change says what cells of a row are to say instead.
type Change struct {
	// Texts are what whole cells are to say, by their fields. None has a line break.
	Texts map[string]string
	// Role and Teams return what a cell of that field is to say of which Texts says nothing, given what it says. Nil: the same.
	Role, Teams func(text string) string
	// Team and TeamRole do so for the name of a team, and for a role in it, that stand by themselves in a list of teams.
	Team, TeamRole func(text string) string
}

// ErrNoColumn says that a table has no column for the field whose cell is to be changed.
var ErrNoColumn = errors.New("the table has no column for it")

// ErrUnclear says that it cannot be told where the cells of a row stand: it has stray quotes, say.
var ErrUnclear = errors.New("its cells cannot be told from each other")

// ErrManner says that a value is written in a manner in which nothing can be put in its place: with an anchor, say.
var ErrManner = errors.New("it is written in a manner in which it cannot be replaced")

// FieldError says of which field a cell could not be changed.
type FieldError struct {
	Field string
	Err   error
}

// Error returns the field and why.
func (e *FieldError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns why.
func (e *FieldError) Unwrap() error { return e.Err }

func about(field string, err error) error {
	if err == nil {
		return nil
	}
	return &FieldError{field, err}
}

// fields are those that a row has, in the order in which they are changed.
var fields = []string{roster.FieldEmail, roster.FieldRole, roster.FieldTeams}

// of returns what a cell of the field is to say, given what it says.
func (c Change) of(field, before string) string {
	if text, given := c.Texts[field]; given {
		return text
	}
	switch {
	case field == roster.FieldRole && c.Role != nil:
		return c.Role(before)
	case field == roster.FieldTeams && c.Teams != nil:
		return c.Teams(before)
	}
	return before
}

// touches reports whether the change may be about the field.
func (c Change) touches(field string) bool {
	_, given := c.Texts[field]
	return given || field == roster.FieldRole && c.Role != nil || field == roster.FieldTeams && c.Teams != nil
}
