package workbook

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Form is a workbook for a person to fill in.
type Form struct {
	// Sheet is the name of the sheet to be filled in: a header, and below it room. Names of sheets have 31 characters
	// at most, none of : \ / ? * [ ].
	Sheet   string
	Columns []FormColumn
	// Help is the name of a second sheet, and Lines are what it says: 100 characters each at most.
	Help  string
	Lines []string
}

// FormColumn is a column of a form.
type FormColumn struct {
	Name string
	// Width is in characters.
	Width float64
	// Choices are offered in a drop-down list, if there are any. Only they may be entered, unless the column is Open.
	Choices []string
	Open    bool
	// Hint is shown beside a cell that is being filled in, "" for none: 255 characters at most.
	Hint string
}

// lists is the hidden sheet that holds the choices.
const lists = "Lists"

// Write writes the form. All cells to be filled in are text.
func (f Form) Write(w io.Writer) (err error) {
	file := excelize.NewFile()
	defer func() { err = errors.Join(err, file.Close()) }()
	for _, step := range []func(*excelize.File) error{f.name, f.fillSheet, f.offer, f.explain} {
		if err := step(file); err != nil {
			return fmt.Errorf("form: %w", err)
		}
	}
	return file.Write(w)
}

// name makes the sheets.
func (f Form) name(file *excelize.File) error {
	if err := file.SetSheetName(sheetOfScratch, f.Sheet); err != nil {
		return err
	}
	for _, name := range []string{f.Help, lists} {
		if _, err := file.NewSheet(name); err != nil {
			return err
		}
	}
	return errors.Join(
		file.SetSheetVisible(lists, false),
		file.SetDocProps(&excelize.DocProperties{Creator: "rollcall", Title: f.Sheet}),
	)
}

// fillSheet writes the header, and makes the cells below it text.
func (f Form) fillSheet(file *excelize.File) error {
	text, err := file.NewStyle(&excelize.Style{NumFmt: asText})
	if err != nil {
		return err
	}
	head, err := file.NewStyle(&excelize.Style{
		NumFmt: asText, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}},
	})
	if err != nil {
		return err
	}
	for i, column := range f.Columns {
		letters := columnName(i + 1)
		err := errors.Join(
			file.SetColWidth(f.Sheet, letters, letters, column.Width),
			file.SetColStyle(f.Sheet, letters, text),
			file.SetCellStr(f.Sheet, letters+"1", column.Name),
			file.SetCellStyle(f.Sheet, letters+"1", letters+"1", head),
		)
		if err != nil {
			return err
		}
	}
	return file.SetPanes(f.Sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// offer gives the columns their choices and hints.
func (f Form) offer(file *excelize.File) error {
	for i, column := range f.Columns {
		letters := columnName(i + 1)
		offer := excelize.NewDataValidation(true)
		offer.SetSqref(fmt.Sprintf("%s2:%[1]s%d", letters, MaxRows))
		if column.Hint != "" {
			offer.SetInput(column.Name, column.Hint)
		}
		if n := len(column.Choices); n > 0 {
			for j, choice := range column.Choices {
				if err := file.SetCellStr(lists, fmt.Sprintf("%s%d", letters, j+1), choice); err != nil {
					return err
				}
			}
			offer.SetSqrefDropList(fmt.Sprintf("%s!$%s$1:$%[2]s$%d", lists, letters, n))
		}
		if !column.Open {
			offer.SetError(excelize.DataValidationErrorStyleStop, column.Name, "Choose one of the list.")
		}
		if column.Hint == "" && len(column.Choices) == 0 {
			continue
		}
		if err := file.AddDataValidation(f.Sheet, offer); err != nil {
			return err
		}
	}
	return nil
}

// explain writes the lines of the help.
func (f Form) explain(file *excelize.File) error {
	for i, line := range f.Lines {
		if err := file.SetCellStr(f.Help, fmt.Sprintf("A%d", i+1), line); err != nil {
			return err
		}
	}
	return file.SetColWidth(f.Help, "A", "A", 100)
}
