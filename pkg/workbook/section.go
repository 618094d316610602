package workbook

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// section is one of the parts of a number format, between semicolons (ECMA-376, part 1, 18.8.31).
type section struct {
	clock clock
	// pieces are what it shows, from left to right. There are none of a date.
	pieces []piece
	// operator and limit are the condition under which the section is meant, "" without one.
	operator string
	limit    float64
	// odd tells that the section has something whose rules this package does not know: numbers stay plain.
	odd bool
}

// piece is a text that is shown as it is or, if kind is not 0, what stands in a format for a part of the number.
type piece struct {
	kind rune
	text string
}

// The kinds of pieces. Digits are '0', '#' and '?'.
const (
	ofGeneral = 'G'
	ofPoint   = '.'
	ofComma   = ','
	ofPercent = '%'
)

func isDigit(kind rune) bool { return kind == '0' || kind == '#' || kind == '?' }

// sectionsOf takes a format apart. What is for texts is left out; without any section, numbers have no format.
func sectionsOf(code string) (all []section) {
	for rest := code; ; {
		one, after, more, forText := takeSection(rest)
		if !forText {
			all = append(all, one)
		}
		if !more {
			return all
		}
		rest = after
	}
}

// takeSection reads up to the next semicolon.
func takeSection(code string) (s section, rest string, more, forText bool) {
	for i := 0; i < len(code); {
		char, size := utf8.DecodeRuneInString(code[i:])
		i += size
		switch {
		case char == ';':
			s.clock = clockOf(code[:i-1])
			return s, code[i:], true, forText
		case char == '"':
			end := strings.IndexByte(code[i:], '"')
			if end < 0 {
				end = len(code) - i
			}
			s.show(code[i : i+end])
			i = min(i+end+1, len(code))
		case char == '\\', char == '_', char == '*':
			next, size := utf8.DecodeRuneInString(code[i:])
			i += size
			switch {
			case char == '_': // a blank as wide as the character
				s.show(" ")
			case char == '\\' && size > 0:
				s.show(string(next))
			}
		case char == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				s.odd = true
				end = len(code) - i
			}
			s.bracket(code[i : i+end])
			i = min(i+end+1, len(code))
		case isDigit(char), char == ofPoint, char == ofComma, char == ofPercent:
			s.pieces = append(s.pieces, piece{kind: char})
		case char == 'G' && strings.HasPrefix(code[i:], "eneral"):
			s.pieces = append(s.pieces, piece{kind: ofGeneral})
			i += len("eneral")
		case char == '@':
			forText = true
		case char == '/', 'a' <= char && char <= 'z', 'A' <= char && char <= 'Z': // fractions, powers of ten, years of emperors
			s.odd = true
		default:
			s.show(string(char))
		}
	}
	s.clock = clockOf(code)
	return s, "", false, forText
}

func (s *section) show(text string) { s.pieces = append(s.pieces, piece{text: text}) }

var colours = strings.Fields("black blue cyan green magenta red white yellow")

// bracket takes what stands in brackets: a condition, a currency, a colour, or how much time has passed.
func (s *section) bracket(inside string) {
	if operator := inside[:len(inside)-len(strings.TrimLeft(inside, "<>="))]; operator != "" {
		limit, err := strconv.ParseFloat(strings.TrimSpace(inside[len(operator):]), 64)
		s.operator, s.limit = operator, limit
		s.odd = s.odd || err != nil
		return
	}
	if currency, ok := strings.CutPrefix(inside, "$"); ok {
		sign, _, _ := strings.Cut(currency, "-")
		s.show(sign)
		return
	}
	switch lower := strings.ToLower(inside); {
	case strings.HasPrefix(lower, "color"), slices.Contains(colours, lower):
	case lower != "" && strings.Trim(lower, "hms") == "": // which clockOf knows
	default:
		s.odd = true
	}
}

// meets reports whether the section's condition, which it has, holds for the size.
func (s *section) meets(size float64) bool {
	switch s.operator {
	case "<":
		return size < s.limit
	case "<=":
		return size <= s.limit
	case ">":
		return size > s.limit
	case ">=":
		return size >= s.limit
	case "=":
		return size == s.limit
	case "<>":
		return size != s.limit
	}
	return false
}

// sectionFor returns the section that shows numbers of the size, nil where it takes more than these rules to know.
func sectionFor(sections []section, size float64) *section {
	conditions := 0
	for i := range sections {
		if sections[i].operator != "" {
			conditions++
		}
	}
	last := len(sections) - 1
	switch {
	case last < 0:
		return nil
	case conditions > 0:
		return conditionalSection(sections, size)
	case size < 0 && last >= 1:
		return &sections[1]
	case size == 0 && last >= 2:
		return &sections[2]
	}
	return &sections[0]
}

// conditionalSection is [sectionFor] where sections have conditions. What Excel does with the sign of a negative number
// then, and with a condition that stands behind a section without one, is left alone.
func conditionalSection(sections []section, size float64) *section {
	switch last := len(sections) - 1; {
	case size < 0 || sections[0].operator == "":
		return nil
	case sections[0].meets(size):
		return &sections[0]
	case last == 0:
		return nil
	case sections[1].operator == "":
		if last == 1 {
			return &sections[1]
		}
		return nil
	case sections[1].meets(size):
		return &sections[1]
	case last >= 2 && sections[2].operator == "":
		return &sections[2]
	}
	return nil
}
