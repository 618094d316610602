package workbook

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Table says what a table looks like.
type Table struct {
	// Sheet is the name of its sheet: 31 characters at most, none of : \ / ? * [ ].
	Sheet string
	// Header are the names of the columns, MaxColumns at most.
	Header []string
	// Frozen is how many of the first columns stay in sight when somebody looks at others.
	Frozen int
	// Marked are the columns that are coloured in a bad row, from 0; nil stands for all.
	Marked []int
}

// Writer writes a table as a workbook of one sheet, row by row: memory does not grow with the rows. All cells are text,
// so that nothing in them is run or taken for a number or a date, and read back exactly as they were given, but for
// what no workbook can hold: bytes that are not UTF-8 become U+FFFD, NUL too, and a text beyond 32,767 characters is
// cut and ends in "…". Text cells also stay text when somebody edits them. A Writer is not safe for concurrent use.
type Writer struct {
	archive *zip.Writer
	sheet   *bufio.Writer
	header  []string
	// letters are the names of the columns in references.
	letters []string
	frozen  int
	// marked tells of each column whether it is coloured in a bad row.
	marked []bool
	// ahead are the first rows, which decide how wide the columns are. It is nil once they are written.
	ahead []tableRow
	rows  int
	err   error
}

type tableRow struct {
	cells []string
	bad   bool
}

// NewWriter begins a workbook on w, which stays the caller's to close.
func NewWriter(w io.Writer, t Table) (*Writer, error) {
	if len(t.Header) > MaxColumns {
		return nil, fmt.Errorf("a sheet has %d columns at most, not %d", MaxColumns, len(t.Header))
	}
	writer := &Writer{archive: newArchive(w), header: t.Header, frozen: t.Frozen, ahead: make([]tableRow, 0, rowsAhead)}
	for i := range t.Header {
		writer.letters = append(writer.letters, columnName(i+1))
		writer.marked = append(writer.marked, t.Marked == nil || slices.Contains(t.Marked, i))
	}
	if err := writeCommon(writer.archive, []tab{{name: t.Sheet}}, ""); err != nil {
		return nil, err
	}
	sheet, err := writer.archive.Create("xl/" + sheetPart(0))
	if err != nil {
		return nil, err
	}
	writer.sheet = bufio.NewWriterSize(sheet, 64<<10)
	return writer, nil
}

// newArchive begins an archive that is written fast.
func newArchive(w io.Writer) *zip.Writer {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestSpeed)
	})
	return archive
}

// rowsAhead is how many rows decide how wide the columns are.
const rowsAhead = 100

// Write adds a row. A bad one is coloured, in the columns that [Table.Marked] names. Cells beyond the header are an error, as are rows beyond [MaxRows], of which
// the header is one. After an error the Writer only repeats it.
func (w *Writer) Write(cells []string, bad bool) error {
	switch {
	case w.err != nil:
		return w.err
	case len(cells) > len(w.header):
		w.err = fmt.Errorf("it has %d cells for %d columns", len(cells), len(w.header))
	case w.rows+1 == MaxRows:
		w.err = fmt.Errorf("a sheet has %d rows at most", MaxRows)
	case w.ahead != nil:
		w.ahead = append(w.ahead, tableRow{append([]string(nil), cells...), bad})
		if len(w.ahead) == rowsAhead {
			w.begin()
		}
		w.rows++
	default:
		w.rows++
		w.row(w.rows+1, cells, styleOf(bad))
	}
	return w.err
}

// Close ends the workbook. The stream underneath stays open. After Close, Write fails.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	if w.ahead != nil {
		w.begin()
	}
	w.put("</sheetData>")
	if n := len(w.letters); n > 0 {
		table := fmt.Sprintf("A1:%s%d", w.letters[n-1], w.rows+1)
		// Numbers that are text are no mistake here.
		w.put(`<autoFilter ref="` + table + `"/>` + // printed as wide as a page is
			`<pageSetup orientation="landscape" fitToHeight="0"/><ignoredErrors><ignoredError sqref="` + table + `" numberStoredAsText="1"/></ignoredErrors>`)
	}
	w.put("</worksheet>")
	for _, finish := range []func() error{w.sheet.Flush, w.archive.Close} {
		if w.err == nil {
			w.err = finish()
		}
	}
	if w.err != nil {
		return w.err
	}
	w.err = errors.New("the workbook is closed already")
	return nil
}

