package results

import (
	"io"

	"github.com/gocarina/gocsv"
)

// table writes CSV. It stands between gocsv, the library that the customer asked for, which turns a [line] into cells, and
// [records], which writes them: there it adds the roster's own cells. The header passes through it like any row.
type table struct {
	out   *records
	width int
	extra []string
	cells []string
}

func newTable(w io.Writer, extra []string, d Dialect) (encoder, error) {
	t := &table{out: newRecords(w, d), width: len(extra), extra: extra}
	return t, gocsv.MarshalCSV([]line{}, t)
}

func (t *table) encode(fixed *line, extra []string) error {
	t.extra = extra
	// The fields of an array are read where they stand, those of a slice are each copied to the heap first.
	return gocsv.MarshalCSVWithoutHeaders([1]line{*fixed}, t)
}

func (t *table) finish() error { return t.out.err }

// Write takes the fixed cells of a row from gocsv.
func (t *table) Write(fixed []string) error {
	t.cells = append(t.cells[:0], fixed...)
	for i := range t.width {
		cell := ""
		if i < len(t.extra) {
			cell = t.extra[i]
		}
		t.cells = append(t.cells, cell)
	}
	return t.out.write(t.cells...)
}

// Flush does nothing: gocsv asks for it after every row.
func (t *table) Flush() {}

// Error returns what went wrong in earlier writes.
func (t *table) Error() error { return t.out.err }
