package workbook

import (
	"math"
	"strconv"
	"strings"
)

// formats say how the numbers of a workbook are shown.
type formats struct {
	era    era
	styles []style
	// known are the formats that were taken apart already.
	known map[string][]section
	// missing is the part that has the styles where the workbook lacks it, "" otherwise.
	missing string
}

// style is what a cell's style says of what this package shows.
type style struct {
	// code is the number format, "" for the general one.
	code string
	// struck tells that the text is struck through.
	struck bool
}

const (
	// maxCode is how long a format may be in Excel, and maxFormats how many there may be: four times as many as Excel
	// allows. Numbers in others stay plain.
	maxCode, maxFormats = 255, 1024
	// maxNumber is beyond what Excel shows all digits of.
	maxNumber = 1e15
)

// builtIn are the number formats that every workbook has, by their numbers (ECMA-376, part 1, 18.8.30). Those with a
// currency depend on the reader's country and are left out. Of dates, only what they show counts, see [clock].
var builtIn = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)",
	39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)", 41: "#,##0_);(#,##0);-_)", 43: "#,##0.00_);(#,##0.00);-_)",
	14: "d/m/y", 15: "d-m-y", 16: "d-m", 17: "m-y", 18: "h:m", 19: "h:m:s", 20: "h:m", 21: "h:m:s", 22: "d/m/y h:m",
	27: "y/m/d", 28: "m/d", 29: "m/d", 30: "m/d/y", 31: "y/m/d", 32: "h:m", 33: "h:m:s", 34: "h:m", 35: "h:m:s", 36: "y/m/d",
	45: "m:s", 46: "[h]:m:s", 47: "m:s", 50: "y/m/d", 51: "m/d", 52: "y/m", 53: "m/d", 54: "m/d", 55: "h:m", 56: "h:m:s",
	57: "y/m/d", 58: "m/d",
}

func newFormats(styles []style, era era) *formats {
	return &formats{era: era, styles: styles, known: make(map[string][]section)}
}

// readFormats reads the number formats of a workbook's styles, and which of their fonts are struck through.
func (b *Book) readFormats(part string, era era) (*formats, error) {
	own := make(map[int]string)
	var styles []style
	var struck []bool
	section := ""
	err := b.elements(part, func(e element) error {
		switch name := e.local; name {
		case "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs":
			section = name
		case "numFmt":
			id, err := strconv.Atoi(e.get("numFmtId"))
			if err == nil && len(own) < maxStyles {
				own[id] = e.get("formatCode")
			}
		case "font":
			if section == "fonts" && len(struck) < maxStyles {
				struck = append(struck, false)
			}
		case "strike":
			if section == "fonts" && len(struck) > 0 {
				struck[len(struck)-1] = isOn(e)
			}
		case "xf":
			if section != "cellXfs" {
				return nil
			}
			if len(styles) == maxStyles {
				return tooLarge("it has more than %d styles", maxStyles)
			}
			id, _ := strconv.Atoi(e.get("numFmtId")) // 0, the general format, where there is none
			one := style{code: builtIn[id]}
			if text, ok := own[id]; ok {
				one.code = text
			}
			if font, err := strconv.Atoi(e.get("fontId")); err == nil && font >= 0 && font < len(struck) {
				one.struck = struck[font]
			}
			styles = append(styles, one)
		}
		return nil
	})
	return newFormats(styles, era), err
}

// isOn reports what an element says that is a property by being there.
func isOn(e element) bool { value := e.get("val"); return value == "" || isTrue(value) }

// style returns what a cell's number of its style stands for.
func (f *formats) style(number string) (style, error) {
	if number == "" {
		return style{}, nil
	}
	i, err := strconv.Atoi(number)
	if err != nil {
		i = 0 // as where there is none
	}
	switch {
	case f.missing != "" && i > 0:
		return style{}, damaged("the part %q is missing", f.missing)
	case i < 0 || i >= len(f.styles):
		return style{}, nil
	}
	return f.styles[i], nil
}

// shown returns what a number is shown as in a cell of the style.
func (f *formats) shown(value string, style style) string {
	value = strings.TrimSpace(value)
	if isPlain(value) && style.code == "" {
		return value
	}
	size, ok := sizeOf(value)
	if !ok {
		return value
	}
	if style.code == "" || len(style.code) > maxCode {
		return general(size)
	}
	sections, known := f.known[style.code]
	if !known && len(f.known) < maxFormats {
		sections = sectionsOf(style.code)
		f.known[style.code] = sections
	}
	one := sectionFor(sections, size)
	if one == nil {
		return general(size)
	}
	if one.clock.any() {
		return one.clock.shown(size, f.era)
	}
	if text, ok := one.shown(size, len(sections) == 1); ok {
		return text
	}
	return general(size)
}

// sizeOf reads a number. It is not ok if it is none, or one that no format should meet.
func sizeOf(value string) (size float64, ok bool) {
	size, err := strconv.ParseFloat(value, 64)
	return size, err == nil && math.Abs(size) < maxNumber // which infinity and NaN are not
}

// isPlain reports whether the number is shown as it is stored, unless a format says something else.
func isPlain(value string) bool {
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

// general writes a number without a format: with the digits that Excel knows of it.
func general(size float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(size, 'g', exact, 64), 64)
	if err != nil {
		rounded = size
	}
	if rounded == 0 {
		return "0" // and never -0
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
