package workbook_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rollcall/pkg/workbook"
)

// difference is one between what a cell shows here and what excelize says that it shows.
type difference struct {
	makeup
	of1904       bool
	ours, theirs string
}

// differences are those that are meant, each with its reason. There is none but these, and each of them is met.
var differences = []struct {
	why  string
	meet func(d difference) bool
}{
	{
		"dates and times are written one way, whatever their format: how Excel shows them depends on the reader's country",
		func(d difference) bool { return d.kind == "date" && !strings.HasPrefix(d.format, "yyyy") },
	},
	{
		"excelize has a day 0 before the first one, as Excel has, and counts the first days of 1904 wrongly",
		func(d difference) bool {
			return d.kind == "date" && (d.text == "0.25" || d.of1904 && (d.text == "1" || d.text == "59"))
		},
	},
	{
		"excelize takes the first section of a format with conditions, Excel the one whose condition holds",
		func(d difference) bool {
			return strings.HasPrefix(d.format, "[<") || strings.HasPrefix(d.format, "[>") || strings.HasPrefix(d.format, "[=")
		},
	},
	{
		"powers of ten and fractions stay plain, since nobody writes an address or a number of a person so",
		func(d difference) bool { return d.format == "0.00E+00" || d.format == "# ?/?" },
	},
	{
		"a format without a place for a digit that the number has not shows nothing there",
		func(d difference) bool { return d.format == "#.##" },
	},
	{
		"a number without a format is shown with all digits that Excel knows, not with those for which there is room",
		func(d difference) bool { return (d.format == "General" || d.format == "@") && len(d.text) > 11 },
	},
	{"excelize shows a zero whose section of the format is empty", func(d difference) bool { return d.format == "0;-0;;@" && d.text == "0" }},
	{
		"excelize undoes Excel's escapes in some texts only (ECMA-376, part 1, 22.9.2.19)",
		func(d difference) bool { return d.kind == "text of a formula" && d.text == "_x0041_" },
	},
	{"what would round to zero with a minus before it stays plain", func(d difference) bool { return d.format == `#,##0,"K"` && d.text == "-3" }},
}

// shownHere returns what the cells of the first sheet show, by row and column.
func shownHere(t *testing.T, document []byte) map[[2]int]string {
	t.Helper()
	opened, err := workbook.Open(document)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[[2]int]string{}
	for row, err := range opened.Sheets[0].Rows() {
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range row.Cells {
			shown[[2]int{row.Number, cell.Column}] = cell.Text
		}
	}
	return shown
}

// TestAgainstExcelize reads a corpus with this package and with excelize, and compares what each cell shows.
func TestAgainstExcelize(t *testing.T) {
	met, compared := make([]int, len(differences)), 0
	for seed := range uint64(150) {
		c := &corpus{Rand: rand.New(rand.NewPCG(seed, 7))}
		document := c.document(t)
		file, err := excelize.OpenReader(bytes.NewReader(document))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		ours := shownHere(t, document)
		for at, made := range c.cells {
			name := workbook.CellName(at[1], at[0])
			theirs, err := file.GetCellValue("People", name)
			if err != nil {
				t.Fatalf("seed %d, %s: %v", seed, name, err)
			}
			compared++
			d := difference{made, c.of1904, ours[at], theirs}
			if strings.Contains(made.kind, "text") && d.ours != made.text && !strings.Contains(made.text, "_x") {
				t.Errorf("seed %d, %s: %s %q is shown as %q", seed, name, made.kind, made.text, d.ours)
			}
			if d.ours == d.theirs {
				continue
			}
			why := slices.IndexFunc(differences, func(known struct {
				why  string
				meet func(d difference) bool
			},
			) bool {
				return known.meet(d)
			})
			if why < 0 {
				t.Errorf("seed %d, %s: %s", seed, name, fmt.Sprintf("%+q", []string{made.kind, made.format, made.text, d.ours, d.theirs}))
				continue
			}
			met[why]++
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i, known := range differences {
		if met[i] == 0 {
			t.Errorf("no cell shows that %s", known.why)
		}
	}
	if compared < 5000 {
		t.Errorf("only %d cells were compared", compared)
	}
}
