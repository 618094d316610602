package workbook_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// corpus makes workbooks as spreadsheet programs and scripts write them, at random but the same again for the same seed.
type corpus struct {
	*rand.Rand
	texts  []string // shared, as XML
	styles []string // number formats
	of1904 bool
	cells  map[[2]int]makeup
	merged map[[2]int]bool // what is covered by another cell
	links  []string
	stale  bool
}

// makeup is a cell that was made: what kind of thing it is, its format, and what it says.
type makeup struct{ kind, format, text string }

// The formats of the corpus.
var (
	plainFormats = []string{"General", "0", "0.00", "#,##0", "#,##0.00", "0%", "0.0%", "00000", `0 "days"`, `#,##0\ "€"`, "[$€-407] #,##0.00", "0;(0)", "0.0##", `"ID-"000`, "[Red]0.0", "0;-0;;@", "@", `#,##0.00_);\(#,##0.00\)`}
	oddFormats   = []string{"#.##", "0.00E+00", "# ?/?", `#,##0,"K"`, `[<=9999999]###\-####;\(###\)\ ###\-####`, `[=1]"yes";[=0]"no";0`, `[>999999]#,,"M";[>999]#,"K";#`, "[<=99999]00000;00000\\-0000", `"on"`, ";;;"}
	dateFormats  = []string{"yyyy-mm-dd", "yyyy-mm-dd hh:mm", "yyyy-mm-dd hh:mm:ss", "hh:mm", "dd.mm.yyyy", "m/d/yy", "d mmm yyyy", "[h]:mm:ss", "h:mm AM/PM", "[$-407]dddd, d. mmmm yyyy"}
	corpusSizes  = []string{"0", "1", "5", "42", "-3", "0.5", "1234.5678", "1234567", "2.675", "-1234.5", "98101", "4255550123", "123456789012", "0.1", "33.333333333333336", "1E-3"}
	corpusDays   = []string{"0.25", "1", "59", "61", "43466", "45000", "45000.75", "46349.5208333333"}
	corpusTexts  = []string{"ada@example.com", "Käthe Weiß", " padded ", "a & b < c", "two\nlines", "日本", "👩", "_x0041_", "=1+1", "007", "TRUE", "#N/A", "x"}
)

func (c *corpus) pick(from []string) string { return from[c.IntN(len(from))] }

func (c *corpus) style(format string) string {
	c.styles = append(c.styles, format)
	return fmt.Sprintf(` s="%d"`, len(c.styles))
}

// shared returns the number of a text that cells share.
func (c *corpus) shared(xml string) int {
	c.texts = append(c.texts, xml)
	return len(c.texts) - 1
}

// run is a text as a run of a rich one has it.
func run(text string) string {
	return `<r><rPr><b/></rPr><t xml:space="preserve">` + inXML(text) + `</t></r>`
}

// cell makes one cell at random.
func (c *corpus) cell(row, column int) string {
	at := fmt.Sprintf(`<c r="%c%d"`, 'A'+column-1, row)
	note := func(kind, format, text string) { c.cells[[2]int{row, column}] = makeup{kind, format, text} }
	text := c.pick(corpusTexts)
	plain := `<t xml:space="preserve">` + inXML(text) + `</t>`
	switch kind := c.IntN(13); kind {
	case 0, 1:
		note("shared text", "", text)
		return fmt.Sprintf(`%s t="s"><v>%d</v></c>`, at, c.shared(plain))
	case 2:
		note("rich text", "", text+text)
		return fmt.Sprintf(`%s t="s"><v>%d</v></c>`, at, c.shared(run(text)+run(text)+`<rPh sb="0" eb="1"><t>aloud</t></rPh>`))
	case 3:
		note("inline text", "", text)
		return at + ` t="inlineStr"><is>` + plain + `</is></c>`
	case 4:
		note("inline rich text", "", text+"!")
		return at + ` t="inlineStr"><is>` + run(text) + run("!") + `</is></c>`
	case 5:
		format, number := c.pick(plainFormats), c.pick(corpusSizes)
		note("number", format, number)
		return at + c.style(format) + `><v>` + number + `</v></c>`
	case 6:
		format, number := c.pick(oddFormats), c.pick(corpusSizes)
		note("odd number", format, number)
		return at + c.style(format) + `><v>` + number + `</v></c>`
	case 7:
		format, days := c.pick(dateFormats), c.pick(corpusDays)
		note("date", format, days)
		return at + c.style(format) + `><v>` + days + `</v></c>`
	case 8:
		note("text of a formula", "", text)
		return at + ` t="str"><f>A1&amp;B1</f><v>` + inXML(text) + `</v></c>`
	case 9:
		format, number := c.pick(plainFormats), c.pick(corpusSizes)
		note("number of a formula", format, number)
		return at + c.style(format) + `><f>A1+B1</f><v>` + number + `</v></c>`
	case 10:
		note("boolean", "", "TRUE")
		return at + ` t="b"><v>1</v></c>`
	case 11:
		note("error", "", "#DIV/0!")
		return at + ` t="e"><f>1/0</f><v>#DIV/0!</v></c>`
	default:
		note("nothing", "", "")
		return at + c.style("0") + `/>`
	}
}

