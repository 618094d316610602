package document

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// archived says why a ZIP archive is no roster, nil if it is an Excel workbook. Office documents are told by the names
// and the first content of their files; the first ones of them are enough.
func archived(head []byte) error {
	names, first := files(head)
	has := func(what string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, what) })
	}
	switch {
	case has("xl/workbook.bin"):
		return refusal("document-xlsb", "this is a binary Excel workbook (.xlsb)", "open it in Excel and save it as .xlsx or CSV UTF-8")
	case has("xl/"):
		return nil
	case has("word/"):
		return refusal("document-word", "this is a Word document", asTable)
	case has("ppt/"):
		return refusal("document-presentation", "this is a presentation", asTable)
	case has("Index/"), has("Index.zip"):
		return refusal("document-numbers", "this is an Apple Numbers document", "export it as CSV in Numbers under File, Export To")
	case strings.HasPrefix(first, "application/vnd.oasis.opendocument.spreadsheet"):
		return refusal("document-ods", "this is an OpenDocument spreadsheet", "open it in LibreOffice or Excel and save it as CSV UTF-8")
	case strings.HasPrefix(first, "application/vnd.oasis.opendocument."):
		return refusal("document-opendocument", "this is an OpenDocument file, but no spreadsheet", asTable)
	case has("[Content_Types].xml"):
		return nil // whatever else, the workbook's reader will say
	}
	return refusal("document-archive", "this is a ZIP archive", unpacked)
}

// files returns the names of the files in the beginning of a ZIP archive, and how the content of the first one begins.
// Their lengths are not always known there, so every local header is taken for one (APPNOTE.TXT, 4.3.7).
func files(head []byte) (names []string, first string) {
	const header, nameLength, extraLength = 30, 26, 28
	for {
		start := bytes.Index(head, []byte("PK\x03\x04"))
		if start < 0 || start+header > len(head) {
			return names, first
		}
		head = head[start:]
		content := header + int(binary.LittleEndian.Uint16(head[nameLength:]))
		if content > len(head) {
			return names, first
		}
		if names = append(names, string(head[header:content])); len(names) == 1 {
			content = min(len(head), content+int(binary.LittleEndian.Uint16(head[extraLength:])))
			first = string(head[content:min(len(head), content+64)])
		}
		head = head[header:]
	}
}
