package workbook_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/workbook"
)

// lines writes down every row of the workbook: "2: A=text C=text", with what else there is to say about a cell.
func lines(t *testing.T, document []byte) (all []string) {
	t.Helper()
	book, err := workbook.Open(document)
	if err != nil {
		t.Fatal(err)
	}
	for i, sheet := range book.Sheets {
		if i > 0 {
			all = append(all, "")
		}
		name := sheet.Name
		if sheet.Hidden {
			name += " (hidden)"
		}
		all = append(all, name)
		for row, err := range sheet.Rows() {
			if err != nil {
				return append(all, err.Error())
			}
			all = append(all, describe(row))
		}
	}
	return all
}

func describe(row workbook.Row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d:", row.Number)
	if row.Hidden {
		b.WriteString(" (hidden)")
	}
	for _, cell := range row.Cells {
		fmt.Fprintf(&b, " %c=%s", 'A'+rune(cell.Column-1), cell.Text)
		if cell.Mail != "" {
			b.WriteString("<" + cell.Mail + ">")
		}
		for mark, is := range map[string]bool{"?": cell.Unsaved, " (zero)": cell.Zero, " (merged)": cell.Merged, " (struck)": cell.Struck} {
			if is {
				b.WriteString(mark)
			}
		}
	}
	return b.String()
}

// made is what a workbook holds that a spreadsheet program would write.
func made(t *testing.T, fill func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	var document bytes.Buffer
	if err := errors.Join(fill(f), f.Write(&document), f.Close()); err != nil {
		t.Fatal(err)
	}
	return document.Bytes()
}

