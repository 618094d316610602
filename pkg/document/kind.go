package document

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"

	"rollcall/pkg/pattern"
)

// What helps against documents that are no rosters.
const (
	inExcel  = "open it in Excel and save it as CSV UTF-8"
	asTable  = "a roster is a table: save it as CSV UTF-8"
	unpacked = "unpack it, and name the file inside"
)

// foreign are documents that are no text, by how they begin.
var foreign = []struct{ magic, code, what, suggestion string }{
	{"%PDF-", "document-pdf", "this is a PDF document", "export the table as CSV from where it was made"},
	{"\x1f\x8b", "document-compressed", "this is compressed (gzip)", unpacked},
	{"\x28\xb5\x2f\xfd", "document-compressed", "this is compressed (zstd)", unpacked},
	{"\xfd7zXZ\x00", "document-compressed", "this is compressed (xz)", unpacked},
	{"7z\xbc\xaf\x27\x1c", "document-archive", "this is a 7z archive", unpacked},
	{"Rar!\x1a\x07", "document-archive", "this is a RAR archive", unpacked},
	{"\x89PNG\r\n", "document-picture", "this is a picture", asTable},
	{"\xff\xd8\xff", "document-picture", "this is a picture", asTable},
	{"GIF8", "document-picture", "this is a picture", asTable},
	{"II*\x00", "document-picture", "this is a picture", asTable},
	{"MM\x00*", "document-picture", "this is a picture", asTable},
	{`{\rtf`, "document-rich-text", "this is a rich text document", asTable},
	{"\xff\xfe\x00\x00", "document-utf-32", "this is UTF-32", asUTF8},
	{"\x00\x00\xfe\xff", "document-utf-32", "this is UTF-32", asUTF8},
}

// recognize tells by the beginning of a document whether it is a workbook. What is neither that nor a text is an [*Error].
func recognize(bytes *bufio.Reader) (workbook bool, err error) {
	head, err := peek(bytes)
	if err != nil {
		return false, err
	}
	switch {
	case hasPrefix(head, "PK\x03\x04"), hasPrefix(head, "PK\x05\x06"):
		err = archived(head)
		return err == nil, err
	case hasPrefix(head, "\xd0\xcf\x11\xe0"):
		return false, compound(bytes)
	}
	for _, kind := range foreign {
		if hasPrefix(head, kind.magic) {
			return false, refusal(kind.code, kind.what, kind.suggestion)
		}
	}
	return false, nil
}

func hasPrefix(head []byte, magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }

// compound says what is in an OLE compound file, the container of Microsoft Office before 2007 and of everything that it
// encrypts. The names of its streams may be anywhere in it.
func compound(source *bufio.Reader) error {
	kinds := []struct{ stream, code, what, suggestion string }{
		{"EncryptedPackage", "document-password", "this is a workbook with a password", "remove the password in Excel under File, Info, Protect Workbook, and save it again"},
		{"WordDocument", "document-word", "this is a Word document", asTable},
		{"PowerPoint Document", "document-presentation", "this is a presentation", asTable},
		{"Workbook", "document-xls", "this is an old Excel workbook (.xls)", inExcel},
		{"Book", "document-xls", "this is an old Excel workbook (.xls)", inExcel},
	}
	found := len(kinds)
	const longest = 2 * len("PowerPoint Document")
	block := make([]byte, 0, window)
	for {
		n, err := source.Read(block[len(block):cap(block)])
		block = block[:len(block)+n]
		for i, kind := range kinds[:found] {
			if bytes.Contains(block, wide(kind.stream)) {
				found = i
				break
			}
		}
		switch {
		case errors.Is(err, io.EOF) && found < len(kinds):
			return refusal(kinds[found].code, kinds[found].what, kinds[found].suggestion)
		case errors.Is(err, io.EOF):
			return refusal("document-compound", "this is a compound file of Windows without a table in it", asTable)
		case err != nil:
			return err
		}
		kept := block[max(0, len(block)-longest):]
		block = block[:copy(block[:cap(block)], kept)]
	}
}

// wide returns the ASCII text as UTF-16LE.
func wide(text string) []byte {
	b := make([]byte, 0, 2*len(text))
	for i := range len(text) {
		b = append(b, text[i], 0)
	}
	return b
}

// markup is what texts begin with that stand for a table and are none, after blanks.
var markup = []struct {
	begins                 func() *regexp.Regexp
	code, what, suggestion string
}{
	{
		pattern.Of(`(?is)^\s*<\?xml.*?(urn:schemas-microsoft-com:office:spreadsheet|progid="Excel\.Sheet")`),
		"document-xml", "this is an XML spreadsheet (Excel 2003)", inExcel,
	},
	{pattern.Of(`(?is)^\s*<\?xml.*?<office:document`), "document-ods", "this is an OpenDocument spreadsheet in XML", "open it in LibreOffice and save it as Text CSV"},
	{
		pattern.Of(`(?is)^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|meta|style|body|table|div|tr)\b`),
		"document-web-page", "this is a web page (HTML), which many systems export as .xls", inExcel,
	},
	{pattern.Of(`(?i)^\s*(<\?xml\s|<!--|<!doctype\s)`), "document-xml", "this is an XML document", asTable},
	{pattern.Of(`(?i)^MIME-Version:\s*1\.0\b`), "document-web-page", "this is a web archive (MHTML) or an e-mail message", inExcel},
	{pattern.Of(`(?i)^BEGIN:VCARD\b`), "document-contacts", "these are contacts (vCard)", asTable},
}

// disguised refuses a text that is something else, by its beginning.
func disguised(head []byte) error {
	for _, kind := range markup {
		if kind.begins().Match(head) {
			return refusal(kind.code, kind.what, kind.suggestion)
		}
	}
	return nil
}
