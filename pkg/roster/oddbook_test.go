package roster_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"rollcall/pkg/roster"
)

// oddBook is a workbook of one sheet as people, scripts and report generators leave it behind.
type oddBook struct {
	name string
	rows []string
	// cols stands before the rows, after behind them, about in the workbook's own part.
	cols, after, about string
	// mails are the targets of the links rId1, rId2, …
	mails   []string
	options roster.Options
	// parts are others, or other contents of these; nil takes one away.
	parts map[string][]byte
}

// The styles of an odd book.
const (
	struckOut = `<c s="1" t="inlineStr"><is><t>%s</t></is></c>`
	isoDate   = `<c s="2"><v>%s</v></c>`
	hidesZero = `<c s="3"><f>X</f><v>%s</v></c>`
	yesNo     = `<c s="4"><v>%s</v></c>`
	phone     = `<c s="5"><v>%s</v></c>`
	oddStyles = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="0;-0;;@"/>` +
		`<numFmt numFmtId="166" formatCode="[=1]&quot;yes&quot;;[=0]&quot;no&quot;;0"/><numFmt numFmtId="167" formatCode="[&lt;=9999999]###\-####;\(###\)\ ###\-####"/></numFmts>` +
		`<fonts><font/><font><b/><strike/></font><font><strike val="0"/></font></fonts>` +
		`<cellXfs><xf/><xf fontId="1"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf fontId="2"/></cellXfs>` +
		`<dxfs><dxf><font><strike/></font></dxf></dxfs></styleSheet>`
)

func (b oddBook) document(t *testing.T) []byte {
	t.Helper()
	var links strings.Builder
	for i, target := range b.mails {
		fmt.Fprintf(&links, `<Relationship Id="rId%d" Type="x/hyperlink" Target="%s" TargetMode="External"/>`, i+1, target)
	}
	parts := map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"_rels/.rels":         `<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<workbook>` + b.about + `<sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="s" Type="x/styles" Target="styles.xml"/><Relationship Id="t" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml":                       oddStyles,
		"xl/sharedStrings.xml":                `<sst/>`,
		"xl/worksheets/sheet1.xml":            `<worksheet>` + b.cols + `<sheetData>` + strings.Join(b.rows, "") + `</sheetData>` + b.after + `</worksheet>`,
		"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships>` + links.String() + `</Relationships>`,
	}
	for name, content := range b.parts {
		if parts[name] = string(content); content == nil {
			delete(parts, name)
		}
	}
	return zipOf(t, parts)
}

// link is what has the cells of a column, from the second row on, lead to the mails.
func link(column string, count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, `<hyperlink ref="%s%d" r:id="rId%d"/>`, column, i+2, i+1)
	}
	return `<hyperlinks>` + b.String() + `</hyperlinks>`
}

func merge(areas ...string) string {
	return `<mergeCells><mergeCell ref="` + strings.Join(areas, `"/><mergeCell ref="`) + `"/></mergeCells>`
}

func styled(style, value string) string { return fmt.Sprintf(style, value) }

// sheetIn returns the part of a sheet with these rows in an encoding that it declares.
func sheetIn(t *testing.T, name string, encode func(string) (string, error), rows ...string) []byte {
	t.Helper()
	text, err := encode(`<?xml version="1.0" encoding="` + name + `"?><worksheet><sheetData>` + strings.Join(rows, "") + `</sheetData></worksheet>`)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(text)
}

