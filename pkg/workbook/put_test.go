package workbook_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/workbook"
)

// untidy returns a workbook with cells of every kind on its sheet "Sheet1".
func untidy(t *testing.T) []byte {
	t.Helper()
	file := excelize.NewFile()
	defer func() { _ = file.Close() }()
	bold, err := file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 14})
	steps := []error{
		err,
		file.SetSheetRow("Sheet1", "A1", &[]any{"text", 46000, true, 7.5}),
		file.SetCellStyle("Sheet1", "B1", "B1", bold),
		file.SetCellFormula("Sheet1", "B2", "B1*2"),
		file.SetCellStyle("Sheet1", "C2", "C2", bold),
		file.SetCellStr("Sheet1", "A3", "ann@x.test"),
		file.SetCellHyperLink("Sheet1", "A3", "mailto:ann@x.test", "External"),
		file.SetCellStr("Sheet1", "C4", "merged"), file.SetCellStr("Sheet1", "A5", "below"), file.MergeCell("Sheet1", "C4", "C6"),
		file.SetCellStr("Sheet1", "A6", "last"),
		file.SetCellRichText("Sheet1", "A2", []excelize.RichTextRun{{Text: "rich "}, {Text: "text", Font: &excelize.Font{Bold: true}}}),
	}
	_, err = file.NewSheet("Other")
	steps = append(steps, err, file.SetCellFormula("Other", "A1", "Sheet1!B1*2"), file.SetCellStr("Other", "A2", " as it is "))
	var b bytes.Buffer
	for _, err := range append(steps, file.Write(&b)) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// shown returns what a sheet shows, by the names of cells, as this package reads it.
func shown(t *testing.T, document []byte, sheet string) map[string]string {
	t.Helper()
	book, err := workbook.Open(document)
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]string{}
	for _, one := range book.Sheets {
		if one.Name != sheet {
			continue
		}
		for row, err := range one.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range row.Cells {
				text := cell.Text
				if cell.Mail != "" {
					text += " -> " + cell.Mail
				}
				cells[workbook.CellName(cell.Column, row.Number)] = text
			}
		}
	}
	return cells
}

// Any cell can be made to say a text, and all others say what they said.
func TestPut(t *testing.T) {
	document := untidy(t)
	for name, tt := range map[string]struct {
		row, column int
		text        string
		gone        []string // cells that say something else, too
		also        map[string]string
	}{
		"a text":             {row: 1, column: 1, text: " <a> & \"b\" _x0041_\t "},
		"a number":           {row: 1, column: 2, text: "x"},
		"a boolean":          {row: 1, column: 3, text: "member"},
		"nothing":            {row: 1, column: 1, text: ""},
		"an empty cell":      {row: 2, column: 3, text: "x"},
		"a cell on the left": {row: 4, column: 2, text: "x"},
		"on the right":       {row: 1, column: 30, text: "x"},
		"rich text":          {row: 2, column: 1, text: "plain"},
		"a formula":          {row: 2, column: 2, text: "x"},
		"a link":             {row: 3, column: 1, text: "bob@x.test"},
		"merged, the first":  {row: 4, column: 3, text: "x"},
		"merged, another":    {row: 5, column: 3, text: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			edit, err := workbook.OpenEdit(document, "Sheet1")
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			for _, err := range []error{edit.Put(tt.row, tt.column, tt.text), edit.Write(&b), edit.Close()} {
				if err != nil {
					t.Fatal(err)
				}
			}
			want := shown(t, document, "Sheet1")
			if want[workbook.CellName(tt.column, tt.row)] = tt.text; tt.text == "" {
				delete(want, workbook.CellName(tt.column, tt.row))
			}
			if diff := cmp.Diff(want, shown(t, b.Bytes(), "Sheet1")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(shown(t, document, "Other"), shown(t, b.Bytes(), "Other")); diff != "" {
				t.Errorf("another sheet (-want +got):\n%s", diff)
			}
			file, err := excelize.OpenReader(&b)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			for _, cell := range []string{"B1", "C2"} {
				if style, err := file.GetCellStyle("Sheet1", cell); err != nil || style == 0 {
					t.Errorf("%s has the style %d, %v", cell, style, err)
				}
			}
			if formula, err := file.GetCellFormula("Other", "A1"); err != nil || formula != "Sheet1!B1*2" {
				t.Errorf("another sheet has the formula %q, %v", formula, err)
			}
		})
	}
}

func TestPutRefusesWhatNoCellHolds(t *testing.T) {
	edit, err := workbook.OpenEdit(untidy(t), "Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if err := edit.Put(1, 1, strings.Repeat("x", 40_000)); err == nil || !strings.Contains(err.Error(), "40000 characters") {
		t.Errorf("a text that is too long: %v", err)
	}
}

// contents returns what is in the parts of a workbook.
func contents(t *testing.T, document []byte) map[string]string {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(document), int64(len(document)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, part := range in.File {
		text, err := fs.ReadFile(in, part.Name)
		if err != nil {
			t.Fatal(err)
		}
		parts[part.Name] = string(text)
	}
	return parts
}

// A sheet in whatever XML keeps all but its cells, byte for byte.
func TestPutKeepsTheXML(t *testing.T) {
	sheet := func(rows string) []byte {
		return archive(t, book(join(`<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>`+rows+`</x:sheetData><x:pageMargins left="1"/></x:worksheet>`)))
	}
	before := sheet("<x:row spans='1:2'>\n <x:c t=\"str\" s='1'><x:v>a</x:v></x:c> <x:c/><x:c r=\"E1\"><x:v>5</x:v></x:c>\n</x:row><x:row r=\"3\"/><x:row><x:c r='B4'><x:v>1</x:v></x:c></x:row>")
	want := sheet("<x:row spans='1:2'>\n <x:c r=\"A1\" s=\"1\" t=\"inlineStr\"><x:is><x:t xml:space=\"preserve\">b</x:t></x:is></x:c> <x:c r=\"B1\" t=\"inlineStr\"><x:is><x:t xml:space=\"preserve\">c</x:t></x:is></x:c>" +
		"<x:c r=\"C1\" t=\"inlineStr\"><x:is><x:t xml:space=\"preserve\">d</x:t></x:is></x:c><x:c r=\"E1\"><x:v>5</x:v></x:c>\n<x:c r=\"F1\" t=\"inlineStr\"><x:is><x:t xml:space=\"preserve\">e</x:t></x:is></x:c></x:row>" +
		"<x:row r=\"3\"/><x:row><x:c r=\"B4\"/></x:row>")
	edit, err := workbook.OpenEdit(before, "People")
	if err != nil {
		t.Fatal(err)
	}
	for at, text := range map[int]string{1: "b", 2: "c", 3: "d", 6: "e"} {
		if err := edit.Put(1, at, text); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := edit.Put(4, 2, ""); err != nil {
		t.Fatal(err)
	}
	if err := edit.Write(&b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contents(t, want), contents(t, b.Bytes())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
