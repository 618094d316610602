package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// The styles of what is written, as they are numbered in its style sheet.
const (
	styleText   = 1
	styleHeader = 2
	styleBad    = 3
	// styleEntry is for what is still to be filled in.
	styleEntry = 4
)

func styleOf(bad bool) int {
	if bad {
		return styleBad
	}
	return styleText
}

// tab is a sheet that is written.
type tab struct {
	name   string
	hidden bool
}

const (
	packageTypes = "application/vnd.openxmlformats-package."
	sheetTypes   = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	packages     = "http://schemas.openxmlformats.org/package/2006/"
	offices      = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	spreadsheets = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
)

// styles is the style sheet (ECMA-376, part 1, 18.8). The number format 49 is text.
const styles = `<styleSheet xmlns="` + spreadsheets + `">` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
	`<fill><patternFill patternType="solid"><fgColor rgb="FFE7E6E6"/></patternFill></fill>` +
	`<fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/></patternFill></fill></fills>` +
	`<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>` +
	`<cellXfs count="5"><xf/><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/>` +
	`<xf numFmtId="49" fillId="3" applyNumberFormat="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>`

// writeCommon writes all parts of a workbook but its sheets (ECMA-376, part 1, 12 and 18; for the title, part 2, 11).
func writeCommon(archive *zip.Writer, tabs []tab, title string) error {
	var types, sheets, relations, core strings.Builder
	about := ""
	if title != "" {
		types.WriteString(override("docProps/core.xml", packageTypes+"core-properties+xml"))
		about = relationTo("rId2", packages+"relationships/metadata/core-properties", "docProps/core.xml")
		core.WriteString(`<cp:coreProperties xmlns:cp="` + packages + `metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
			`<dc:title>` + escapedText(title) + `</dc:title><dc:creator>rollcall</dc:creator></cp:coreProperties>`)
	}
	for i, one := range tabs {
		state := ""
		if one.hidden {
			state = ` state="hidden"`
		}
		types.WriteString(override("xl/"+sheetPart(i), sheetTypes+"worksheet+xml"))
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d"%s r:id="rId%[2]d"/>`, escapedText(one.name), i+1, state)
		relations.WriteString(relationTo(fmt.Sprintf("rId%d", i+1), offices+"/worksheet", sheetPart(i)))
	}
	relations.WriteString(relationTo(fmt.Sprintf("rId%d", len(tabs)+1), offices+"/styles", "styles.xml"))
	list := func(of string) string {
		return `<Relationships xmlns="` + packages + `relationships">` + of + `</Relationships>`
	}
	for _, part := range []struct{ name, content string }{
		{"[Content_Types].xml", `<Types xmlns="` + packages + `content-types">` +
			`<Default Extension="rels" ContentType="` + packageTypes + `relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			override("xl/workbook.xml", sheetTypes+"sheet.main+xml") + types.String() + override("xl/styles.xml", sheetTypes+"styles+xml") + `</Types>`},
		{"_rels/.rels", list(relationTo("rId1", offices+"/officeDocument", "xl/workbook.xml") + about)},
		{"docProps/core.xml", core.String()},
		{"xl/workbook.xml", `<workbook xmlns="` + spreadsheets + `" xmlns:r="` + offices + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", list(relations.String())},
		{"xl/styles.xml", styles},
	} {
		if part.content == "" {
			continue
		}
		out, err := archive.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(out, xmlHead+part.content); err != nil {
			return err
		}
	}
	return nil
}

// sheetPart returns the part of a sheet, beside the one that lists them.
func sheetPart(i int) string { return fmt.Sprintf("worksheets/sheet%d.xml", i+1) }

func override(part, kind string) string {
	return `<Override PartName="/` + part + `" ContentType="` + kind + `"/>`
}

func relationTo(id, kind, target string) string {
	return `<Relationship Id="` + id + `" Type="` + kind + `" Target="` + target + `"/>`
}

// escapedText returns a text as XML has it.
func escapedText(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer never fails
	return b.String()
}