func TestOddWorkbooks(t *testing.T) {
	const sheetPart, stale = "xl/worksheets/sheet1.xml", `<calcPr calcId="1" fullCalcOnLoad="1"/>`
	const neverText, neverZero = `<c><f>X</f><v></v></c>`, `<c><f>X</f><v>0</v></c>`
	named := cells(1, "Name", "email", "role")
	short := cells(1, "email", "role")
	utf16 := func(order unicode.Endianness, mark unicode.BOMPolicy) func(string) (string, error) {
		return unicode.UTF16(order, mark).NewEncoder().String
	}
	asIs := func(text string) (string, error) { return text, nil }
	équipe := cells(2, "ann@example.com", "member", "Équipe")
	tests := []oddBook{
		// Links.
		{
			name: "link-behind-names", rows: []string{
				cells(1, "email", "role"), cells(2, "Ann Marsh", "member"), cells(3, "Jürgen Groß", "member"), cells(4, "bmarsh", "member"), cells(5, "Marsh, Cleo", "member"),
				cells(6, "Dan Marsh", "member"), cells(7, "Eve O'Hara", "member"), cells(8, "Finn van Dyk", "member"), cells(9, "Gil", "member"),
			}, after: link("A", 8), mails: []string{
				"mailto:ann.marsh@x.test", "mailto:juergen.gross@x.test", "mailto:bmarsh@x.test", "mailto:cmarsh2@x.test", "mailto:dan@x.test", "mailto:eohara@x.test", "mailto:f.vandyk+x@x.test", "mailto:gil.marsh@x.test",
			},
		},
		{
			name: "link-behind-others", rows: []string{
				short, cells(2, "left 31 Oct", "member"), cells(3, "–", "member"), cells(4, "Zoe Quinn", "member"), cells(5, "n/a", "member"), cells(6, "Ann Marsh (left)", "member"),
				cells(7, "Ann left", "member"), cells(8, "ANN LEFT", "member"), cells(9, "A M", "member"), cells(10, "Annika Marsh", "member"), cells(11, "Ann Marsh and Bob", "member"), cells(12, "???", "member"),
			}, after: link("A", 11), mails: slices.Repeat([]string{"mailto:ann.marsh@x.test"}, 11),
		},
		{
			name: "link-behind-a-first-name-with-remark", rows: []string{short, cells(2, "Ann left", "member"), cells(3, "Ann LEFT", "member"), cells(4, "Ann Marsh", "member")},
			after: link("A", 3), mails: slices.Repeat([]string{"mailto:ann@x.test"}, 3),
		},
		{
			name: "link-by-id-and-names", rows: []string{
				named, cells(2, "Ann Marsh", "Ann Marsh", "member"), cells(3, "Bob Marsh", "Ann Marsh", "member"), cells(4, "Cleo Marsh", "left", "member"), cells(5, "", "Dan Marsh", "member"),
			}, after: link("B", 4), mails: []string{"mailto:q1234@x.test", "mailto:q1235@x.test", "mailto:q1236@x.test", "mailto:q1237@x.test"},
		},
		{
			name: "link-typed-over", rows: []string{short, cells(2, "zoe@x.test", "member"), cells(3, "ANN@x.test ", "member"), cells(4, "ann@x,test", "member"), cells(5, "ann@x.test; bob@x.test", "member")},
			after: link("A", 4), mails: slices.Repeat([]string{"mailto:ann@x.test"}, 4),
		},
		{
			name: "link-alone", options: roster.Options{Role: "member"}, rows: []string{
				cells(1, "email", "Name"), cells(2, "zoe@x.test", "Zoe"), cells(3, "<c/>", "<c/>"), cells(4, "<c/>", "Ann"), cells(5, "<c t=\"inlineStr\"><is><t> </t></is></c>"),
			}, after: link("A", 4), mails: slices.Repeat([]string{"mailto:ann@x.test"}, 4),
		},
		{
			name: "link-to-nobody", rows: []string{short, cells(2, "Ann", "member"), cells(3, "Ann", "member"), cells(4, "Ann", "member")},
			after: link("A", 3), mails: []string{"mailto:ann@x.test,bob@x.test", "mailto:", "https://x.test/ann@x.test"},
		},
		{name: "link-formula-without-result", rows: []string{short, cells(2, `<c><f>HYPERLINK("mailto:ann@x.test","Ann")</f></c>`, "member"), cells(3, `<c t="str"><f>HYPERLINK("mailto:bob@x.test","Bob")</f></c>`, "member")}},
		// Formulas.
		{name: "formula-never-computed", rows: []string{heading, cells(2, "ann@example.com", neverText, "Platform"), cells(3, neverText, "member"), cells(4, "cid@example.com", "member", `<c><f>X</f><v/></c>`), cells(5, "dan@example.com", "member", `<c t="b"><f>X</f><v></v></c>`)}},
		{name: "formula-never-computed-with-a-default", options: roster.Options{Role: "member", Teams: []roster.Team{{Name: "All"}}}, rows: []string{heading, cells(2, "ann@example.com", neverText, neverText)}},
		{name: "formula-of-nothing", rows: []string{heading, cells(2, "ann@example.com", "member", `<c t="str"><f>X</f><v></v></c>`), cells(3, "bob@example.com", "member", `<c t="str"><f>X</f><v/></c>`)}},
		{name: "formula-zero-of-a-script", about: stale, rows: []string{heading, cells(2, "ann@example.com", "member", neverZero), cells(3, "bob@example.com", `<c><f>X</f><v>0.0</v></c>`), cells(4, neverZero, "member")}},
		{name: "formula-zero-beside", about: stale, rows: []string{cells(1, "email", "role", "Days left"), cells(2, "ann@example.com", "member", neverZero), cells(3, "bob@example.com", "member", numeric("0"))}},
		{name: "formula-result-of-a-script", about: stale, rows: []string{heading, cells(2, "ann@example.com", formula("member"), formula("Platform"))}},
		{name: "formula-zero-of-an-empty-cell", rows: []string{heading, cells(2, "ann@example.com", "member", neverZero), cells(3, neverZero, neverZero, "Platform"), cells(4, "cid@example.com", "member", numeric("0"))}},
		{name: "formula-zero-not-shown", rows: []string{heading, cells(2, "ann@example.com", "member", styled(hidesZero, "0"))}},
		{name: "formula-errors", rows: []string{
			heading, cells(2, "ann@example.com", "member", `<c t="e"><f>X</f><v>#N/A</v></c>`), cells(3, "bob@example.com", `<c t="e"><f>X</f><v>#REF!</v></c>`),
			cells(4, `<c t="e"><v>#NAME?</v></c>`, "member"), cells(5, "dan@example.com", "#WERT!"), cells(6, "eve@example.com", "member", "Platform; #N/A"), cells(7, "fay@example.com", "member", "#platform!"),
		}},
		{name: "formula-shared", rows: []string{heading, cells(2, "ann@example.com", `<c t="str"><f t="shared" ref="B2:B3" si="0">X</f><v>member</v></c>`), cells(3, "bob@example.com", `<c><f t="shared" si="0"/></c>`)}},
		// Merged cells and headers.
		{name: "merged-over-nobody", rows: []string{cells(1, "email", "role", "teams"), cells(2, "ann@example.com", "member", "Platform"), cells(3, "bob@example.com", "<c/>", "<c/>"), cells(4, "<c/>", "<c/>"), cells(5)}, after: merge("B2:B5", "C2:C5")},
		{name: "merged-over-an-own-cell", rows: []string{heading, cells(2, "ann@example.com", "member", "Platform"), cells(3, "", "manager")}, after: merge("A2:A3", "C2:C3")},
		{name: "merged-whole-person", rows: []string{heading, cells(2, "ann@example.com", "member", "Platform"), cells(3, "<c/>", "<c/>", "<c/>"), cells(4, "bob@example.com", "member")}, after: merge("A2:A3", "B2:B3", "C2:C3")},
		{name: "header-of-two-levels", rows: []string{cells(1, "Name", "Email", "Access", "", "Dates"), cells(2, "", "", "Role", "Team", "Start", "End"), cells(3, "Ann", "ann@example.com", "member", "Platform", "1", "2")}, after: merge("A1:A2", "B1:B2", "C1:D1", "E1:F1")},
		{name: "header-of-two-levels-not-merged", rows: []string{cells(1, "Name", "Email", "Access"), cells(2, "", "", "Role", "Team"), cells(3, "Ann", "ann@example.com", "member", "Platform")}},
		{name: "header-of-two-levels-sure-above", rows: []string{cells(1, "Email", "Role", "Dates"), cells(2, "", "", "Start", "End"), cells(3, "ann@example.com", "member", "1", "2")}, after: merge("A1:A2", "B1:B2", "C1:D1")},
		{name: "header-of-two-levels-below", rows: []string{cells(1, "Person", "", "Access"), cells(2, "Name", "Email", "Role", "Team"), cells(3, "Ann", "ann@example.com", "member", "Platform")}, after: merge("A1:B1", "C1:D1")},
		{name: "header-of-three-levels", rows: []string{cells(1, "People"), cells(2, "Email", "Access"), cells(3, "", "CybeDefend"), cells(4, "", "Role", "Team"), cells(5, "ann@example.com", "member", "Platform")}, after: merge("A1:C1", "A2:A4", "B2:C2", "B3:C3")},
		{name: "header-before-a-row-without-address", options: roster.Options{Role: "member"}, rows: []string{cells(1, "Email", "Name"), cells(2, "", "Role"), cells(3, "ann@example.com", "Ann")}},
		{name: "header-and-a-second-table", options: roster.Options{Role: "member"}, rows: []string{cells(1, "Email", "Name"), cells(2, "ann@example.com", "Ann"), cells(4, "Email", "Role"), cells(5, "bob@example.com", "manager")}},
		// Numbers as shown.
		{name: "number-formats-of-conditions", rows: []string{cells(1, "email", "role", "Phone", "VPN"), cells(2, "ann@example.com", "member", styled(phone, "4255550123"), styled(yesNo, "0")), cells(3, "bob@example.com", "member", styled(phone, "5550123"), styled(yesNo, "1"))}},
		{name: "dates-of-1904", about: `<workbookPr date1904="true"/><extLst><ext><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst>`, rows: []string{cells(1, "email", "role", "Start"), cells(2, "ann@example.com", "member", styled(isoDate, "43466"))}},
		{name: "dates-of-1900", about: `<workbookPr/><extLst><ext><x15:workbookPr date1904="1"/></ext></extLst>`, rows: []string{cells(1, "email", "role", "Start"), cells(2, "ann@example.com", "member", styled(isoDate, "44928"))}},
		{name: "text-repeated-as-value", rows: []string{heading, cells(2, `<c t="inlineStr"><v>0</v><is><t>ann@example.com</t></is></c>`, `<c t="inlineStr"><is><t>member</t></is><v>member</v></c>`, `<c t="inlineStr"><v>Platform</v></c>`)}},
		{name: "value-repeated-as-text", rows: []string{heading, cells(2, `<c t="str"><v>ann@example.com</v><is><t>old@example.com</t></is></c>`, `<c t="str"><is><t>manager</t></is><v>member</v></c>`)}},
		// What can't be seen.
		{name: "hidden-columns", cols: `<cols><col min="1" max="1" width="9"/><col min="2" max="4" hidden="1"/></cols>`, rows: []string{cells(1, "email", "role", "teams", "Note"), cells(2, "ann@example.com", "administrator", "Platform", "x")}},
		{name: "hidden-address-column", cols: `<cols><col min="2" max="2" width="0" customWidth="1"/></cols>`, rows: []string{named, cells(2, "Ann", "ann@example.com", "member")}},
		{name: "hidden-other-column", cols: `<cols><col min="1" max="1" hidden="true"/><col min="9" max="16384" hidden="1"/></cols>`, rows: []string{named, cells(2, "Ann", "ann@example.com", "member")}},
		{name: "struck-out", rows: []string{
			named, cells(2, "Ann", "ann@example.com", "member"), cells(3, "Bob", styled(struckOut, "bob@example.com"), styled(struckOut, "member")), cells(4, styled(struckOut, "Cid"), "cid@example.com", styled(struckOut, "member")),
			cells(5, "Dan", "dan@example.com", styled(struckOut, "manager")), cells(6, styled(struckOut, "Eve"), "eve@example.com", "member"), cells(7, "Fay", `<c s="6" t="inlineStr"><is><t>fay@example.com</t></is></c>`, "member"),
		}},
		{name: "struck-out-in-part", rows: []string{
			short, cells(2, `<c t="inlineStr"><is><r><rPr><strike/></rPr><t>old@example.com</t></r><r><t>new@example.com</t></r></is></c>`, "member"),
			cells(3, `<c t="inlineStr"><is><r><rPr><strike val="0"/></rPr><t>bob</t></r><r><rPr><b/></rPr><t>@example.com</t></r></is></c>`, "member"), cells(4, `<c t="s"><v>1</v></c>`, "member"), cells(5, `<c t="s"><v>0</v></c>`, "member"),
		}, parts: map[string][]byte{"xl/sharedStrings.xml": []byte(`<sst><si><t>dan@example.com</t></si><si><r><rPr><strike/></rPr><t>cid@example.com</t></r></si></sst>`)}},
		{name: "struck-out-duplicate", rows: []string{short, cells(2, "ann@example.com", "member"), cells(3, styled(struckOut, "ann@example.com"), "member")}},
		// Other encodings and absent parts.
		{name: "utf-16", parts: map[string][]byte{sheetPart: sheetIn(t, "UTF-16", utf16(unicode.LittleEndian, unicode.UseBOM), heading, équipe)}},
		{name: "utf-16-big-endian", parts: map[string][]byte{sheetPart: sheetIn(t, "utf-16", utf16(unicode.BigEndian, unicode.IgnoreBOM), heading, équipe)}},
		{name: "utf-16-in-name-only", parts: map[string][]byte{sheetPart: sheetIn(t, "utf-16", asIs, heading, équipe)}},
		{name: "utf-8-with-a-mark", parts: map[string][]byte{sheetPart: append([]byte("\xef\xbb\xbf"), sheetIn(t, "utf-8", asIs, heading, équipe)...)}},
		{name: "latin-1", parts: map[string][]byte{sheetPart: sheetIn(t, "ISO-8859-1", charmap.ISO8859_1.NewEncoder().String, heading, équipe)}},
		{name: "windows-1252-texts", rows: []string{heading, cells(2, `<c t="s"><v>0</v></c>`, "member", `<c t="s"><v>1</v></c>`)}, parts: map[string][]byte{
			"xl/sharedStrings.xml": []byte("<?xml version='1.0' encoding='windows-1252'?><sst><si><t>ann@example.com</t></si><si><t>\x80uro \xc9quipe</t></si></sst>"),
		}},
		{name: "unknown-encoding", parts: map[string][]byte{sheetPart: sheetIn(t, "x-klingon", asIs, heading)}},
		{name: "absent-texts", rows: []string{heading, ada}, parts: map[string][]byte{"xl/sharedStrings.xml": nil}},
		{name: "absent-styles", rows: []string{heading, cells(2, `<c s="0" t="inlineStr"><is><t>ann@example.com</t></is></c>`, "member")}, parts: map[string][]byte{"xl/styles.xml": nil}},
		{name: "absent-styles-needed", rows: []string{cells(1, "email", "role", "Start"), cells(2, "ann@example.com", "member", styled(isoDate, "43466"))}, parts: map[string][]byte{"xl/styles.xml": nil}},
		{name: "absent-texts-needed", rows: []string{heading, cells(2, `<c t="s"><v>0</v></c>`, "member")}, parts: map[string][]byte{"xl/sharedStrings.xml": nil}},
	}
	if names := maps.Collect(func(yield func(string, bool) bool) {
		for _, tt := range tests {
			if !yield(tt.name, true) {
				return
			}
		}
	}); len(names) != len(tests) {
		t.Fatal("two tests have one name")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := sourceOf(tt.name+".xlsx", tt.document(t))
			readAll(t, source, tt.options)
			got := describe(t.Context(), source, tt.options)
			golden := filepath.Join("..", "..", "testdata", "workbooks", "odd", tt.name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
