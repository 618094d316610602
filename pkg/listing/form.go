package listing

import (
	"encoding/json"
	"io"

	"rollcall/pkg/remedy"
)

// Form says how a list is written; none of it is a table for people.
type Form struct{ CSV, JSON, XLSX bool }

// Check returns the mistake of more than one form, each of which wants the same stream.
func (f Form) Check() error {
	var chosen []string
	for _, form := range []struct {
		option string
		given  bool
	}{{"csv", f.CSV}, {"json", f.JSON}, {"xlsx", f.XLSX}} {
		if form.given {
			chosen = append(chosen, form.option)
		}
	}
	if len(chosen) < 2 {
		return nil
	}
	return &remedy.OptionError{
		What:   remedy.Use(chosen[0], "").Words(" and ").Use(chosen[1], "").Words(" both want standard output"),
		Remedy: remedy.Words("leave one of them out"),
	}
}

// IsTable reports whether it is for people.
func (f Form) IsTable() bool { return f == Form{} }

// Write writes the list in the form.
func (l List) Write(w io.Writer, f Form) error {
	switch {
	case f.JSON:
		return json.NewEncoder(w).Encode(l.Object)
	case f.CSV:
		return l.WriteCSV(w)
	case f.XLSX:
		return l.WriteXLSX(w)
	}
	return l.WriteTable(w)
}
