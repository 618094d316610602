package workbook_test

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"slices"
	"testing"
)

// book returns the parts of a workbook with one sheet, whose XML is given.
func book(sheet io.Reader) map[string]io.Reader {
	return map[string]io.Reader{
		"_rels/.rels": join(`<?xml version="1.0" encoding="UTF-8"?><Relationships><Relationship Id="rId1" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		"xl/workbook.xml": join(`<workbook><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		"xl/_rels/workbook.xml.rels": join(`<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>`),
		"xl/sharedStrings.xml":     join("<sst/>"),
		"xl/styles.xml":            join("<styleSheet/>"),
		"xl/worksheets/sheet1.xml": sheet,
	}
}

func with(parts map[string]io.Reader, name string, content io.Reader) map[string]io.Reader {
	parts[name] = content
	return parts
}

func archive(t *testing.T, parts map[string]io.Reader) []byte {
	t.Helper()
	var document bytes.Buffer
	out := zip.NewWriter(&document)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := out.Create(name)
		if err == nil {
			_, err = io.Copy(w, parts[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return document.Bytes()
}

// readers returns readers of texts.
func readers(texts map[string]string) map[string]io.Reader {
	all := make(map[string]io.Reader, len(texts))
	for name, text := range texts {
		all[name] = join(text)
	}
	return all
}
