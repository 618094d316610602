package workbook

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// Edit is a workbook of which one sheet is being changed. What is not changed stays as it is. It is not safe for
// concurrent use.
type Edit struct {
	document []byte
	sheet    string
	// texts are what cells say instead, puts those of them that were not asked what they said.
	texts map[position]string
	puts  map[position]bool
	gone  []int
	// cells are those of the sheet, nil as long as nobody has asked for them, and layout is what it says about them.
	cells  *cursor
	layout *layout
}

// OpenEdit opens a workbook that [Open] could read, to change the sheet of that name. The caller closes it.
func OpenEdit(document []byte, sheet string) (*Edit, error) {
	return &Edit{document: document, sheet: sheet, texts: map[position]string{}, puts: map[position]bool{}}, nil
}

// open reads what is needed to know cells.
func (e *Edit) open() error {
	if e.cells != nil {
		return nil
	}
	b, err := Open(e.document)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(b.Sheets, func(s *Sheet) bool { return s.Name == e.sheet })
	if at < 0 {
		return damaged("it has no sheet %q", e.sheet)
	}
	if e.layout, err = b.Sheets[at].readLayout(); err != nil {
		return err
	}
	e.cells = &cursor{sheet: b.Sheets[at], kept: map[position]stored{}}
	for _, m := range e.layout.merged {
		e.cells.kept[m.from] = stored{}
	}
	return nil
}

// Replace changes a cell of text that says what is expected, and reports whether it did: a cell with a formula stays as it is,
// and so does one that only shows the text, or of whose text a part is struck through. Rows and columns count from 1 and as
// they were in the beginning. It is fast for cells in the order of their rows.
func (e *Edit) Replace(row, column int, from, to string) (bool, error) {
	if err := e.open(); err != nil {
		return false, err
	}
	at := position{row, column}
	if m := e.layout.mergedAt(at); m != nil {
		at = m.from
	}
	cell, err := e.cells.cell(at)
	if err != nil || cell.formula {
		return false, err
	}
	text := cell.text
	if changed, is := e.texts[at]; is {
		text, cell.struck = changed, false
	}
	if text != from {
		return text == to, nil // which another row of a merged area has changed
	}
	if cell.struck {
		return false, nil
	}
	e.texts[at] = to
	return true, nil
}

// Remove takes a row away once the workbook is written.
func (e *Edit) Remove(row int) { e.gone = append(e.gone, row) }

// maxGone is how many rows are taken away from a workbook: formulas and pictures move with those below, and somebody has to be
// able to see what has become of them.
const maxGone = 500

// Write writes the changed workbook.
func (e *Edit) Write(w io.Writer) error {
	if len(e.gone) > maxGone {
		return fmt.Errorf("%d rows are there twice, and at most %d can be taken out of a workbook: save it as CSV UTF-8, and fix that", len(e.gone), maxGone)
	}
	if len(e.gone) == 0 {
		if err := splice(w, e.document, e.sheet, e.texts); !errors.Is(err, errIntricate) {
			return err
		}
	}
	changes, err := e.changes()
	if err != nil {
		return err
	}
	return rebuild(w, e.document, e.sheet, changes)
}

// Close gives the memory up.
func (e *Edit) Close() error {
	if e.cells == nil {
		return nil
	}
	return e.cells.close()
}
