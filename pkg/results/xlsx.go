package results

import (
	"io"
	"slices"

	"rollcall/pkg/record"
	"rollcall/pkg/workbook"
)

// sheet writes an Excel workbook. It colours the rows that did not end well.
type sheet struct {
	rows    *workbook.Writer
	outcome int // the column
}

// throughEmail is how many columns come before what is said of a person, who is told by the last of them.
const throughEmail = 3

// sheetOfResults is the sheet of a workbook of results.
const sheetOfResults = "Results"

func newSheet(w io.Writer, extra []string, _ Dialect) (encoder, error) {
	rows, err := workbook.NewWriter(w, workbook.Table{
		Sheet: sheetOfResults, Header: append(Columns(), extra...), Frozen: throughEmail,
	})
	return &sheet{rows: rows, outcome: slices.Index(Columns(), "outcome")}, err
}

func (s *sheet) encode(cells []string) error {
	var outcome record.Outcome
	if err := outcome.UnmarshalText([]byte(cells[s.outcome])); err != nil {
		return err
	}
	return s.rows.Write(cells, !outcome.Well())
}

func (s *sheet) finish() error { return s.rows.Close() }
