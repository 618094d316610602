package workbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// Put makes a cell say a text, whatever it is: a number, a formula, text of several kinds, nothing. It keeps its style. Rows and
// columns count as those of [Edit.Replace] do.
//
// Of a merged area, only the cell says the text: the area is given up, and its other rows say what it showed. A link to an
// address is removed, since it leads to whom the cell named before.
func (e *Edit) Put(row, column int, text string) error {
	if units := len(utf16.Encode([]rune(text))); units > excelize.TotalCellChars {
		return fmt.Errorf("the text has %d characters, and a cell of a workbook %d at most", units, excelize.TotalCellChars)
	}
	if e.file == nil {
		e.puts[position{row, column}] = text
		return nil
	}
	return e.put(row, column, text)
}

// put is [Edit.Put] in the workbook that was taken apart.
func (e *Edit) put(row, column int, text string) error {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return err
	}
	if err := e.split(row, column); err != nil {
		return err
	}
	linked, target, err := e.file.GetCellHyperLink(e.sheet, name)
	if err != nil {
		return err
	}
	if linked && strings.HasPrefix(strings.ToLower(target), "mailto:") {
		if err := e.file.SetCellHyperLink(e.sheet, name, "", "None"); err != nil {
			return err
		}
	}
	return e.say(name, text)
}

// looksEscaped matches what is read as a character by its number, ECMA-376, 22.9.2.19 (ST_Xstring).
var looksEscaped = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

// say makes a cell say a text.
func (e *Edit) say(name, text string) error {
	return e.file.SetCellStr(e.sheet, name, looksEscaped.ReplaceAllString(text, "_x005F_$1"))
}

// merged is an area of cells, with its last row and column.
type merged struct {
	position
	last      position
	from, end string
}

// split gives up the merged area of a cell, if there is one.
func (e *Edit) split(row, column int) error {
	if !e.knowsMerged {
		areas, err := e.file.GetMergeCells(e.sheet, true)
		if err != nil {
			return err
		}
		for _, area := range areas {
			from, to, ok := parseArea(area.GetStartAxis() + ":" + area.GetEndAxis())
			if !ok {
				return damaged("it has a merged area %q", area[0])
			}
			e.merged = append(e.merged, merged{from, to, area.GetStartAxis(), area.GetEndAxis()})
		}
		e.knowsMerged = true
	}
	at := slices.IndexFunc(e.merged, func(m merged) bool {
		return m.row <= row && row <= m.last.row && m.column <= column && column <= m.last.column
	})
	if at < 0 {
		return nil
	}
	area := e.merged[at]
	e.merged = slices.Delete(e.merged, at, at+1)
	shown, err := e.file.GetCellValue(e.sheet, area.from)
	if err != nil {
		return err
	}
	if err := e.file.UnmergeCell(e.sheet, area.from, area.end); err != nil {
		return err
	}
	for below := area.row + 1; below <= area.last.row; below++ {
		name, err := excelize.CoordinatesToCellName(area.column, below)
		if err != nil {
			return err
		}
		if err := e.say(name, shown); err != nil {
			return err
		}
	}
	return nil
}
