package workbook

import (
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// formats say how the numbers of a workbook are shown.
type formats struct {
	era era
	// codes are those of the cells' styles.
	codes []code
	// scratch is a workbook of one cell, through which numbers get their format, and styles is what it calls the formats.
	scratch *excelize.File
	styles  map[code]int
	// known are numbers that were formatted already.
	known map[number]string
}

// code is a number format: one that every workbook has, by its number, or one of the workbook's own.
type code struct {
	builtIn int
	own     string
}

type number struct {
	value string
	code  code
}

const (
	// sheetOfScratch is how a new workbook calls its sheet.
	sheetOfScratch, cellOfScratch = "Sheet1", "A1"
	// maxCode is how long a format may be, and maxFormats how many there may be: four times as many as Excel allows.
	maxCode, maxFormats = 64, 1024
	// maxNumber is beyond what Excel shows all digits of. Formats may take forever over such numbers.
	maxNumber = 1e15
	// asText is the format of cells that show what was typed.
	asText = 49
)

func newFormats(codes []code, era era) *formats {
	return &formats{
		era: era, codes: codes, scratch: excelize.NewFile(), styles: make(map[code]int), known: make(map[number]string),
	}
}

// readFormats reads the number formats of a workbook's styles.
func (b *Book) readFormats(part string, era era) (*formats, error) {
	own := make(map[int]string)
	var codes []code
	inCells := false
	err := b.elements(part, func(e element) error {
		switch e.name() {
		case "numFmt":
			id, err := strconv.Atoi(e.get("numFmtId"))
			if err == nil && len(own) < maxStyles {
				own[id] = e.get("formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "cellStyleXfs", "dxfs":
			inCells = false
		case "xf":
			if !inCells {
				return nil
			}
			if len(codes) == maxStyles {
				return tooLarge("it has more than %d styles", maxStyles)
			}
			id, _ := strconv.Atoi(e.get("numFmtId")) // 0, the general format, where there is none
			codes = append(codes, code{builtIn: id})
			if text, ok := own[id]; ok {
				codes[len(codes)-1] = code{own: text}
			}
		}
		return nil
	})
	return newFormats(codes, era), err
}

// shown returns what a number is shown as in a cell of the style.
func (f *formats) shown(value, style string) (string, error) {
	value = strings.TrimSpace(value)
	if isPlain(value) && style == "" {
		return value, nil
	}
	size, ok := sizeOf(value)
	if !ok {
		return value, nil
	}
	var c code
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(f.codes) {
		c = f.codes[i]
	}
	if c == (code{}) || c == (code{builtIn: asText}) || len(c.own) > maxCode {
		return general(size), nil
	}
	if clock := clockOf(c); clock.any() {
		return clock.shown(size, f.era), nil
	}
	one := number{value, c}
	text, known := f.known[one]
	if !known {
		if len(f.known) == maxKnown {
			return "", tooLarge("it has more than %d different numbers with formats", maxKnown)
		}
		text = f.format(one)
		f.known[one] = text
	}
	return text, nil
}

// sizeOf reads a number. It is not ok if it is none, or one that no format should meet.
func sizeOf(value string) (size float64, ok bool) {
	size, err := strconv.ParseFloat(value, 64)
	return size, err == nil && math.Abs(size) < maxNumber // which infinity and NaN are not
}

// isPlain reports whether the number is shown as it is stored, unless a format says something else.
func isPlain(value string) bool {
	const exact = 15
	if value == "" || len(value) > exact || len(value) > 1 && value[0] == '0' {
		return false
	}
	for i := range len(value) {
		if value[i] < '0' || value[i] > '9' {
			return false
		}
	}
	return true
}

// general writes a number without a format: with the 15 digits that Excel knows of it.
func general(size float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(size, 'g', 15, 64), 64)
	if err != nil {
		rounded = size
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// format has the number formatted. If the format cannot be understood, it stays as it is.
func (f *formats) format(n number) string {
	style, known := f.styles[n.code]
	if !known && len(f.styles) < maxFormats {
		s := &excelize.Style{NumFmt: n.code.builtIn}
		if n.code.own != "" {
			s = &excelize.Style{CustomNumFmt: &n.code.own}
		}
		style, _ = f.scratch.NewStyle(s) // 0, the general format, if that fails
		f.styles[n.code] = style
	}
	if f.scratch.SetCellDefault(sheetOfScratch, cellOfScratch, n.value) != nil ||
		f.scratch.SetCellStyle(sheetOfScratch, cellOfScratch, cellOfScratch, style) != nil {
		return n.value
	}
	text, err := f.scratch.GetCellValue(sheetOfScratch, cellOfScratch)
	if err != nil {
		return n.value
	}
	return text
}
