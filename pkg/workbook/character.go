package workbook

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// plainBytes are those that stand in texts and in attributes for themselves, whatever is around them.
var plainBytes = func() (table [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		table[c] = true
	}
	table['\t'], table['\n'] = true, true
	table['&'], table['<'], table[']'] = false, false, false
	return table
}()

// decode returns a text or the value of an attribute as a reader of XML sees it: with LF for all ends of lines, and with
// characters for what stands for them. It is not ok if it is not as it must be (XML 1.0, 2.2, 2.4, 2.11, 4.1).
func (s *scanner) decode(raw []byte, isValue bool) (text []byte, ok bool) {
	at := 0
	for at < len(raw) && plainBytes[raw[at]] {
		at++
	}
	if at == len(raw) {
		return raw, true
	}
	if !isValue && bytes.Contains(raw, []byte("]]>")) {
		return nil, false
	}
	start := len(s.decoded)
	s.decoded = append(s.decoded, raw[:at]...)
	for at < len(raw) {
		switch c := raw[at]; {
		case plainBytes[c], c == ']':
			s.decoded = append(s.decoded, c)
			at++
		case c == '\r':
			s.decoded = append(s.decoded, '\n')
			if at++; at < len(raw) && raw[at] == '\n' {
				at++
			}
		case c == '&':
			length := bytes.IndexByte(raw[at:], ';')
			if length < 0 {
				return nil, false
			}
			char, ok := referred(raw[at+1 : at+length])
			if !ok {
				return nil, false
			}
			s.decoded = utf8.AppendRune(s.decoded, char)
			at += length + 1
		default:
			char, size := utf8.DecodeRune(raw[at:])
			if char == utf8.RuneError && size == 1 || !isCharacter(char) || c == '<' {
				return nil, false
			}
			s.decoded = append(s.decoded, raw[at:at+size]...)
			at += size
		}
	}
	return s.decoded[start:len(s.decoded):len(s.decoded)], true
}

// referred returns the character that stands between an ampersand and a semicolon. Without a definition of its own, XML has
// five with names.
func referred(name []byte) (char rune, ok bool) {
	switch string(name) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "apos":
		return '\'', true
	case "quot":
		return '"', true
	}
	digits, isNumber := bytes.CutPrefix(name, []byte("#"))
	if !isNumber {
		return 0, false
	}
	base := 10
	if hexadecimal, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hexadecimal, 16
	}
	number, err := strconv.ParseUint(string(digits), base, 64)
	if err != nil || number > utf8.MaxRune {
		return 0, false
	}
	if char = rune(number); !utf8.ValidRune(char) {
		char = utf8.RuneError // half of a pair, which encoding/xml forgives
	}
	return char, isCharacter(char)
}

// isCharacter reports whether a document may have the character (XML 1.0, 2.2).
func isCharacter(char rune) bool {
	return char == '\t' || char == '\n' || char == '\r' || ' ' <= char && char <= 0xd7ff || 0xe000 <= char && char <= 0xfffd || 0x10000 <= char && char <= utf8.MaxRune
}
