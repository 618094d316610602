package results

import (
	"encoding/csv"
	"io"

	"github.com/gocarina/gocsv"

	"rollcall/pkg/formula"
)

// table writes CSV. It stands between gocsv, the library that the customer asked for, which turns a [line] into cells, and
// encoding/csv, which writes them: there it adds the roster's own cells and defuses all of them. The header passes through
// it like any row.
type table struct {
	out   *csv.Writer
	width int
	one   []line
	extra []string
	cells []string
}

func newTable(w io.Writer, extra []string) (encoder, error) {
	t := &table{out: csv.NewWriter(w), width: len(extra), one: make([]line, 1), extra: extra}
	return t, gocsv.MarshalCSV([]line{}, t)
}

func (t *table) encode(fixed *line, extra []string) error {
	t.one[0], t.extra = *fixed, extra
	return gocsv.MarshalCSVWithoutHeaders(t.one, t)
}

func (t *table) finish() error {
	t.out.Flush()
	return t.out.Error()
}

// Write takes the fixed cells of a row from gocsv.
func (t *table) Write(fixed []string) error {
	t.cells = t.cells[:0]
	for _, cell := range fixed {
		t.cells = append(t.cells, formula.Defuse(cell))
	}
	for i := range t.width {
		cell := ""
		if i < len(t.extra) {
			cell = formula.Defuse(t.extra[i])
		}
		t.cells = append(t.cells, cell)
	}
	return t.out.Write(t.cells)
}

// Flush does nothing: gocsv asks for it after every row.
func (t *table) Flush() {}

// Error returns what went wrong in earlier writes.
func (t *table) Error() error { return t.out.Error() }
