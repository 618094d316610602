package workbook_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"rollcall/pkg/workbook"
)

// edited returns a document after changes of its sheet.
func edited(t *testing.T, document []byte, sheet string, change func(*workbook.Edit) error) []byte {
	t.Helper()
	edit, err := workbook.OpenEdit(document, sheet)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, err := range []error{change(edit), edit.Write(&b), edit.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// removing removes rows.
func removing(rows ...int) func(*workbook.Edit) error {
	return func(edit *workbook.Edit) error {
		for _, row := range rows {
			edit.Remove(row)
		}
		return nil
	}
}

// about returns the parts of a workbook with a sheet "It's" that has much around it, and another sheet.
func about(sheet string) map[string]string {
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	return map[string]string{
		"[Content_Types].xml": head + `<Types><Override PartName="/xl/workbook.xml" ContentType="a"/><Override PartName="/xl/calcChain.xml" ContentType="b"/></Types>`,
		"_rels/.rels":         `<Relationships><Relationship Id="rId1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": head + `<workbook><sheets><sheet name="It's" sheetId="1" r:id="rId1"/><sheet name="Other" sheetId="2" r:id="rId2"/></sheets>` +
			`<definedNames><definedName name="all">'It''s'!$A$2:$B$9</definedName><definedName name="o">Other!$A$9</definedName></definedNames></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="x/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="x/calcChain" Target="calcChain.xml"/></Relationships>`,
		"xl/calcChain.xml":         `<calcChain><c r="A1" i="1"/></calcChain>`,
		"xl/worksheets/sheet1.xml": sheet,
		"xl/worksheets/sheet2.xml": `<worksheet><sheetData><row r="9"><c r="A9"><f>'It''s'!A9+A9</f><v>1</v></c><c r="B9"><f t="shared" ref="B9:B10" si="0">A9+'It''s'!$A9</f></c></row>` +
			`<row r="10"><c r="B10"><f t="shared" si="0"/></c></row></sheetData><mergeCells count="1"><mergeCell ref="C8:C9"/></mergeCells></worksheet>`,
		"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships><Relationship Id="m1" Type="x/hyperlink" Target="mailto:a@x" TargetMode="External"/>` +
			`<Relationship Id="m2" Type="x/hyperlink" Target="mailto:b@x" TargetMode="External"/><Relationship Id="d" Type="x/drawing" Target="../drawings/drawing1.xml"/>` +
			`<Relationship Id="c" Type="x/comments" Target="../comments1.xml"/><Relationship Id="v" Type="x/vmlDrawing" Target="../drawings/vmlDrawing1.vml"/>` +
			`<Relationship Id="t" Type="x/table" Target="../tables/table1.xml"/></Relationships>`,
		"xl/comments1.xml":              `<comments><commentList><comment ref="A3"><text/></comment><comment ref="A9"><text/></comment></commentList></comments>`,
		"xl/drawings/vmlDrawing1.vml":   `<xml><v:shape id="a"><x:Row>2</x:Row></v:shape><v:shape id="b"><x:Anchor>1, 15, 8, 10, 3, 15, 11, 4</x:Anchor><x:Row>8</x:Row></v:shape><br></xml>`,
		"xl/drawings/drawing1.xml":      `<wsDr><twoCellAnchor><from><row>8</row></from><to><row>9</row></to></twoCellAnchor><twoCellAnchor editAs="absolute"><from><row>8</row></from><to><row>9</row></to></twoCellAnchor></wsDr>`,
		"xl/tables/table1.xml":          `<table ref="A1:B9"><autoFilter ref="A1:B9"/><calculatedColumnFormula>A9</calculatedColumnFormula></table>`,
		"xl/charts/chart1.xml":          `<c:chartSpace><c:f>'It''s'!$A$2:$A$9</c:f></c:chartSpace>`,
		"xl/pivotCache/definition1.xml": `<pivotCacheDefinition><worksheetSource ref="A1:B9" sheet="It's"/></pivotCacheDefinition>`,
	}
}

func archiveOf(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	return archive(t, readers(parts))
}

// All that refers to cells follows them where rows are taken away, and what was about those rows goes with them. Nothing else changes.
func TestRemoveMovesWhatRefersToCells(t *testing.T) {
	before := about(`<worksheet><dimension ref="A1:C9"/><sheetViews><sheetView topLeftCell="A3"><pane ySplit="1" topLeftCell="A3"/><selection activeCell="A9" sqref="A9 B3"/></sheetView></sheetViews>` +
		`<sheetData><!-- rows --><row r='1' spans="1:2"><c r="A1" t="inlineStr"><is><t><![CDATA[a]]></t></is></c></row><row r="2"><c r="A2"><f>A9&amp;"&lt;A9&gt;"</f><v>7</v></c><c><f>A1</f></c></row>` +
		`<row r="3"><c r="A3"><f t="shared" ref="A3:A5" si="0">B3</f></c></row><row r="4"><c r="A4"><f t="shared" si="0"/></c></row><row><c t="str"><f t="array" ref="A5:A9">B9</f></c></row>` +
		`<row r="9" ht="20"><c r="A9" s="3"><v>1</v></c></row></sheetData>` +
		`<autoFilter ref="A1:B9"/><mergeCells count="3"><mergeCell ref="A2:A3"/><mergeCell ref="C2:C4"/><mergeCell ref="D3:E3"/></mergeCells>` +
		`<conditionalFormatting sqref="A3"><cfRule><formula>A3</formula></cfRule></conditionalFormatting><conditionalFormatting sqref="A2:A3 B3 B9"><cfRule><formula>$B9&gt;1</formula></cfRule></conditionalFormatting>` +
		`<dataValidations count="1"><dataValidation sqref="B3"><formula1>"A9,B"</formula1></dataValidation></dataValidations>` +
		`<hyperlinks><hyperlink ref="A3" r:id="m1"/><hyperlink ref="A9" r:id="m2"/><hyperlink ref="B9" location="'It''s'!A9"/></hyperlinks>` +
		`<rowBreaks count="2" manualBreakCount="2"><brk id="3"/><brk id="9"/></rowBreaks>` +
		`<extLst><x14:conditionalFormattings><x14:conditionalFormatting><xm:f>A3</xm:f><xm:sqref>A3</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></extLst></worksheet>`)
	want := about(`<worksheet><dimension ref="A1:C8"/><sheetViews><sheetView topLeftCell="A3"><pane ySplit="1" topLeftCell="A3"/><selection activeCell="A8" sqref="A8 B3"/></sheetView></sheetViews>` +
		`<sheetData><!-- rows --><row r='1' spans="1:2"><c r="A1" t="inlineStr"><is><t><![CDATA[a]]></t></is></c></row><row r="2"><c r="A2"><f>A8&amp;&#34;&lt;A9&gt;&#34;</f><v>7</v></c><c><f>A1</f></c></row>` +
		`<row r="3"><c r="A3"><f>B3</f></c></row><row><c t="str"><f t="array" ref="A4:A8">B8</f></c></row>` +
		`<row r="8" ht="20"><c r="A8" s="3"><v>1</v></c></row></sheetData>` +
		`<autoFilter ref="A1:B8"/><mergeCells><mergeCell ref="C2:C3"/></mergeCells>` +
		`<conditionalFormatting sqref="A2:A2 B8"><cfRule><formula>$B8&gt;1</formula></cfRule></conditionalFormatting>` +
		`<hyperlinks><hyperlink ref="A8" r:id="m2"/><hyperlink ref="B8" location="&#39;It&#39;&#39;s&#39;!A8"/></hyperlinks>` +
		`<rowBreaks><brk id="8"/></rowBreaks>` +
		`<extLst></extLst></worksheet>`)
	delete(want, "xl/calcChain.xml")
	for part, change := range map[string][]string{
		"[Content_Types].xml":        {`<Override PartName="/xl/calcChain.xml" ContentType="b"/>`, ``},
		"xl/_rels/workbook.xml.rels": {`<Relationship Id="rId3" Type="x/calcChain" Target="calcChain.xml"/>`, ``},
		"xl/workbook.xml":            {`'It''s'!$A$2:$B$9`, `&#39;It&#39;&#39;s&#39;!$A$2:$B$8`},
		"xl/worksheets/sheet2.xml": {
			`<f>'It''s'!A9+A9</f>`, `<f>&#39;It&#39;&#39;s&#39;!A8+A9</f>`, `<f t="shared" ref="B9:B10" si="0">A9+'It''s'!$A9</f>`, `<f>A9+&#39;It&#39;&#39;s&#39;!$A8</f>`,
			`<f t="shared" si="0"/>`, `<f>A10+&#39;It&#39;&#39;s&#39;!$A9</f>`,
		},
		"xl/worksheets/_rels/sheet1.xml.rels": {`<Relationship Id="m1" Type="x/hyperlink" Target="mailto:a@x" TargetMode="External"/>`, ``},
		"xl/comments1.xml":                    {`<comment ref="A3"><text/></comment>`, ``, `ref="A9"`, `ref="A8"`},
		"xl/drawings/drawing1.xml":            {`<from><row>8</row></from><to><row>9</row></to></twoCellAnchor><twoCellAnchor`, `<from><row>7</row></from><to><row>8</row></to></twoCellAnchor><twoCellAnchor`},
		"xl/tables/table1.xml":                {`B9"`, `B8"`, `>A9<`, `>A8<`},
		"xl/charts/chart1.xml":                {`'It''s'!$A$2:$A$9`, `&#39;It&#39;&#39;s&#39;!$A$2:$A$8`},
		"xl/pivotCache/definition1.xml":       {`B9"`, `B8"`},
	} {
		want[part] = strings.NewReplacer(change...).Replace(want[part])
	}
	got := edited(t, archiveOf(t, before), "It's", removing(3))
	if diff := cmp.Diff(want, contents(t, got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The shapes of comments need not be XML, but are it mostly.
	whole := func(parts map[string]string) map[string]string {
		parts["xl/drawings/vmlDrawing1.vml"] = strings.Replace(parts["xl/drawings/vmlDrawing1.vml"], "<br>", "<br/>", 1)
		return parts
	}
	const shapes = `<xml><v:shape id="b"><x:Anchor>1, 15,7, 10, 3, 15,10, 4</x:Anchor><x:Row>7</x:Row></v:shape><br/></xml>`
	if got := contents(t, edited(t, archiveOf(t, whole(before)), "It's", removing(3)))["xl/drawings/vmlDrawing1.vml"]; got != shapes {
		t.Errorf("the shapes are %s, want %s", got, shapes)
	}
}

// A sheet in whatever XML keeps all but its cells, byte for byte, where cells are formulas, links or merged, too.
func TestPutKeepsTheXMLOfWhatIsIntricate(t *testing.T) {
	before := about(`<x:worksheet xmlns:x="m"><x:sheetData><!-- rows -->` +
		`<x:row><x:c s='2'><x:f t="shared" ref="A1:A3" si="0">B1*$C$1</x:f><x:v>1</x:v></x:c></x:row><x:row r="2"/><x:row r="3"><x:c r="A3"><x:f t="shared" si="0"/><x:v>2</x:v></x:c></x:row>` +
		`<x:row r="6"><x:c r="B6" t="str"><x:v>top</x:v></x:c></x:row></x:sheetData><x:mergeCells count="1"><x:mergeCell ref="B6:B8"/></x:mergeCells>` +
		`<x:hyperlinks><x:hyperlink r:id="m1" ref="A3"/></x:hyperlinks><x:pageMargins left="1"/></x:worksheet>`)
	want := about(`<x:worksheet xmlns:x="m"><x:sheetData><!-- rows -->` +
		`<x:row><x:c r="A1" s="2" t="inlineStr"><x:is><x:t xml:space="preserve">a</x:t></x:is></x:c></x:row><x:row r="2"><x:c r="C2" t="inlineStr"><x:is><x:t xml:space="preserve">b</x:t></x:is></x:c></x:row>` +
		`<x:row r="3"><x:c r="A3"><x:f>B3*$C$1</x:f><x:v>2</x:v></x:c></x:row><x:row r="5"><x:c r="A5" t="inlineStr"><x:is><x:t xml:space="preserve">c</x:t></x:is></x:c></x:row>` +
		`<x:row r="6"><x:c r="B6" t="str"><x:v>top</x:v></x:c></x:row><x:row r="7"><x:c r="B7" t="inlineStr"><x:is><x:t xml:space="preserve">d</x:t></x:is></x:c></x:row>` +
		`<x:row r="8"><x:c r="B8" t="inlineStr"><x:is><x:t xml:space="preserve">top</x:t></x:is></x:c></x:row></x:sheetData>` +
		`<x:hyperlinks><x:hyperlink r:id="m1" ref="A3"/></x:hyperlinks><x:pageMargins left="1"/></x:worksheet>`)
	delete(want, "xl/calcChain.xml")
	want["[Content_Types].xml"] = strings.Replace(want["[Content_Types].xml"], `<Override PartName="/xl/calcChain.xml" ContentType="b"/>`, "", 1)
	want["xl/_rels/workbook.xml.rels"] = strings.Replace(want["xl/_rels/workbook.xml.rels"], `<Relationship Id="rId3" Type="x/calcChain" Target="calcChain.xml"/>`, "", 1)
	put := func(edit *workbook.Edit) error {
		for at, text := range map[[2]int]string{{1, 1}: "a", {2, 3}: "b", {5, 1}: "c", {7, 2}: "d"} {
			if err := edit.Put(at[0], at[1], text); err != nil {
				return err
			}
		}
		return nil
	}
	if diff := cmp.Diff(want, contents(t, edited(t, archiveOf(t, before), "It's", put))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The link of a cell that says something else leads to nobody.
	put = func(edit *workbook.Edit) error { return edit.Put(3, 1, "x") }
	got := contents(t, edited(t, archiveOf(t, before), "It's", put))
	if sheet := got["xl/worksheets/sheet1.xml"]; strings.Contains(sheet, "hyperlink") || !strings.Contains(sheet, `<x:f t="shared" ref="A1:A3" si="0">B1*$C$1</x:f>`) {
		t.Errorf("the sheet is %s", sheet)
	}
	if links := got["xl/worksheets/_rels/sheet1.xml.rels"]; strings.Contains(links, "mailto:a@x") || !strings.Contains(links, "mailto:b@x") {
		t.Errorf("its relations are %s", links)
	}
}

// A sheet in another encoding is written in UTF-8, and says so.
func TestPutIntoAnotherEncoding(t *testing.T) {
	parts := about("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><worksheet><sheetData><row><c t=\"str\"><v>M\xfcller</v></c></row></sheetData></worksheet>")
	got := contents(t, edited(t, archiveOf(t, parts), "It's", func(edit *workbook.Edit) error { return edit.Put(1, 2, "日") }))["xl/worksheets/sheet1.xml"]
	const want = `<?xml version="1.0" encoding="UTF-8"?><worksheet><sheetData><row><c t="str"><v>Müller</v></c><c r="B1" t="inlineStr"><is><t xml:space="preserve">日</t></is></c></row></sheetData></worksheet>`
	if got != want {
		t.Errorf("the sheet is %s", got)
	}
	parts = about(`<worksheet><sheetData/></worksheet>`)
	got = contents(t, edited(t, archiveOf(t, parts), "It's", func(edit *workbook.Edit) error { return edit.Put(2, 1, "a") }))["xl/worksheets/sheet1.xml"]
	if got != `<worksheet><sheetData><row r="2"><c r="A2" t="inlineStr"><is><t xml:space="preserve">a</t></is></c></row></sheetData></worksheet>` {
		t.Errorf("the sheet is %s", got)
	}
}

// A column that is merged as a whole is filled as far as there are rows, and what would fill the memory is refused.
func TestPutIntoLargeMergedAreas(t *testing.T) {
	merged := func(text, area string) []byte {
		return archiveOf(t, about(`<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>`+text+`</v></c></row><row r="3"/></sheetData><mergeCells><mergeCell ref="`+area+`"/></mergeCells></worksheet>`))
	}
	put := func(edit *workbook.Edit) error { return edit.Put(1, 1, "a") }
	got := contents(t, edited(t, merged("top", "A1:A1048576"), "It's", put))["xl/worksheets/sheet1.xml"]
	if want := 3; strings.Count(got, "<row") != want || strings.Count(got, ">top<") != 2 {
		t.Errorf("the sheet is %s", got)
	}
	edit, err := workbook.OpenEdit(merged(strings.Repeat("x", 30_000), "A1:A50000"), "It's")
	if err != nil {
		t.Fatal(err)
	}
	defer workbook.Hurry()()
	most := peak(func() { err = errors.Join(put(edit), edit.Write(io.Discard)) })
	if !errors.Is(err, workbook.ErrTooLarge) || most > 60 {
		t.Errorf("%v, with %d MiB", err, most)
	}
}

// Formulas that cells share are not written for each of them without end.
func TestRemoveRefusesFormulasThatGrow(t *testing.T) {
	var rows strings.Builder
	for range 5_000 {
		rows.WriteString(`<row><c><f t="shared" si="0"/></c></row>`)
	}
	document := archiveOf(t, about(`<worksheet><sheetData><row r="1"><c><f t="shared" si="0" ref="A1:A5001">"`+strings.Repeat("x", 100_000)+`"&amp;A1</f></c></row>`+rows.String()+`</sheetData></worksheet>`))
	edit, err := workbook.OpenEdit(document, "It's")
	if err != nil {
		t.Fatal(err)
	}
	edit.Remove(9)
	defer workbook.Hurry()()
	most := peak(func() { err = edit.Write(io.Discard) })
	if !errors.Is(err, workbook.ErrTooLarge) || most > 60 {
		t.Errorf("%v, with %d MiB", err, most)
	}
}

// Replace changes what is text, as the sheet shows it, and nothing else.
func TestReplace(t *testing.T) {
	document := archiveOf(t, about(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>plain</t></is></c><c r="B1"><f>C1</f><v>7</v></c><c r="C1"><v>7</v></c><c r="D1" t="b"><v>1</v></c>`+
		`<c r="E1" t="inlineStr"><is><r><t>half </t></r><r><rPr><strike/></rPr><t>struck</t></r></is></c><c r="F1" t="inlineStr"><is><r><rPr><b/></rPr><t>bold</t></r></is></c>`+
		`<c r="G1"><v>1e1</v></c></row><row r="4"><c r="A4" t="str"><v>top</v></c></row><row r="5"><c r="B5" t="str"><v>last</v></c></row></sheetData><mergeCells><mergeCell ref="A4:A5"/></mergeCells></worksheet>`))
	type ask struct {
		row, column int
		from, to    string
		want        bool
	}
	asks := []ask{
		{1, 1, "plain", "PLAIN", true},
		{1, 1, "PLAIN", "Plain", true},
		{1, 1, "plain", "x", false},
		{1, 2, "7", "x", false},
		{1, 3, "7", "seven", true},
		{1, 4, "TRUE", "x", false},
		{1, 5, "half struck", "x", false},
		{1, 6, "bold", "Bold", true},
		{1, 7, "10", "x", false},
		{1, 9, "a", "x", false},
		{4, 1, "top", "Top", true},
		{5, 1, "top", "Top", true},
		{5, 2, "last", "Last", true},
		{1, 3, "seven", "7!", true}, // out of order
		{9, 1, "a", "x", false},
	}
	got := edited(t, document, "It's", func(edit *workbook.Edit) error {
		for _, a := range asks {
			if done, err := edit.Replace(a.row, a.column, a.from, a.to); err != nil || done != a.want {
				t.Errorf("%+v: %t, %v", a, done, err)
			}
		}
		return nil
	})
	want := map[string]string{"A1": "Plain", "B1": "7", "C1": "7!", "D1": "TRUE", "E1": "half struck", "F1": "Bold", "G1": "10", "A4": "Top", "A5": "Top", "B5": "Last"}
	if diff := cmp.Diff(want, shown(t, got, "It's")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	edit, err := workbook.OpenEdit(document, "Nobody")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := edit.Replace(1, 1, "a", "b"); err == nil || !strings.Contains(err.Error(), `it has no sheet "Nobody"`) {
		t.Errorf("another sheet: %v", err)
	}
}

// What a library makes is, without rows, what the library makes of it.
func TestRemoveAsALibraryDoes(t *testing.T) {
	document := untidy(t)
	file, err := excelize.OpenReader(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var b bytes.Buffer
	for _, err := range []error{file.RemoveRow("Sheet1", 5), file.RemoveRow("Sheet1", 3), file.Write(&b)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got := edited(t, document, "Sheet1", removing(3, 5, 5))
	for _, sheet := range []string{"Sheet1", "Other"} {
		if diff := cmp.Diff(shown(t, b.Bytes(), sheet), shown(t, got, sheet)); diff != "" {
			t.Errorf("%s (-a library +removed):\n%s", sheet, diff)
		}
	}
}
