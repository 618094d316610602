// Package listing shows what an organization has: teams, members, invitations, and organizations themselves, as a table for
// people, as CSV, as a workbook, and as an object for programs. What lists people has the columns of a roster.
package listing

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"rollcall/pkg/formula"
	"rollcall/pkg/paint"
	"rollcall/pkg/progress"
	"rollcall/pkg/workbook"
)

// List is a list to be shown. The functions of this package make them.
type List struct {
	// None is what to say about an empty one, and Head what stands above it for people, a line each.
	None    string
	Head    []string
	Columns []string
	Rows    [][]string
	// Object is the list for programs, in JSON.
	Object any

	name string
	// shown is how many of the columns people see, the first ones; 0 is all.
	shown int
	// sparse says that where there is no time, there is none, and not one that nobody knows.
	sparse bool
}

// expiresAt and invitedAt are the columns of times, which a person reads more easily by the local clock.
const (
	expiresAt = "expires_at"
	invitedAt = "invited_at"
)

// WriteTable writes the list for people.
func (l List) WriteTable(w io.Writer) error { return paint.Paper{Out: w}.Print(l.Lines()...) }

// Lines returns the list for people.
func (l List) Lines() []paint.Line {
	var lines []paint.Line
	for _, line := range l.Head {
		lines = append(lines, paint.Words(line).Hanging(2))
	}
	columns := l.Columns
	if l.shown > 0 {
		columns = columns[:l.shown]
	}
	rows := make([][]paint.Cell, 1, len(l.Rows)+1)
	for _, name := range columns {
		rows[0] = append(rows[0], paint.Cell{Role: paint.Strong, Text: strings.ToUpper(name)})
	}
	for _, row := range l.Rows {
		cells := make([]paint.Cell, len(columns))
		for i, cell := range row[:len(columns)] {
			if isTime := columns[i] == expiresAt || columns[i] == invitedAt; isTime && (cell != "" || !l.sparse) {
				cell = localTime(cell)
			}
			cells[i] = paint.Cell{Role: colorOf(columns[i], cell), Text: cell}
		}
		rows = append(rows, cells)
	}
	return append(lines, paint.Table(rows)...)
}

// state is the column that says how a run has ended, and status that of what became of a person.
const (
	state  = "state"
	status = "status"
)

// colorOf returns the role in which a cell is shown.
func colorOf(column, cell string) paint.Role {
	switch {
	case column == state && strings.HasPrefix(cell, "exit 0"),
		column == status && cell == string(progress.Accepted):
		return paint.Good
	case column == state && (cell == "exit 1" || strings.HasPrefix(cell, "exit 1,")):
		return paint.Bad
	case column == state, column == status && cell != string(progress.Pending):
		return paint.Warn
	}
	return paint.Plain
}

// localTime returns a time of RFC 3339 by the local clock.
func localTime(cell string) string {
	at, err := time.Parse(time.RFC3339, cell)
	if err != nil {
		return "unknown"
	}
	return at.Local().Format(time.DateTime)
}

// WriteCSV writes the list with a header. No cell is run by a spreadsheet.
func (l List) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	for _, row := range append([][]string{l.Columns}, l.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = formula.Defuse(cell)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteXLSX writes the list as a workbook.
func (l List) WriteXLSX(w io.Writer) error {
	out, err := workbook.NewWriter(w, workbook.Table{Sheet: l.name, Header: l.Columns})
	if err != nil {
		return err
	}
	for _, row := range l.Rows {
		if err := out.Write(row, false); err != nil {
			return err
		}
	}
	return out.Close()
}
