// Package listing shows what an organization has: teams, members, invitations, and organizations themselves, as a table for
// people, as CSV, as a workbook, and as an object for programs. What lists people has the columns of a roster.
package listing

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"rollcall/pkg/console"
	"rollcall/pkg/formula"
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
func (l List) WriteTable(w io.Writer) error {
	for _, line := range l.Head {
		if _, err := fmt.Fprintln(w, console.Clean(line)); err != nil {
			return err
		}
	}
	columns := l.Columns
	if l.shown > 0 {
		columns = columns[:l.shown]
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	// A tabwriter keeps everything until it is flushed, which says what was wrong.
	header := make([]string, len(columns))
	for i, name := range columns {
		header[i] = console.Clean(strings.ToUpper(name))
	}
	_, _ = fmt.Fprintln(table, strings.Join(header, "\t"))
	for _, row := range l.Rows {
		cells := make([]string, len(columns))
		for i, cell := range row[:len(columns)] {
			if isTime := columns[i] == expiresAt || columns[i] == invitedAt; isTime && (cell != "" || !l.sparse) {
				cell = localTime(cell)
			}
			cells[i] = console.Clean(cell)
		}
		_, _ = fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
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
