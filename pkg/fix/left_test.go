package fix_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/pkg/roster"
)

// sheetOf returns a workbook with a sheet of that XML, in which the style 1 is struck through.
func sheetOf(t *testing.T, sheet string) []byte {
	t.Helper()
	const main, relations = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`, `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
			`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
		"_rels/.rels":     `<Relationships ` + relations + `><Relationship Id="r" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook ` + main + ` xmlns:r="` + office + `"><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships ` + relations + `><Relationship Id="r1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="` + office + `/styles" Target="styles.xml"/></Relationships>`,
		"xl/styles.xml":            `<styleSheet ` + main + `><fonts><font/><font><strike/></font></fonts><cellXfs><xf/><xf fontId="1"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet ` + main + `>` + sheet + `</worksheet>`,
	} {
		w, err := out.Create(name)
		if err == nil {
			_, err = io.WriteString(w, content)
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

// textCell is a cell of text at a place, with more attributes.
func textCell(at, text string, more ...string) string {
	return `<c r="` + at + `" t="inlineStr" ` + strings.Join(more, " ") + `><is><t xml:space="preserve">` + text + `</t></is></c>`
}

// What a person has to do is left, and the rest is fixed all the same.
func TestWorkbookLeavesWhatNeedsAPerson(t *testing.T) {
	const heading = `<row r="1"><c r="A1" t="str"><v>Email</v></c><c r="B1" t="str"><v>Role</v></c></row>`
	row := func(number string, cells string) string { return `<row r="` + number + `">` + cells + `</row>` }
	formula := func(at, text string) string { return `<c r="` + at + `" t="str"><f>X1</f><v>` + text + `</v></c>` }
	untidy := row("2", textCell("A2", "Bob &lt;bob@x.test&gt;")+textCell("B2", "Member"))
	tidied := []string{
		`x.xlsx:2:1: email: "Bob <bob@x.test>" -> "bob@x.test" (the bare address)`, `x.xlsx:2:2: role: "Member" -> "member" (the service's spelling)`,
	}
	tests := []struct {
		name, rows, after string
		more              []string // changes besides those of the second row
		want              []string // addresses, ! before the invalid ones
	}{
		{"formula", row("3", formula("A3", "Ann &lt;ann@x.test&gt;")+textCell("B3", "member")), "", nil, []string{"bob@x.test", "!Ann <ann@x.test>"}},
		{"formula of a role", row("3", textCell("A3", "ann@x.test")+formula("B3", "Billing Manager")), "", nil, []string{"bob@x.test", "ann@x.test"}},
		{
			"no duplicate of what is left", row("3", formula("A3", "Ann &lt;ann@x.test&gt;")+textCell("B3", "member")) + row("4", textCell("A4", "ann@x.test")+textCell("B4", "member")), "",
			nil,
			[]string{"bob@x.test", "!Ann <ann@x.test>", "ann@x.test"},
		},
		{
			"no conflict with what is left", row("3", formula("A3", "Ann &lt;ann@x.test&gt;")+textCell("B3", "member")) + row("4", textCell("A4", "ann@x.test ")+textCell("B4", "manager")), "",
			[]string{`x.xlsx:4:1: email: "ann@x.test " -> "ann@x.test" (without blanks around it)`},
			[]string{"bob@x.test", "!Ann <ann@x.test>", "ann@x.test"},
		},
		{
			"struck out first", row("3", textCell("A3", "ann@x.test", `s="1"`)+textCell("B3", "member")) + row("4", textCell("A4", "ann@x.test")+textCell("B4", "member")), "",
			nil,
			[]string{"bob@x.test", "ann@x.test", "ann@x.test"},
		},
		{
			"struck out last", row("3", textCell("A3", "ann@x.test")+textCell("B3", "member")) + row("4", textCell("A4", "ann@x.test", `s="1"`)+textCell("B4", "member")), "",
			nil,
			[]string{"bob@x.test", "ann@x.test", "ann@x.test"},
		},
		{
			"a part struck out", row("3", `<c r="A3" t="inlineStr"><is><r><rPr><strike/></rPr><t>Old</t></r><r><t xml:space="preserve"> &lt;ann@x.test&gt;</t></r></is></c>`+textCell("B3", "member")), "",
			nil,
			[]string{"bob@x.test", "!Old <ann@x.test>"},
		},
		{
			"merged", row("3", textCell("A3", "Ann &lt;ann@x.test&gt;")+textCell("B3", "member")) + row("4", textCell("B4", "member")), `<mergeCells><mergeCell ref="A3:A4"/></mergeCells>`,
			[]string{`x.xlsx:3:1: email: "Ann <ann@x.test>" -> "ann@x.test" (the bare address)`, `x.xlsx:4:1: row: "ann@x.test" dropped (on line 3 already, with the same role and teams)`},
			[]string{"bob@x.test", "ann@x.test"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fixed, changes, err := do(t.Context(), "x.xlsx", sheetOf(t, "<sheetData>"+heading+untidy+tt.rows+"</sheetData>"+tt.after), roster.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append(tidied[:2:2], tt.more...), changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			r, err := roster.Read(t.Context(), memory("x.xlsx", fixed), roster.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for entry, err := range r.Entries(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				mark := ""
				if entry.Invalid() {
					mark = "!"
				}
				got = append(got, mark+entry.Email)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, changes, err = do(t.Context(), "x.xlsx", fixed, roster.Options{}); err != nil || len(changes) > 0 {
				t.Errorf("fixed again there is %q, %v", changes, err)
			}
		})
	}
}
