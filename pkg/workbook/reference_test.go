package workbook_test

import (
	"testing"

	"rollcall/pkg/workbook"
)

// References follow their cells where rows 3 and 5 are taken away; everything else of a formula stays as it is.
func TestFormulaWithoutRows(t *testing.T) {
	for _, tt := range []struct{ formula, own, other string }{
		{"A1+A2", "A1+A2", "A1+A2"},
		{"A4*$B$6", "A3*$B$4", "A4*$B$6"},
		{"a4", "A3", "a4"},
		{"A3", "#REF!", "A3"},
		{"SUM(A2:A3)+SUM(A3:A4)+SUM(A3:A3)+SUM(A1:A9)", "SUM(A2:A2)+SUM(A3:A3)+SUM(#REF!)+SUM(A1:A7)", "SUM(A2:A3)+SUM(A3:A4)+SUM(A3:A3)+SUM(A1:A9)"},
		{"SUM(A:A)+SUM($4:$9)+SUM(5:5)", "SUM(A:A)+SUM($3:$7)+SUM(#REF!)", "SUM(A:A)+SUM($4:$9)+SUM(5:5)"},
		{"SUM(A2:A1048576)", "SUM(A2:A1048576)", "SUM(A2:A1048576)"},
		{"People!A4&'People'!A6", "People!A3&'People'!A4", "People!A3&'People'!A4"},
		{"people!A4:B6", "people!A3:B4", "people!A3:B4"},
		{"People!A5", "People!#REF!", "People!#REF!"},
		{"Other!A4+'It''s'!A4+[1]People!A4+'[1]People'!A4", "Other!A4+'It''s'!A4+[1]People!A4+'[1]People'!A4", "Other!A4+'It''s'!A4+[1]People!A4+'[1]People'!A4"},
		{"SUM(People:Other!A4)", "SUM(People:Other!A4)", "SUM(People:Other!A4)"},
		{`"A4 ""A4"""&A4`, `"A4 ""A4"""&A3`, `"A4 ""A4"""&A4`},
		{"LOG10(A4)+ATAN2(1,A4)+A4B+_A4+A4.x+1E5", "LOG10(A3)+ATAN2(1,A3)+A4B+_A4+A4.x+1E5", "LOG10(A4)+ATAN2(1,A4)+A4B+_A4+A4.x+1E5"},
		{"Table1[[#All],[A4]]+Table1[a'[4]+A4", "Table1[[#All],[A4]]+Table1[a'[4]+A3", "Table1[[#All],[A4]]+Table1[a'[4]+A4"},
		{"#REF!+#N/A+A4#", "#REF!+#N/A+A3#", "#REF!+#N/A+A4#"},
		{"XFD4+XFE4+A1048577", "XFD3+XFE4+A1048577", "XFD4+XFE4+A1048577"},
		{"{1,2;3,4}+A4%", "{1,2;3,4}+A3%", "{1,2;3,4}+A4%"},
		{"Größe+A4 Übrig!A4", "Größe+A3 Übrig!A4", "Größe+A4 Übrig!A4"},
		{`"open`, `"open`, `"open`},
	} {
		if got := workbook.FormulaWithout(tt.formula, "People", true, 3, 5); got != tt.own {
			t.Errorf("%s on the sheet becomes %s, want %s", tt.formula, got, tt.own)
		}
		if got := workbook.FormulaWithout(tt.formula, "People", false, 3, 5); got != tt.other {
			t.Errorf("%s on another one becomes %s, want %s", tt.formula, got, tt.other)
		}
	}
	if got := workbook.FormulaWithout("'It''s <1>'!B9+B9", "It's <1>", false, 1); got != "'It''s <1>'!B8+B9" {
		t.Error(got)
	}
}

// A formula that cells share is, for each of them, about other cells.
func TestShiftedFormula(t *testing.T) {
	for _, tt := range []struct {
		formula, want string
		rows, columns int
	}{
		{"A1+$A$1+A$1+$A1", "C2+$A$1+C$1+$A2", 1, 2},
		{"SUM(A1:B$2)+SUM(A:A)+SUM(1:$2)", "SUM(C2:D$2)+SUM(C:C)+SUM(2:$2)", 1, 2},
		{"Other!A1&\"A1\"&Z1", "Other!B2&\"A1\"&AA2", 1, 1},
		{"A1+B5", "#REF!+B2", -3, 0},
		{"XFD1+A1048576", "#REF!+B1048576", 0, 1},
	} {
		if got := workbook.Shifted(tt.formula, tt.rows, tt.columns); got != tt.want {
			t.Errorf("%s becomes %s, want %s", tt.formula, got, tt.want)
		}
	}
}

func FuzzFormula(f *testing.F) {
	for _, formula := range []string{"SUM(A1:B2)", "'a''b'!A1", "[1]S!A1", "\"x", "'x", "#REF!", "T[[a],[b'']]", "A1:B", "$1:$2", "S:T!A1"} {
		f.Add(formula)
	}
	f.Fuzz(func(t *testing.T, formula string) {
		if got := workbook.Shifted(formula, 0, 0); got != formula {
			t.Errorf("%q becomes %q in its own place", formula, got)
		}
		workbook.FormulaWithout(formula, "S", true, 2, 3)
	})
}
