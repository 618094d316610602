package results

import (
	"io"

	"github.com/gocarina/gocsv"

	"rollcall/pkg/record"
	"rollcall/pkg/workbook"
)

// sheet writes an Excel workbook. It takes the cells of a [line] from gocsv, as [table] does, and colours the rows that
// did not end well.
type sheet struct {
	rows  *workbook.Writer
	one   []line
	extra []string
	bad   bool
	cells []string
}

// throughEmail is how many columns come before what is said of a person, who is told by the last of them.
const throughEmail = 3

// sheetOfResults is the sheet of a workbook of results.
const sheetOfResults = "Results"

func newSheet(w io.Writer, extra []string, _ Dialect) (encoder, error) {
	rows, err := workbook.NewWriter(w, workbook.Table{
		Sheet: sheetOfResults, Header: append(Columns(), extra...), Frozen: throughEmail,
	})
	return &sheet{rows: rows, one: make([]line, 1)}, err
}

func (s *sheet) encode(fixed *line, extra []string) error {
	var outcome record.Outcome
	if err := outcome.UnmarshalText([]byte(fixed.Outcome)); err != nil {
		return err
	}
	s.one[0], s.extra, s.bad = *fixed, extra, !outcome.Well()
	return gocsv.MarshalCSVWithoutHeaders(s.one, s)
}

func (s *sheet) finish() error { return s.rows.Close() }

// Write takes the fixed cells of a row from gocsv.
func (s *sheet) Write(fixed []string) error {
	s.cells = append(append(s.cells[:0], fixed...), s.extra...)
	return s.rows.Write(s.cells, s.bad)
}

// Flush does nothing: gocsv asks for it after every row.
func (s *sheet) Flush() {}

// Error returns nothing: Write has returned it.
func (s *sheet) Error() error { return nil }
