package workbook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/xuri/excelize/v2"
)

// Edit is a workbook of which one sheet is being changed. What is not changed stays as it is. It is not safe for
// concurrent use.
type Edit struct {
	document []byte
	sheet    string
	// file is the workbook taken apart, nil as long as cells need only be put in the place of others.
	file *excelize.File
	puts map[position]string
	gone []int
	// merged are the merged areas, once they are known.
	merged      []merged
	knowsMerged bool
}

// OpenEdit opens a workbook that [Open] could read, to change the sheet of that name. The caller closes it.
func OpenEdit(document []byte, sheet string) (*Edit, error) {
	return &Edit{document: document, sheet: sheet, puts: map[position]string{}}, nil
}

// open takes the workbook apart.
func (e *Edit) open() (err error) {
	if e.file != nil {
		return nil
	}
	// As much as Open lets out of one part; beyond its limit, the library would write it to the disk.
	e.file, err = excelize.OpenReader(bytes.NewReader(e.document), excelize.Options{UnzipSizeLimit: maxTotal, UnzipXMLSizeLimit: maxSheet})
	if err != nil {
		return damaged("%v", err)
	}
	for at, text := range e.puts {
		if err := e.put(at.row, at.column, text); err != nil {
			return err
		}
	}
	return nil
}

// Replace changes a cell of text that says what is expected, and reports whether it did: a cell with a formula stays as it is,
// and so does one that only shows the text, or of whose text a part is struck through. Rows and columns count from 1 and as
// they were in the beginning.
func (e *Edit) Replace(row, column int, from, to string) (bool, error) {
	if err := e.open(); err != nil {
		return false, err
	}
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return false, err
	}
	formula, err := e.file.GetCellFormula(e.sheet, name)
	if err != nil || formula != "" {
		return false, err
	}
	text, err := e.file.GetCellValue(e.sheet, name, excelize.Options{RawCellValue: true})
	if err != nil || text != from {
		return err == nil && text == to, err // which another row of a merged area has changed
	}
	runs, err := e.file.GetCellRichText(e.sheet, name)
	if err != nil || slices.ContainsFunc(runs, func(r excelize.RichTextRun) bool { return r.Font != nil && r.Font.Strike }) {
		return false, err
	}
	return true, e.say(name, to)
}

// Remove takes a row away once the workbook is written.
func (e *Edit) Remove(row int) { e.gone = append(e.gone, row) }

// maxGone is how many rows are taken away from a workbook: each time, all rows below get new numbers.
const maxGone = 500

// Write writes the changed workbook.
func (e *Edit) Write(w io.Writer) error {
	if len(e.gone) > maxGone {
		return fmt.Errorf("%d rows are there twice, and at most %d can be taken out of a workbook: save it as CSV UTF-8, and fix that", len(e.gone), maxGone)
	}
	if e.file == nil && len(e.gone) == 0 {
		err := splice(w, e.document, e.sheet, e.puts)
		if !errors.Is(err, errIntricate) {
			return err
		}
	}
	if err := e.open(); err != nil {
		return err
	}
	slices.Sort(e.gone)
	for _, row := range slices.Backward(e.gone) {
		if err := e.file.RemoveRow(e.sheet, row); err != nil {
			return fmt.Errorf("remove row %d: %w", row, err)
		}
	}
	return e.file.Write(w)
}

// Close gives the memory up.
func (e *Edit) Close() error {
	if e.file == nil {
		return nil
	}
	return e.file.Close()
}
