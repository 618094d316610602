package workbook_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"rollcall/pkg/workbook"
)

// written returns a workbook with the table; every third row of it is bad.
func written(t interface {
	Helper()
	Fatal(args ...any)
}, header []string, rows [][]string,
) []byte {
	t.Helper()
	var document bytes.Buffer
	w, err := workbook.NewWriter(&document, workbook.Table{Sheet: "R&D <1>", Header: header})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if err := w.Write(row, i%3 == 2); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return document.Bytes()
}

func TestReadingBackGivesWhatWasWritten(t *testing.T) {
	cell := rapid.OneOf(rapid.SampledFrom([]string{
		"", " ", "=1+1", "007", "1e3", "TRUE", "2026-11-23", "a\nb", "a\tb", "_x0041_", "__x000D_", "_x005F_x0041_", "<&>\"'", "]]>", "\x01", "\x1f",
		"\u2028", "\ufeff", "👩‍🚀", "日本", "#N/A", "mailto:a@b",
	}), rapid.String())
	rapid.Check(t, func(rt *rapid.T) {
		width := rapid.IntRange(1, 30).Draw(rt, "width")
		row := rapid.SliceOfN(cell, width, width)
		table := rapid.SliceOfN(row, 1, 250).Draw(rt, "rows")
		document := written(rt, table[0], table[1:])
		book, err := workbook.Open(document)
		if err != nil {
			rt.Fatal(err)
		}
		if name := book.Sheets[0].Name; name != "R&D <1>" {
			rt.Fatalf("the sheet is called %q", name)
		}
		got := make([][]string, len(table))
		for i := range got {
			got[i] = make([]string, width)
		}
		for row, err := range book.Sheets[0].Rows() {
			if err != nil {
				rt.Fatal(err)
			}
			for _, cell := range row.Cells {
				got[row.Number-1][cell.Column-1] = cell.Text
			}
		}
		for _, row := range table {
			for i, cell := range row {
				cell = strings.NewReplacer("\x00", "\ufffd", "\ufffe", "\ufffd", "\uffff", "\ufffd").Replace(strings.ToValidUTF8(cell, "\ufffd"))
				row[i] = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(cell)
			}
		}
		if diff := cmp.Diff(table, got); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// TestWrittenWorkbook opens a table with another program's reader.
func TestWrittenWorkbook(t *testing.T) {
	document := written(t, []string{"row", "email", ""}, [][]string{{"1", "=1+1"}, {"2"}, {"3", "ada@example.com"}})
	f, err := excelize.OpenReader(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	const sheet = "R&D <1>"
	rows, err := f.GetRows(sheet)
	if diff := cmp.Diff([][]string{{"row", "email"}, {"1", "=1+1"}, {"2"}, {"3", "ada@example.com"}}, rows); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if formula, err := f.GetCellFormula(sheet, "B2"); err != nil || formula != "" {
		t.Errorf("formula %q, %v", formula, err)
	}
	styleOf := func(cell string) *excelize.Style {
		id, err := f.GetCellStyle(sheet, cell)
		style, err2 := f.GetStyle(id)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		return style
	}
	for cell, want := range map[string]struct{ bold, filled bool }{
		"A1": {true, true}, "B2": {false, false}, "A4": {false, true}, "C4": {false, true}, "C3": {false, false}, "B9": {false, false},
	} {
		style := styleOf(cell)
		bold, filled := style.Font != nil && style.Font.Bold, style.Fill.Pattern == 1
		if style.NumFmt != 49 || bold != want.bold || filled != want.filled {
			t.Errorf("%s: format %d, bold %t, filled %t", cell, style.NumFmt, bold, filled)
		}
	}
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes = %+v, %v", panes, err)
	}
	if width, err := f.GetColWidth(sheet, "B"); err != nil || width != float64(len("ada@example.com")+2) {
		t.Errorf("width = %v, %v", width, err)
	}
}

// A table may keep its first columns in sight, and colour only some of a bad row.
func TestWriterFreezesAndMarksColumns(t *testing.T) {
	var out bytes.Buffer
	w, err := workbook.NewWriter(&out, workbook.Table{Sheet: "List", Header: []string{"email", "role", "error"}, Frozen: 1, Marked: []int{2}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write([]string{"ada@example.com", "", "wrong"}, true), w.Write([]string{"bob@example.com"}, false), w.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	for cell, want := range map[string]bool{"A2": false, "B2": false, "C2": true, "A3": false, "C3": false} {
		id, err := f.GetCellStyle("List", cell)
		style, err2 := f.GetStyle(id)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if got := style.Fill.Pattern == 1; got != want {
			t.Errorf("%s is filled: %t", cell, got)
		}
	}
	panes, err := f.GetPanes("List")
	if err != nil || !panes.Freeze || panes.YSplit != 1 || panes.XSplit != 1 || panes.TopLeftCell != "B2" {
		t.Errorf("panes = %+v, %v", panes, err)
	}
	if layout, err := f.GetPageLayout("List"); err != nil || *layout.Orientation != "landscape" {
		t.Errorf("layout = %+v, %v", layout, err)
	}
}

func TestWriterCutsWhatNoCellHolds(t *testing.T) {
	whole, long := strings.Repeat("é", 32_767), strings.Repeat("👩", 16_384)
	document := written(t, []string{"a", "b", "c"}, [][]string{{whole, long, whole + "é"}})
	got := lines(t, document)[2]
	if want := "2: A=" + whole + " B=" + strings.Repeat("👩", 16_383) + "… C=" + strings.Repeat("é", 32_766) + "…"; got != want {
		t.Errorf("got %d bytes, want %d", len(got), len(want))
	}
	if n := len(utf16.Encode([]rune(strings.Repeat("👩", 16_383) + "…"))); n != 32_767 {
		t.Errorf("%d characters", n)
	}
}

func TestWriterRefuses(t *testing.T) {
	if _, err := workbook.NewWriter(io.Discard, workbook.Table{Header: make([]string, workbook.MaxColumns+1)}); err == nil {
		t.Error("too many columns were taken")
	}
	w, err := workbook.NewWriter(io.Discard, workbook.Table{Sheet: "x", Header: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	wrong := w.Write([]string{"", ""}, false)
	if wrong == nil || wrong.Error() != "it has 2 cells for 1 columns" {
		t.Errorf("Write = %v", wrong)
	}
	if again := errors.Join(w.Write(nil, false), w.Close()); !errors.Is(again, wrong) {
		t.Errorf("later: %v", again)
	}
	if w, err = workbook.NewWriter(io.Discard, workbook.Table{Sheet: "x"}); err != nil {
		t.Fatal(err)
	}
	for range workbook.MaxRows - 1 {
		if err := w.Write(nil, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Write(nil, false); err == nil || err.Error() != "a sheet has 1048576 rows at most" {
		t.Errorf("a row too many: %v", err)
	}
	if w, err = workbook.NewWriter(io.Discard, workbook.Table{Sheet: "x"}); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	if w.Close() == nil || w.Write(nil, false) == nil {
		t.Error("a closed workbook was written to")
	}
}

// TestWriterHoldsNoRows writes more than it may hold.
func TestWriterHoldsNoRows(t *testing.T) {
	row := make([]string, 20)
	for i := range row {
		row[i] = strings.Repeat("x", 100)
	}
	var err error
	most := peak(func() {
		var w *workbook.Writer
		if w, err = workbook.NewWriter(io.Discard, workbook.Table{Sheet: "x", Header: make([]string, len(row))}); err != nil {
			return
		}
		for range 20_000 { // 40 MB
			err = errors.Join(err, w.Write(row, true))
		}
		err = errors.Join(err, w.Close())
	})
	if err != nil || most > 20 {
		t.Errorf("it took %d MiB, %v", most, err)
	}
}