func TestRowsAsShown(t *testing.T) {
	noon := time.Date(2026, time.November, 23, 12, 30, 0, 0, time.UTC)
	styled := func(f *excelize.File, cell string, value any, s excelize.Style) error {
		style, err := f.NewStyle(&s)
		return errors.Join(err, f.SetCellValue("Sheet1", cell, value), f.SetCellStyle("Sheet1", cell, cell, style))
	}
	custom := func(format string) excelize.Style { return excelize.Style{CustomNumFmt: &format} }
	tests := []struct {
		name string
		give func(f *excelize.File) error
		want []string
	}{
		{"texts", func(f *excelize.File) error {
			return errors.Join(
				f.SetSheetRow("Sheet1", "A1", &[]any{"email", "", "role"}),
				f.SetSheetRow("Sheet1", "A4", &[]any{" ada@example.com ", "a\r\nb", "_x \u00e9 \U0001f469"}),
				f.SetCellRichText("Sheet1", "A5", []excelize.RichTextRun{{Text: "ada"}, {Text: "@example.com", Font: &excelize.Font{Bold: true}}}),
			)
		}, []string{"Sheet1", "1: A=email C=role", "4: A= ada@example.com  B=a\nb C=_x \u00e9 \U0001f469", "5: A=ada@example.com"}},
		{"numbers", func(f *excelize.File) error {
			return errors.Join(
				f.SetSheetRow("Sheet1", "A1", &[]any{42, 0.1 + 0.2, -1.5, 12345678901, 1e21, true, false}),
				styled(f, "A2", 42, custom("00000")), styled(f, "B2", 0.5, excelize.Style{NumFmt: 9}),
				styled(f, "C2", 1234.5, excelize.Style{NumFmt: 4}), styled(f, "D2", 7, excelize.Style{NumFmt: 49}),
			)
		}, []string{"Sheet1", "1: A=42 B=0.3 C=-1.5 D=12345678901 E=1000000000000000000000 F=TRUE G=FALSE", "2: A=00042 B=50% C=1,234.50 D=7"}},
		{"dates", func(f *excelize.File) error {
			return errors.Join(
				styled(f, "A1", noon, excelize.Style{NumFmt: 14}), styled(f, "B1", noon, custom("dd.mm.yyyy hh:mm")),
				styled(f, "C1", noon, custom("yyyy-mm-dd")), styled(f, "D1", 0.75, excelize.Style{NumFmt: 20}),
			)
		}, []string{"Sheet1", "1: A=2026-11-23 B=2026-11-23 12:30 C=2026-11-23 D=18:00"}},
		{"times", func(f *excelize.File) error {
			return errors.Join(
				styled(f, "A1", 0.75, custom("h:mm AM/PM")), styled(f, "B1", 1.5, custom("[h]:mm")), styled(f, "C1", noon, custom(`[$-407]d\. mmmm yyyy`)),
				styled(f, "D1", 46_000, custom("mmm")), styled(f, "E1", -1, custom("dd/mm/yyyy")), styled(f, "F1", 2_958_466, custom("dd/mm/yyyy")),
				styled(f, "A2", 1, custom("yyyy")), styled(f, "B2", 59, custom("yyyy")), styled(f, "C2", 61, custom("yyyy")), styled(f, "D2", 46_000.999999, custom("d m s")),
				styled(f, "A3", 1234.5, custom(`0.0 "days"`)), styled(f, "B3", 7, custom(`\d0_d`)), styled(f, "C3", -2, custom(`0;(0) "yd"`)), styled(f, "D3", 5, custom("[Red]0")),
			)
		}, []string{
			"Sheet1", "1: A=18:00 B=36:00:00 C=2026-11-23 D=2025-12-09 E=-1 F=2958466", "2: A=1900-01-01 B=1900-02-28 C=1900-03-01 D=2025-12-10 00:00:00",
			"3: A=1234.5 days B=d7  C=(2) yd D=5",
		}},
		{"dates since 1904", func(f *excelize.File) error {
			since := true
			return errors.Join(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &since}), styled(f, "A1", noon, custom("yyyy-mm-dd")))
		}, []string{"Sheet1", "1: A=2026-11-23"}},
		{"hidden", func(f *excelize.File) error {
			_, err := f.NewSheet("Old")
			return errors.Join(err, f.SetSheetVisible("Old", false), f.SetCellStr("Old", "B2", "x"),
				f.SetSheetCol("Sheet1", "A1", &[]any{"a", "b"}), f.SetRowVisible("Sheet1", 2, false))
		}, []string{"Sheet1", "1: A=a", "2: (hidden) A=b", "", "Old (hidden)", "2: B=x"}},
		{"links", func(f *excelize.File) error {
			return errors.Join(
				f.SetSheetRow("Sheet1", "A1", &[]any{"Ada", "Bruno", "Chen", "Dalia"}),
				f.SetCellHyperLink("Sheet1", "A1", "mailto:ada%2Bx@example.com?subject=Hello", "External"),
				f.SetCellHyperLink("Sheet1", "B1", "MAILTO: bruno@example.com ", "External"),
				f.SetCellHyperLink("Sheet1", "C1", "https://example.com/mailto:chen@example.com", "External"),
				f.SetCellHyperLink("Sheet1", "D1", "Sheet1!A1", "Location"),
			)
		}, []string{"Sheet1", "1: A=Ada<ada+x@example.com> B=Bruno<bruno@example.com> C=Chen D=Dalia"}},
		{"merged", func(f *excelize.File) error {
			return errors.Join(
				f.SetCellStr("Sheet1", "A1", "Title"), f.MergeCell("Sheet1", "A1", "C1"),
				f.SetSheetCol("Sheet1", "A2", &[]any{"a", "b", "c", "d"}), f.SetCellStr("Sheet1", "B3", "Platform"),
				f.MergeCell("Sheet1", "B3", "C4"), f.MergeCell("Sheet1", "D2", "D5"),
			)
		}, []string{"Sheet1", "1: A=Title", "2: A=a", "3: A=b B=Platform", "4: A=c B=Platform (merged)", "5: A=d"}},
		{"formulas", func(f *excelize.File) error {
			return errors.Join(f.SetCellStr("Sheet1", "A1", "a"), f.SetCellFormula("Sheet1", "B1", "A1"))
		}, []string{"Sheet1", "1: A=a B=?"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lines(t, made(t, tt.give))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRowsOfOtherPrograms reads what Excel does not write, but others do.
func TestRowsOfOtherPrograms(t *testing.T) {
	tests := []struct{ name, sheet, want string }{
		{"no references", `<sheetData><row><c><v>1</v></c><c t="str"><v>b</v></c></row><row><c/><c><v>2</v></c></row></sheetData>`, "1: A=1 B=b|2: B=2"},
		{"prefixes", `<x:worksheet><x:sheetData><x:row r="3"><x:c r="B3" t="inlineStr"><x:is><x:t>a&amp;b</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`, "3: B=a&b"},
		{"saved formulas", `<sheetData><row r="1"><c r="A1" t="str"><f>X</f><v>a</v></c><c r="B1"><f>1</f><v>7</v></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1" t="str"><f>""</f><v></v></c></row></sheetData>`, "1: A=a B=7 C=#DIV/0!"},
		{"formulas that came to 0, or to nothing", `<sheetData><row><c><f>X</f><v>0</v></c><c><f>X</f><v></v></c><c t="str"><f>X</f></c><c t="e"><f>X</f><v/></c><c><v>0</v></c><c><f>X</f><v> -0.0</v></c></row></sheetData>`, "1: A=0 (zero) B=? C=? D=? E=0 F=0 (zero)"},
		{"a text and a value", `<sheetData><row><c t="inlineStr"><v>1</v><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is><v>1</v></c><c t="inlineStr"><v>c</v></c><c><v>4</v><is><t>d</t></is></c><c><is><t>d</t></is><v>5</v></c></row></sheetData>`, "1: A=a B=b C=c D=4 E=5"},
		{"rows without a height", `<sheetData><row ht="0" customHeight="1"><c><v>1</v></c></row><row ht="15"><c><v>2</v></c></row></sheetData>`, "1: (hidden) A=1|2: A=2"},
		{"runs that are struck through", `<sheetData><row><c t="inlineStr"><is><r><rPr><strike/></rPr><t>a</t></r><r><t>b</t></r></is></c><c t="inlineStr"><is><r><rPr><strike val="false"/></rPr><t>c</t></r></is></c></row></sheetData>`, "1: A=ab (struck) B=c"},
		{"escapes", `<sheetData><row><c t="inlineStr"><is><t>a_x000D_b_x005F_x0041__x0000__xD83D__x1</t></is></c></row></sheetData>`, "1: A=a\nb_x0041__x0000__xD83D__x1"},
		{"read aloud", `<sheetData><row><c t="inlineStr"><is><r><t>a</t></r><rPh><t>no</t></rPh><r><t>b</t></r></is></c></row></sheetData>`, "1: A=ab"},
		{"a date as text", `<sheetData><row><c t="d"><v>2026-11-23T00:00:00</v></c></row></sheetData>`, "1: A=2026-11-23T00:00:00"},
		{"a number that is none", `<sheetData><row><c><v>many</v></c></row></sheetData>`, "1: A=many"},
		{"no rows", `<worksheet><sheetData/></worksheet>`, ""},
		{"rows out of order", `<sheetData><row r="2"/><row r="2"/></sheetData>`, `!in the sheet "People", the row "2" comes after row 2`},
		{"a row too far", `<sheetData><row r="1048577"/></sheetData>`, `!the sheet "People" has a row 1048577`},
		{"a row before the first", `<sheetData><row r="-1"/></sheetData>`, `!in the sheet "People", the row "-1" comes after row 0`},
		{"cells out of order", `<sheetData><row><c r="B1"/><c r="A1"/></row></sheetData>`, `!in the sheet "People", row 1, the cell "A1" is out of place`},
		{"a column too far", `<sheetData><row><c r="XFE1"/></row></sheetData>`, `!in the sheet "People", row 1, the cell "XFE1" is out of place`},
		{"a text that is not there", `<sheetData><row><c t="s"><v>0</v></c></row></sheetData>`, `!a cell refers to the text "0", of 0`},
		{"cut off", `<sheetData><row><c><v>1</v></c></row>`, `1: A=1|!the sheet "People" is cut off`},
		{"cut off in a tag", `<sheetData><row><c><v>1</v></c></row><`, `1: A=1|!xl/worksheets/sheet1.xml is not the XML that it should be`},
		{"no XML", "\x00\x01\x02", `!xl/worksheets/sheet1.xml is not the XML that it should be`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(lines(t, archive(t, book(join(tt.sheet))))[1:], "|")
			got = strings.ReplaceAll(got, "the workbook is damaged: ", "!")
			got = strings.TrimSuffix(got, " (open it in a spreadsheet program and save it anew)")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	whole := archive(t, book(join("<sheetData/>")))
	encrypted := bytes.Clone(whole)
	for at := 0; ; at++ { // the flag stands in each entry of the directory
		next := bytes.Index(encrypted[at:], []byte("PK\x01\x02"))
		if next < 0 {
			break
		}
		at += next
		encrypted[at+8] |= 1
	}
	var protected bytes.Buffer
	if err := excelize.NewFile().Write(&protected, excelize.Options{Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	twice := archive(t, with(book(join("<sheetData/>")), `XL\Workbook.xml`, join("<workbook/>")))
	tests := []struct {
		name string
		give []byte
		kind error
		want string
	}{
		{"nothing", nil, workbook.ErrForeign, "this is not an Excel workbook (save it as .xlsx or as CSV UTF-8)"},
		{"text", []byte("email,role\n"), workbook.ErrForeign, "this is not an Excel workbook (save it as .xlsx or as CSV UTF-8)"},
		{"a ZIP archive", archive(t, with(map[string]io.Reader{}, "word/document.xml", join("x"))), workbook.ErrForeign, "this is a ZIP archive, but not an Excel workbook (save it as .xlsx or as CSV UTF-8)"},
		{"a binary workbook", archive(t, with(map[string]io.Reader{}, "_rels/.rels", join(`<Relationship Type="x/officeDocument" Target="xl/workbook.bin"/>`))), workbook.ErrForeign, "this is a binary Excel workbook (.xlsb) (save it as .xlsx or as CSV UTF-8)"},
		{"an old workbook", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1W\x00o\x00r\x00k\x00"), workbook.ErrForeign, "this is an old Excel workbook (.xls) (save it as .xlsx or as CSV UTF-8)"},
		{"with a password", protected.Bytes(), workbook.ErrEncrypted, "the workbook is protected by a password (remove the password, or save its sheet as CSV UTF-8)"},
		{"an archive with a password", encrypted, workbook.ErrEncrypted, "the archive is protected by a password (remove the password, or save its sheet as CSV UTF-8)"},
		{"half a workbook", whole[:len(whole)/2], workbook.ErrDamaged, "the workbook is damaged: it is cut off, or not a ZIP archive (open it in a spreadsheet program and save it anew)"},
		{"two workbooks", twice, workbook.ErrDamaged, `the workbook is damaged: it has two parts called "xl/workbook.xml" (open it in a spreadsheet program and save it anew)`},
		{"no sheets", archive(t, with(book(join("")), "xl/workbook.xml", join("<workbook/>"))), workbook.ErrDamaged, "the workbook is damaged: it has no sheet (open it in a spreadsheet program and save it anew)"},
		{"a long document", append([]byte("PK"), make([]byte, workbook.MaxSize)...), workbook.ErrTooLarge, "the workbook is too large: it has more than 24 MiB (save its sheet as CSV UTF-8)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := workbook.Open(tt.give)
			if !errors.Is(err, tt.kind) || err.Error() != tt.want {
				t.Errorf("Open = %v, want %s", err, tt.want)
			}
			if problem := (*workbook.Error)(nil); !errors.As(err, &problem) {
				t.Errorf("Open = %T", err)
			}
		})
	}
}

// TestAlteredPart changes a byte of what is inside, which the archive's checksum tells.
func TestAlteredPart(t *testing.T) {
	var document bytes.Buffer
	w, err := workbook.NewWriter(&document, workbook.Table{Sheet: "Results", Header: []string{"email"}})
	if err := errors.Join(err, w.Write([]string{"ada@example.com"}, false), w.Close()); err != nil {
		t.Fatal(err)
	}
	altered := 0
	for i := 0; i < document.Len(); i += 9 {
		changed := bytes.Clone(document.Bytes())
		changed[i] ^= 0x10
		if err := readAll(changed); err != nil {
			if !errors.As(err, new(*workbook.Error)) {
				t.Fatalf("byte %d: %v", i, err)
			}
			altered++
		}
	}
	if changes := document.Len() / 9; altered < changes/4 {
		t.Errorf("only %d of %d changes were noticed", altered, changes)
	}
}

func FuzzOpen(f *testing.F) {
	var document bytes.Buffer
	form := workbook.Form{Sheet: "People", Columns: []workbook.FormColumn{{Name: "email", Width: 9}}, Help: "Help"}
	if err := form.Write(&document); err != nil {
		f.Fatal(err)
	}
	f.Add(document.Bytes())
	f.Fuzz(func(t *testing.T, document []byte) {
		if err := readAll(document); err != nil && !errors.As(err, new(*workbook.Error)) {
			t.Errorf("%v", err)
		}
	})
}

// FuzzSheet reads sheets, and numbers in formats, whatever they hold.
func FuzzSheet(f *testing.F) {
	f.Add(`<sheetData><row r="1"><c r="A1" s="0"><v>45000.5</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells>`, "dd/mm/yyyy", "1.5")
	f.Add(`<sheetData><row><c t="inlineStr"><is><t>_x000D_</t></is></c></row></sheetData>`, `[Red]#,##0.00;(0);"x"@`, "-1e300")
	f.Fuzz(func(t *testing.T, sheet, format, number string) {
		styles := `<numFmts><numFmt numFmtId="200" formatCode="` + inXML(format) + `"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs>`
		for _, rows := range []string{sheet, `<sheetData><row><c s="0"><v>` + inXML(number) + `</v></c></row></sheetData>`} {
			document := archive(t, with(book(join(rows)), "xl/styles.xml", join(styles)))
			if err := readAll(document); err != nil && !errors.As(err, new(*workbook.Error)) {
				t.Errorf("%v", err)
			}
		}
	})
}

func inXML(text string) string {
	var b strings.Builder
	// A strings.Builder never fails.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
