package onboard

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rollcall/pkg/document"
	"rollcall/pkg/fetch"
	"rollcall/pkg/roster"
)

// otherTables are the extensions of tables that no roster can be read from.
var otherTables = []string{".xls", ".ods", ".numbers"}

// IsPerson reports whether the roster is the e-mail address of one person: it has an "@", is in no folder, no file has
// that name, and it does not end as files of tables do, which are no top-level domains: that is a file whose name was
// misspelt.
func (d Document) IsPerson() bool {
	if d.Source.Open != nil || !strings.Contains(d.Roster, "@") || strings.ContainsAny(d.Roster, `/\`) || fetch.Is(d.Roster) ||
		roster.FormatOf(d.Roster) != roster.Auto || slices.Contains(otherTables, strings.ToLower(filepath.Ext(d.Roster))) {
		return false
	}
	_, err := os.Lstat(d.Roster)
	return errors.Is(err, fs.ErrNotExist)
}

// person is the roster of one person, who has the role and the teams of those that name none.
func (d Document) person() document.Source {
	return roster.People(d.Roster, func(yield func(roster.Person, error) bool) { yield(roster.Person{Email: d.Roster}, nil) })
}

// Absolute returns what the roster is called in every working directory.
func (d Document) Absolute() (string, error) {
	if d.IsPerson() {
		return d.Roster, nil
	}
	return filepath.Abs(d.Roster)
}
