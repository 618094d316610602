package fix_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/roster"
)

// workbook returns one with a table below a title, and more around it.
func workbook(t *testing.T) []byte {
	t.Helper()
	file := excelize.NewFile()
	defer func() { _ = file.Close() }()
	bold, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	steps := []error{
		err,
		file.SetCellStr("Sheet1", "B1", "New people"),
		file.SetSheetRow("Sheet1", "B3", &[]any{"Name", "E-Mail", "Role", "Start"}),
		file.SetSheetRow("Sheet1", "B4", &[]any{" Ada ", "Ada <ada@x.test>", "Billing Manager", 46000}),
		file.SetCellStyle("Sheet1", "C4", "C4", bold),
		file.SetSheetRow("Sheet1", "B5", &[]any{"Ada", "ADA@x.test", "billing_manager"}),
		file.SetSheetRow("Sheet1", "B7", &[]any{"Bob", "bob@x.test", "", 7.5}),
		file.SetCellFormula("Sheet1", "D7", `" Member"`),
		file.SetSheetRow("Sheet1", "B8", &[]any{"Cid", "cid@x.test\u00a0", "managr"}),
	}
	_, err = file.NewSheet("Notes")
	steps = append(steps, err, file.SetCellFormula("Notes", "A1", "Sheet1!E7*2"), file.SetCellStr("Notes", "A2", " as it is "))
	for _, err := range steps {
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := file.Write(&b); err != nil {
		t.Fatal(err)
	}
	return withResult(t, b.Bytes())
}

// withResult gives the formula of the sheet the result that a spreadsheet program would have worked out.
func withResult(t *testing.T, content []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, part := range in.File {
		text, err := fs.ReadFile(in, part.Name)
		if err != nil {
			t.Fatal(err)
		}
		if part.Name == "xl/worksheets/sheet1.xml" {
			text = bytes.Replace(text, []byte(`</f><v>13</v>`), []byte(`</f><v> Member</v>`), 1)
		}
		w, err := out.Create(part.Name)
		if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cells returns those of a sheet.
func cells(t *testing.T, content []byte, sheet string) [][]string {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := file.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWorkbook(t *testing.T) {
	content := workbook(t)
	fixed, changes, err := do(t.Context(), "x.xlsx", content, roster.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		`x.xlsx:4:3: email: "Ada <ada@x.test>" -> "ada@x.test" (the bare address)`,
		`x.xlsx:4:4: role: "Billing Manager" -> "billing_manager" (the service's spelling)`,
		`x.xlsx:5:2: row: "ADA@x.test" dropped (on line 4 already, with the same role and teams)`,
		`x.xlsx:8:3: email: "cid@x.test\u00a0" -> "cid@x.test" (without blanks around it)`,
	}, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{
		{"", "New people"},
		nil,
		{"", "Name", "E-Mail", "Role", "Start"},
		{"", " Ada ", "ada@x.test", "billing_manager", "46000"},
		nil,
		{"", "Bob", "bob@x.test", " Member", "7.5"},
		{"", "Cid", "cid@x.test", "managr"},
	}, cells(t, fixed, "Sheet1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	file, err := excelize.OpenReader(bytes.NewReader(fixed))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	formula, err := file.GetCellFormula("Notes", "A1")
	if err != nil || formula != "Sheet1!E6*2" { // which the row has moved
		t.Errorf("the formula of another sheet is %q, %v", formula, err)
	}
	if formula, err = file.GetCellFormula("Sheet1", "D6"); err != nil || formula != `" Member"` {
		t.Errorf("the formula is %q, %v", formula, err)
	}
	if style, err := file.GetCellStyle("Sheet1", "C4"); err != nil || style == 0 {
		t.Errorf("the style is %d, %v", style, err)
	}
	again, changes, err := do(t.Context(), "x.xlsx", fixed, roster.Options{})
	if err != nil || len(changes) > 0 {
		t.Fatalf("fixed again there is %q, %v", changes, err)
	}
	for _, sheet := range []string{"Sheet1", "Notes"} {
		if diff := cmp.Diff(cells(t, fixed, sheet), cells(t, again, sheet)); diff != "" {
			t.Errorf("fixed again %s is another (-once +twice):\n%s", sheet, diff)
		}
	}
}

// One that a spreadsheet program has written can be fixed, too.
func TestForeignWorkbook(t *testing.T) {
	content, err := os.ReadFile("../../testdata/rosters/libreoffice.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	fixed, changes, err := do(t.Context(), "x.xlsx", content, roster.Options{})
	if err != nil || len(changes) == 0 {
		t.Fatalf("there is %q, %v", changes, err)
	}
	if _, changes, err := do(t.Context(), "x.xlsx", fixed, roster.Options{}); err != nil || len(changes) > 0 {
		t.Errorf("fixed again there is %q, %v", changes, err)
	}
}
