package main

import (
	"errors"
	"slices"
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
		if cell, isFormula := strings.CutSuffix(cell, ":"); isFormula {
			err = errors.Join(err, f.SetCellFormula(args[1], cell, text))
			continue
		}
		err = errors.Join(err, f.SetCellStr(args[1], cell, text))
	}
	ts.Check(errors.Join(err, f.Save(), f.Close()))
}

// offers compares what a sheet offers in drop-down lists with what it should: "B2:B9 Lists!$B$1:$B$3".
func offers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: offers FILE sheet 'CELLS LIST'...")
	}
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer func() { ts.Check(f.Close()) }()
	all, err := f.GetDataValidations(args[1])
	ts.Check(err)
	var got []string
	for _, one := range all {
		if one.Type == "list" {
			got = append(got, one.Sqref+" "+one.Formula1)
		}
	}
	if !slices.Equal(got, args[2:]) {
		ts.Fatalf("%s offers %q, want %q", args[0], got, args[2:])
	}
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
