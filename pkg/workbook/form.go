package workbook

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Form is a workbook for a person to fill in.
type Form struct {
	// Sheet is the name of the sheet to be filled in: a header, and below it room. Names of sheets have 31 characters
	// at most, none of : \ / ? * [ ].
	Sheet   string
	Columns []FormColumn
	// Help is the name of a second sheet, and Lines are what it says: 100 characters each at most.
	Help  string
	Lines []string
}

// FormColumn is a column of a form.
type FormColumn struct {
	Name string
	// Width is in characters.
	Width float64
	// Choices are offered in a drop-down list, if there are any. Only they may be entered, unless the column is Open.
	Choices []string
	Open    bool
	// Hint is shown beside a cell that is being filled in, "" for none: 255 characters at most.
	Hint string
}

// lists is the hidden sheet that holds the choices.
const lists = "Lists"

// maxName, maxTitle and maxHint are how many UTF-16 units the name of a sheet, the title of a hint and a hint have at most.
const maxName, maxTitle, maxHint = 31, 32, 255

// Write writes the form. All cells to be filled in are text.
func (f Form) Write(w io.Writer) error {
	if err := f.check(); err != nil {
		return fmt.Errorf("form: %w", err)
	}
	archive := newArchive(w)
	if err := writeCommon(archive, []tab{{name: f.Sheet}, {name: f.Help}, {name: lists, hidden: true}}, f.Sheet); err != nil {
		return fmt.Errorf("form: %w", err)
	}
	for i, fill := range []func(*bufio.Writer){f.fillSheet, f.explain, f.list} {
		part, err := archive.Create("xl/" + sheetPart(i))
		if err != nil {
			return fmt.Errorf("form: %w", err)
		}
		sheet := bufio.NewWriter(part)
		sheet.WriteString(xmlHead + `<worksheet xmlns="` + spreadsheets + `">`)
		fill(sheet)
		sheet.WriteString("</worksheet>")
		if err := sheet.Flush(); err != nil {
			return fmt.Errorf("form: %w", err)
		}
	}
	return archive.Close()
}

// check refuses what no workbook can hold.
func (f Form) check() error {
	for i, name := range []string{f.Sheet, f.Help, lists} {
		before := []string{f.Sheet, f.Help}[:i]
		switch {
		case name == "" || characters(name) > maxName || strings.ContainsAny(name, `:\/?*[]`) || strings.HasPrefix(name, "'") || strings.HasSuffix(name, "'"):
			return fmt.Errorf("no sheet can be called %q", name)
		case slices.ContainsFunc(before, func(one string) bool { return strings.EqualFold(one, name) }):
			return fmt.Errorf("two sheets are called %q", name)
		}
	}
	if len(f.Columns) > MaxColumns {
		return fmt.Errorf("a sheet has %d columns at most, not %d", MaxColumns, len(f.Columns))
	}
	for _, column := range f.Columns {
		switch {
		case characters(column.Hint) > maxHint:
			return fmt.Errorf("the hint of the column %q has %d characters, and %d at most", column.Name, characters(column.Hint), maxHint)
		case (column.Hint != "" || len(column.Choices) > 0) && characters(column.Name) > maxTitle:
			return fmt.Errorf("the column %q has a list or a hint, and its name more than %d characters", column.Name, maxTitle)
		case len(column.Choices) > MaxRows:
			return fmt.Errorf("the column %q has %d choices, and a sheet %d rows", column.Name, len(column.Choices), MaxRows)
		}
	}
	return nil
}

// characters returns how many UTF-16 units a text has, as Excel counts.
func characters(text string) int { return len(utf16.Encode([]rune(text))) }

// fillSheet writes the sheet to be filled in, in the order of ECMA-376, part 1, 18.3.1.99.
func (f Form) fillSheet(out *bufio.Writer) {
	out.WriteString(`<sheetViews><sheetView tabSelected="1" workbookViewId="0">` + pane(0) + `</sheetView></sheetViews>` +
		`<sheetFormatPr defaultRowHeight="15"/>`)
	widths := make([]float64, len(f.Columns))
	header := make([]string, len(f.Columns))
	for i, column := range f.Columns {
		widths[i], header[i] = column.Width, column.Name
	}
	writeWidths(out, widths, styleEntry)
	out.WriteString("<sheetData>")
	writeTexts(out, 1, header, styleHeader)
	out.WriteString("</sheetData>")
	f.offer(out)
}

// offer gives the columns their choices and hints.
func (f Form) offer(out *bufio.Writer) {
	var offers []string
	for i, column := range f.Columns {
		if column.Hint == "" && len(column.Choices) == 0 {
			continue
		}
		letters := columnName(i + 1)
		list, formula := "", ""
		if n := len(column.Choices); n > 0 {
			list, formula = ` type="list"`, fmt.Sprintf("<formula1>%s!$%s$1:$%[2]s$%d</formula1>", lists, letters, n)
		}
		offer := `<dataValidation` + list + ` allowBlank="1"`
		if column.Hint != "" {
			offer += ` showInputMessage="1"`
		}
		if !column.Open {
			offer += ` showErrorMessage="1" errorTitle="` + escapedText(column.Name) + `" error="Choose one of the list."`
		}
		if column.Hint != "" {
			offer += ` promptTitle="` + escapedText(column.Name) + `" prompt="` + escapedText(column.Hint) + `"`
		}
		offers = append(offers, offer+fmt.Sprintf(` sqref="%s2:%[1]s%d">`, letters, MaxRows)+formula+`</dataValidation>`)
	}
	if len(offers) > 0 {
		out.WriteString(`<dataValidations count="` + strconv.Itoa(len(offers)) + `">` + strings.Join(offers, "") + `</dataValidations>`)
	}
}

// explain writes the lines of the help.
func (f Form) explain(out *bufio.Writer) {
	writeWidths(out, []float64{100}, 0)
	out.WriteString("<sheetData>")
	for i, line := range f.Lines {
		writeTexts(out, i+1, []string{line}, 0)
	}
	out.WriteString("</sheetData>")
}

// list writes the choices, those of each column below each other.
func (f Form) list(out *bufio.Writer) {
	out.WriteString("<sheetData>")
	for row := 0; ; row++ {
		texts, some := make([]string, len(f.Columns)), false
		for i, column := range f.Columns {
			if row < len(column.Choices) {
				texts[i], some = column.Choices[row], true
			}
		}
		if !some {
			break
		}
		writeTexts(out, row+1, texts, 0)
	}
	out.WriteString("</sheetData>")
}

// writeWidths writes how wide the columns are, and the style of their cells. The first error sticks to out.
func writeWidths(out *bufio.Writer, widths []float64, style int) {
	for i, width := range widths {
		if i == 0 {
			out.WriteString("<cols>")
		}
		fmt.Fprintf(out, `<col min="%d" max="%[1]d" width="%v"`, i+1, width)
		if style != 0 {
			fmt.Fprintf(out, ` style="%d"`, style)
		}
		out.WriteString(` customWidth="1"/>`)
		if i == len(widths)-1 {
			out.WriteString("</cols>")
		}
	}
}

// writeTexts writes a row of texts in one style. The first error sticks to out.
func writeTexts(out *bufio.Writer, row int, texts []string, style int) {
	at := strconv.Itoa(row)
	out.WriteString(`<row r="` + at + `">`)
	for i, text := range texts {
		if text != "" {
			writeCell(out, columnName(i+1), at, style, text)
		}
	}
	out.WriteString("</row>")
}
