package workbook_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/workbook"
)

// exampleForm has columns of every kind, with texts that XML has to escape.
func exampleForm() workbook.Form {
	return workbook.Form{
		Sheet: "People & <co>",
		Columns: []workbook.FormColumn{
			{Name: "email", Width: 30, Open: true},
			{Name: "role", Width: 20.5, Choices: []string{"member", "manager"}},
			{Name: "teams", Width: 40, Choices: []string{`"A; B":<developer>`, " spaces  ", "_x0041_"}, Open: true, Hint: `Choose "one" & <more>.`},
			{Name: "note", Width: 12, Open: true, Hint: "Anything."},
		},
		Help: "How to fill it in", Lines: []string{"One", "", " Two & <three>"},
	}
}

// madeByExcelize returns the form as a library makes it.
func madeByExcelize(t *testing.T, form workbook.Form) []byte {
	t.Helper()
	file := excelize.NewFile()
	defer func() { _ = file.Close() }()
	var problems []error
	try := func(err error) { problems = append(problems, err) }
	try(file.SetSheetName("Sheet1", form.Sheet))
	for _, name := range []string{form.Help, "Lists"} {
		_, err := file.NewSheet(name)
		try(err)
	}
	try(file.SetSheetVisible("Lists", false))
	try(file.SetDocProps(&excelize.DocProperties{Creator: "rollcall", Title: form.Sheet}))
	text, err := file.NewStyle(&excelize.Style{NumFmt: 49})
	try(err)
	head, err := file.NewStyle(&excelize.Style{
		NumFmt: 49, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}},
	})
	try(err)
	for i, column := range form.Columns {
		letters, err := excelize.ColumnNumberToName(i + 1)
		try(err)
		try(file.SetColWidth(form.Sheet, letters, letters, column.Width))
		try(file.SetColStyle(form.Sheet, letters, text))
		try(file.SetCellStr(form.Sheet, letters+"1", column.Name))
		try(file.SetCellStyle(form.Sheet, letters+"1", letters+"1", head))
		offer := excelize.NewDataValidation(true)
		offer.SetSqref(fmt.Sprintf("%s2:%[1]s%d", letters, workbook.MaxRows))
		if column.Hint != "" {
			offer.SetInput(column.Name, column.Hint)
		}
		for j, choice := range column.Choices {
			try(file.SetCellStr("Lists", fmt.Sprintf("%s%d", letters, j+1), strings.ReplaceAll(choice, "_x", "_x005F_x")))
		}
		if n := len(column.Choices); n > 0 {
			offer.SetSqrefDropList(fmt.Sprintf("Lists!$%s$1:$%[1]s$%d", letters, n))
		}
		if !column.Open {
			offer.SetError(excelize.DataValidationErrorStyleStop, column.Name, "Choose one of the list.")
		}
		if column.Hint != "" || len(column.Choices) > 0 {
			try(file.AddDataValidation(form.Sheet, offer))
		}
	}
	try(file.SetPanes(form.Sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	for i, line := range form.Lines {
		try(file.SetCellStr(form.Help, fmt.Sprintf("A%d", i+1), line))
	}
	try(file.SetColWidth(form.Help, "A", "A", 100))
	var b bytes.Buffer
	try(file.Write(&b))
	if err := errors.Join(problems...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// saidByExcelize returns all that a library reads in a form.
func saidByExcelize(t *testing.T, document []byte) map[string]string {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	said := map[string]string{}
	note := func(what string, value any, err error) {
		if said[what] = fmt.Sprintf("%+v", value); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	sheets := file.GetSheetList()
	note("sheets", sheets, nil)
	note("active", file.GetActiveSheetIndex(), nil)
	properties, err := file.GetDocProps()
	note("title and creator", properties.Title+", "+properties.Creator, err)
	for _, sheet := range sheets {
		visible, err := file.GetSheetVisible(sheet)
		note(sheet+" is visible", visible, err)
		rows, err := file.GetRows(sheet)
		note(sheet+" rows", fmt.Sprintf("%q", rows), err)
		panes, err := file.GetPanes(sheet)
		panes.Selection = nil
		note(sheet+" panes", panes, err)
		offers, err := file.GetDataValidations(sheet)
		for i, offer := range offers {
			text := func(p *string) string {
				if p == nil {
					return ""
				}
				return *p
			}
			note(fmt.Sprint(sheet, " offer ", i), fmt.Sprintf("%s %s %q blank %t, error %t %q %q style %q, hint %t %q %q, arrow hidden %t", offer.Sqref, offer.Type, offer.Formula1,
				offer.AllowBlank, offer.ShowErrorMessage, text(offer.ErrorTitle), text(offer.Error), strings.TrimSuffix(text(offer.ErrorStyle), "stop"),
				offer.ShowInputMessage, text(offer.PromptTitle), text(offer.Prompt), offer.ShowDropDown), err)
		}
		for _, letters := range []string{"A", "B", "C", "D", "E"} {
			width, err := file.GetColWidth(sheet, letters)
			note(sheet+" width of "+letters, width, err)
			for _, cell := range []string{letters + "1", letters + "2"} {
				id, err := file.GetCellStyle(sheet, cell)
				note(cell, id, err)
				style, err := file.GetStyle(id)
				delete(said, cell)
				note(sheet+" style of "+cell, fmt.Sprintf("format %d, bold %t, fill %d, alignment %+v", style.NumFmt, style.Font != nil && style.Font.Bold,
					style.Fill.Pattern, style.Alignment), err)
			}
		}
	}
	return said
}

// A form says what it says if a library makes it, and is smaller.
func TestForm(t *testing.T) {
	form := exampleForm()
	var document bytes.Buffer
	if err := form.Write(&document); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"People & <co>", "1: A=email B=role C=teams D=note", "", "How to fill it in", "1: A=One", "3: A= Two & <three>", "",
		"Lists (hidden)", `1: B=member C="A; B":<developer>`, "2: B=manager C= spaces  ", "3: C=_x0041_",
	}
	if diff := cmp.Diff(want, lines(t, document.Bytes())); diff != "" {
		t.Error(diff)
	}
	by := madeByExcelize(t, form)
	if diff := cmp.Diff(saidByExcelize(t, by), saidByExcelize(t, document.Bytes())); diff != "" {
		t.Errorf("(-by a library +written):\n%s", diff)
	}
	const grey = `fgColor rgb="FFE7E6E6"` // which the library reads in workbooks with a theme alone
	for which, one := range map[string][]byte{"by a library": by, "written": document.Bytes()} {
		if !strings.Contains(contents(t, one)["xl/styles.xml"], grey) {
			t.Errorf("%s: the header is not grey", which)
		}
	}
	if document.Len() > len(by) {
		t.Errorf("it has %d bytes, and %d if a library makes it", document.Len(), len(by))
	}
}

func TestFormRefusesWhatNoWorkbookHolds(t *testing.T) {
	column := func(c workbook.FormColumn) workbook.Form {
		return workbook.Form{Sheet: "People", Help: "Help", Columns: []workbook.FormColumn{c}}
	}
	for want, form := range map[string]workbook.Form{
		`form: no sheet can be called "a/b"`:                                   {Sheet: "a/b", Help: "Help"},
		`form: no sheet can be called ""`:                                      {Sheet: "People"},
		`form: no sheet can be called "'a"`:                                    {Sheet: "People", Help: "'a"},
		`form: two sheets are called "people"`:                                 {Sheet: "People", Help: "people"},
		`form: two sheets are called "Lists"`:                                  {Sheet: "lists", Help: "Help"},
		`form: no sheet can be called "` + strings.Repeat("é", 32) + `"`:       {Sheet: strings.Repeat("é", 32), Help: "Help"},
		`form: the hint of the column "a" has 256 characters, and 255 at most`: column(workbook.FormColumn{Name: "a", Hint: strings.Repeat("x", 256)}),
		`form: the column "` + strings.Repeat("a", 33) + `" has a list or a hint, and its name more than 32 characters`: column(workbook.FormColumn{Name: strings.Repeat("a", 33), Hint: "x"}),
		`form: a sheet has 16384 columns at most, not 16385`:                                                            {Sheet: "People", Help: "Help", Columns: make([]workbook.FormColumn, workbook.MaxColumns+1)},
	} {
		if err := form.Write(io.Discard); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFormTellsOfTheDisk(t *testing.T) {
	if err := exampleForm().Write(full{}); !errors.Is(err, errFull) {
		t.Errorf("Write = %v", err)
	}
}
