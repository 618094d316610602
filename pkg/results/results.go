// Package results writes what a run leaves behind as rows: what became of each row of a roster, as CSV, as JSON Lines or
// as an Excel workbook; the rows that a person has to correct, see [Corrections]; and where an organization differs from
// its roster, see [WriteDrift].
//
//	file, err := results.Create("team.results.csv", results.Options{Extra: []string{"Department"}})
//	if err != nil {
//		return err
//	}
//	defer file.Discard()
//	for _, r := range records {
//		if err := file.Write(r); err != nil {
//			return err
//		}
//	}
//	return file.Commit()
//
// Every file appears whole or not at all, and only its owner can read it: results hold invitation tokens in clear, and
// all of them name people. A cell of CSV that a spreadsheet would run as a formula gets a leading apostrophe, see [CSV]; a
// [Dialect] lets CSV look like the roster from which it is.
//
// Every row of the results has the columns of [Columns] and then the roster's own, and a row without an outcome is
// refused. Memory does not grow with the number of rows. CSV is for people: times are RFC 3339 in UTC and empty where
// there is none, as is http_status. JSON Lines is for programs: an object a row with the same keys in the same order,
// values exact, null for a time or an http_status that there is none of. A workbook is for people again, with the cells of
// CSV as exact text, and rows that did not end well in red.
package results

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"rollcall/pkg/record"
	"rollcall/pkg/workbook"
)

// Format is the form of a results file.
type Format string

const (
	// CSV has a header, and commas unless a [Dialect] says otherwise. A cell that begins with = + - @, also wide ones, a tab
	// or a line break, even behind apostrophes, gets one more apostrophe in front, and so does every part of a cell that
	// follows a comma, semicolon, tab, bar or line break in it and begins with = + - @. Taking one away from each of these
	// gives the exact value back, see [formula.Restore]. Bytes that are not UTF-8 pass as they are.
	CSV Format = "csv"
	// JSONLines is one JSON object a line. Bytes that are not UTF-8, which JSON cannot hold, become U+FFFD.
	JSONLines Format = "jsonl"
	// XLSX is an Excel workbook of one sheet, in which all cells are text, see [workbook.Writer].
	XLSX Format = "xlsx"
)

// encoder is one format's hand: it writes rows into the stream that it was made for, and what belongs after the last.
type encoder interface {
	// encode writes a row: the cells of the fixed columns, and then of the roster's own.
	encode(cells []string) error
	finish() error
}

// formats is everything this package knows about which formats there are. None holds more than rows rows and columns columns.
var formats = []struct {
	format        Format
	extensions    []string
	rows, columns int
	open          func(w io.Writer, extra []string, d Dialect) (encoder, error)
}{
	{CSV, []string{extensionCSV}, math.MaxInt, math.MaxInt, newTable},
	{JSONLines, []string{".jsonl", ".ndjson"}, math.MaxInt, math.MaxInt, newObjects},
	{XLSX, []string{extensionXLSX}, workbook.MaxRows - 1, workbook.MaxColumns, newSheet},
}

// FormatOf tells the format from the extension of a file's name, in any letter case.
func FormatOf(path string) (Format, error) {
	var known []string
	for _, f := range formats {
		if slices.Contains(f.extensions, strings.ToLower(filepath.Ext(path))) {
			return f.format, nil
		}
		known = append(known, f.extensions...)
	}
	return "", fmt.Errorf("results %s: the name must end in %s", path, strings.Join(known, ", "))
}

// Writer writes records as rows of one format. It is not safe for concurrent use.
type Writer struct {
	out   *bufio.Writer
	lines lines
	last  int
	err   error
}

// NewWriter returns a Writer onto w, which stays the caller's to close. Extra names the roster's own columns. A name
// that is taken already, by a fixed column or an earlier name, is told apart by a number: "email (2)".
func NewWriter(w io.Writer, format Format, extra []string) (*Writer, error) {
	return newWriter(w, format, Options{Extra: extra})
}

func newWriter(w io.Writer, format Format, o Options) (*Writer, error) {
	for _, f := range formats {
		if f.format != format {
			continue
		}
		// One system call carries some hundred rows.
		out := bufio.NewWriterSize(w, 64<<10)
		rows, err := f.open(out, distinct(o.Extra), o.Dialect)
		if err != nil {
			return nil, fmt.Errorf("write results: header: %w", err)
		}
		return &Writer{out: out, lines: lines{to: rows, width: len(o.Extra)}}, nil
	}
	return nil, fmt.Errorf("write results: unknown format %q", format)
}

// Write adds a row. It refuses a record without an outcome, one with more cells than there are columns, and one
// whose row number is not above that of the record before: each is a mistake of the caller, and a file that hid it
// could not be trusted. Missing cells are empty. After an error the Writer only repeats it.
func (w *Writer) Write(r record.Record) error {
	if w.err == nil {
		if err := w.write(&r); err != nil {
			w.err = fmt.Errorf("write results: %w", err)
		}
	}
	return w.err
}

// outcomes are the ones that may be written.
var outcomes = record.Outcomes()

func (w *Writer) write(r *record.Record) error {
	switch {
	case !slices.Contains(outcomes, r.Outcome):
		return fmt.Errorf("row %d: it has no outcome to write: %s", r.Row, r.Outcome)
	case r.Row <= w.last:
		return fmt.Errorf("row %d: it comes after row %d", r.Row, w.last)
	case len(r.Extra) > w.lines.width:
		return fmt.Errorf("row %d: it has %d extra cells for %d columns", r.Row, len(r.Extra), w.lines.width)
	}
	w.last = r.Row
	return w.lines.add(r)
}

// Close writes what is still held back. The stream underneath stays open. A Writer that is not closed has written
// only some of its rows. After Close, Write fails.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	w.err = errors.New("write results: already closed")
	if err := errors.Join(w.lines.flush(), w.lines.to.finish(), w.out.Flush()); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