// begin writes all down to the rows that were held back.
func (w *Writer) begin() {
	w.put(xmlHead + `<worksheet xmlns="` + spreadsheets + `">` +
		`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>` +
		`<sheetView tabSelected="1" workbookViewId="0">` + pane(w.frozen) + `</sheetView></sheetViews>`)
	widths := make([]float64, len(w.header))
	for i, name := range w.header {
		width := cellWidth(name) + 2 // there is an arrow beside the name
		for _, row := range w.ahead {
			if i < len(row.cells) {
				width = max(width, cellWidth(row.cells[i]))
			}
		}
		widths[i] = float64(min(width+2, maxWidth))
	}
	writeWidths(w.sheet, widths, styleText)
	w.put("<sheetData>")
	w.row(1, w.header, styleHeader)
	for i, row := range w.ahead {
		w.row(i+2, row.cells, styleOf(row.bad))
	}
	w.ahead = nil
}

// pane keeps the header in sight, and the first columns.
func pane(columns int) string {
	if columns == 0 {
		return `<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>`
	}
	return fmt.Sprintf(`<pane xSplit="%d" ySplit="1" topLeftCell="%s2" activePane="bottomRight" state="frozen"/>`, columns, columnName(columns+1))
}

// maxWidth is the width, in characters, beyond which a column takes too much of the screen.
const maxWidth = 60

// cellWidth is how many characters wide a text is: its longest line.
func cellWidth(text string) (width int) {
	for line := range strings.Lines(text) {
		width = max(width, utf8.RuneCountInString(line))
	}
	return width
}

func (w *Writer) row(number int, cells []string, style int) {
	at := strconv.Itoa(number)
	w.put(`<row r="`, at, `">`)
	for i, column := range w.letters {
		style := style
		if style == styleBad && !w.marked[i] {
			style = styleText
		}
		switch {
		case i < len(cells) && cells[i] != "":
			writeCell(w.sheet, column, at, style, cells[i])
		case style != styleText: // which an empty cell has from its column
			w.put(`<c r="`, column, at, styleOfCell[style], `"/>`)
		}
	}
	w.put("</row>")
}

// styleOfCell are the styles as a cell names them.
var styleOfCell = [...]string{"", styleText: `" s="1`, styleHeader: `" s="2`, styleBad: `" s="3`, styleEntry: `" s="4`}

// writeCell writes a cell of text, which is not "". The first error sticks to out.
func writeCell(out *bufio.Writer, column, row string, style int, text string) {
	out.WriteString(`<c r="`)
	out.WriteString(column)
	out.WriteString(row)
	out.WriteString(styleOfCell[style])
	if hasSpaces(text) {
		out.WriteString(`" t="inlineStr"><is><t xml:space="preserve">`)
	} else {
		out.WriteString(`" t="inlineStr"><is><t>`)
	}
	writeText(out, text)
	out.WriteString("</t></is></c>")
}

// hasSpaces reports whether a reader of XML may take space away from the text: only then it is told not to, which would make
// a third of a large sheet otherwise.
func hasSpaces(text string) bool {
	return strings.ContainsAny(text, "\t\n\r") || text[0] == ' ' || text[len(text)-1] == ' ' || strings.Contains(text, "  ")
}

// put writes to the sheet, whose first error sticks.
func (w *Writer) put(texts ...string) {
	for _, text := range texts {
		if _, err := w.sheet.WriteString(text); w.err == nil {
			w.err = err
		}
	}
}

// columnName returns the letters of a column from 1, "" for 0.
func columnName(column int) string {
	var letters [3]byte
	at := len(letters)
	for ; column > 0; column = (column - 1) / 26 {
		at--
		letters[at] = 'A' + byte((column-1)%26)
	}
	return string(letters[at:])
}

// maxCharacters is how many UTF-16 units a cell holds.
const maxCharacters = 32_767

// writeText writes text into XML such that Excel shows it and reads it back exactly. Its error sticks to out.
func writeText(out *bufio.Writer, text string) {
	if len(text) > maxCharacters {
		text = cut(text)
	}
	plain := 0 // where what was not written yet begins
	for i, char := range text {
		instead := ""
		switch {
		case char == '&':
			instead = "&amp;"
		case char == '<':
			instead = "&lt;"
		case char == '>':
			instead = "&gt;"
		case char == 0, char == 0xfffe, char == 0xffff, char == utf8.RuneError:
			instead = string(utf8.RuneError)
		case char < ' ' && char != '\t' && char != '\n', char == '_' && escaped(text[i:]) >= 0:
			instead = fmt.Sprintf("_x%04X_", char)
		default:
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		out.WriteString(text[plain:i])
		out.WriteString(instead)
		plain = i + size
	}
	out.WriteString(text[plain:])
}

// cut returns as much of the text as a cell holds.
func cut(text string) string {
	units, last := 0, 0
	for i, char := range text {
		if units < maxCharacters {
			last = i
		}
		if units += utf16.RuneLen(char); units > maxCharacters {
			return text[:last] + "…"
		}
	}
	return text
}
