package main

import (
	"errors"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/workbook"
)

// fill types into a sheet of a workbook, as a person would.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: fill FILE sheet cell=text...")
	}
	path := ts.MkAbs(args[0])
	f, err := excelize.OpenFile(path)
	ts.Check(err)
	for _, assignment := range args[2:] {
		cell, text, _ := strings.Cut(assignment, "=")
		err = errors.Join(err, f.SetCellStr(args[1], cell, text))
	}
	ts.Check(errors.Join(err, f.Save(), f.Close()))
}

// sheetRows returns the rows of the first sheet of a workbook, each as long as the first.
func sheetRows(ts *testscript.TestScript, file string) (rows [][]string) {
	book, err := workbook.Open([]byte(ts.ReadFile(file)))
	ts.Check(err)
	for row, err := range book.Sheets[0].Rows() {
		ts.Check(err)
		if len(rows) == 0 {
			rows = append(rows, make([]string, row.Cells[len(row.Cells)-1].Column))
		} else {
			rows = append(rows, make([]string, len(rows[0])))
		}
		for _, cell := range row.Cells {
			rows[len(rows)-1][cell.Column-1] = cell.Text
		}
	}
	return rows
}