// document makes a workbook.
func (c *corpus) document(t *testing.T) []byte {
	t.Helper()
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	const office, packaged = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/", `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	c.cells, c.merged = map[[2]int]makeup{}, map[[2]int]bool{}
	c.of1904, c.stale = c.IntN(3) == 0, c.IntN(4) == 0
	var rows, areas, links strings.Builder
	const height, width = 14, 7
	for row := 1; row <= height; row++ {
		if c.IntN(8) == 0 {
			continue // rows of nothing are left out
		}
		hidden := ""
		if c.IntN(6) == 0 {
			hidden = ` hidden="1"`
		}
		fmt.Fprintf(&rows, `<row r="%d"%s>`, row, hidden)
		for column := 1; column <= width; column++ {
			if c.merged[[2]int{row, column}] || c.IntN(7) == 0 {
				continue
			}
			rows.WriteString(c.cell(row, column))
			if c.IntN(20) == 0 && row < height {
				fmt.Fprintf(&areas, `<mergeCell ref="%c%d:%[1]c%d"/>`, 'A'+column-1, row, row+1)
				c.merged[[2]int{row + 1, column}] = true
			}
			if c.IntN(12) == 0 {
				c.links = append(c.links, fmt.Sprintf("mailto:p%d@example.com", row))
				fmt.Fprintf(&links, `<hyperlink ref="%c%d" r:id="rId%d"/>`, 'A'+column-1, row, len(c.links))
			}
		}
		rows.WriteString("</row>")
	}
	var formats, styles, relations strings.Builder
	for i, format := range c.styles {
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, 200+i, inXML(format))
		fmt.Fprintf(&styles, `<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>`, 200+i)
	}
	for i, target := range c.links {
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="%shyperlink" Target="%s" TargetMode="External"/>`, i+1, office, target)
	}
	enclosed := func(open, inside, end string) string {
		if inside == "" {
			return ""
		}
		return open + inside + end
	}
	parts := book(join(`<worksheet ` + ns + `><sheetData>` + rows.String() + `</sheetData>` + enclosed("<mergeCells>", areas.String(), "</mergeCells>") +
		enclosed("<hyperlinks>", links.String(), "</hyperlinks>") + `</worksheet>`))
	const types = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	for name, content := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + types + `sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + types + `worksheet+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + types + `styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="` + types + `sharedStrings+xml"/></Types>`,
		"_rels/.rels": `<Relationships ` + packaged + `><Relationship Id="rId1" Type="` + office + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/_rels/workbook.xml.rels": `<Relationships ` + packaged + `><Relationship Id="rId1" Type="` + office + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + office + `sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="` + office + `styles" Target="styles.xml"/></Relationships>`,
		"xl/workbook.xml": fmt.Sprintf(`<workbook %s><workbookPr date1904="%t"/><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets><calcPr calcId="1" fullCalcOnLoad="%t"/></workbook>`, ns, c.of1904, c.stale),
		"xl/styles.xml": `<styleSheet ` + ns + `>` + enclosed("<numFmts>", formats.String(), "</numFmts>") + `<fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>` +
			`<cellStyleXfs><xf/></cellStyleXfs><cellXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>` + styles.String() + `</cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":                `<sst ` + ns + `><si>` + strings.Join(c.texts, "</si><si>") + `</si></sst>`,
		"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships ` + packaged + `>` + relations.String() + `</Relationships>`,
	} {
		parts[name] = join(content)
	}
	return archive(t, parts)
}
