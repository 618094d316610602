package email

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/secure/precis"
)

// identifiers are texts of letters, marks and digits, with the exceptions of RFC 8264 and its rules for signs such as the
// middle dot of Catalan. It is the rule of RFC 5892 for what may stand in a domain, but for ASCII.
var identifiers = precis.NewIdentifier()

// foreign reports whether a character that is not ASCII has no place in an address: quotes, dashes, bullets, check marks,
// emoji, and letters that only stand for others. RFC 6531 lets more stand before the "@", and nobody has it there.
func foreign(r rune) bool {
	switch {
	case isApostrophe(r):
		return true
	case r == 'µ', inContext(r): // the first is how Fold writes the Greek letter
		return false
	}
	_, err := identifiers.String(string(r))
	return err != nil
}

// inContext reports whether r is good beside some characters alone (RFC 5892, appendix A).
func inContext(r rune) bool {
	return r == '·' || r == '\u0375' || r == '\u05f3' || r == '\u05f4' || r == '\u30fb' ||
		'\u0660' <= r && r <= '\u0669' || '\u06f0' <= r && r <= '\u06f9'
}

// firstForeign returns the first character of the text that is [foreign], 0 if there is none.
func firstForeign(text string) rune {
	for _, r := range text {
		if r >= 0x80 && foreign(r) {
			return r
		}
	}
	return 0
}

// families are the scripts that one word may mix (Unicode UTS 39, 5.2, highly restrictive), each with Latin.
var families = [][]string{
	{"Han", "Hiragana", "Katakana"}, {"Han", "Hangul"}, {"Han", "Bopomofo"},
}

// mixed returns two scripts that are in one word of the text and do not belong together, "" if there are none. Words are
// what dots and the "@" part.
func mixed(text string) (one, other string) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '.' || r == '@' }) {
		scripts := scriptsOf(word)
		if len(scripts) < 2 || slices.ContainsFunc(families, func(family []string) bool {
			return !slices.ContainsFunc(scripts, func(script string) bool { return script != "Latin" && !slices.Contains(family, script) })
		}) {
			continue
		}
		return scripts[0], scripts[1]
	}
	return "", ""
}

// scriptsOf returns the scripts of the letters in a word, by name.
func scriptsOf(word string) (scripts []string) {
	for _, r := range word {
		if script := scriptOf(r); script != "" && !slices.Contains(scripts, script) {
			scripts = append(scripts, script)
		}
	}
	slices.Sort(scripts)
	return scripts
}

// scriptOf returns the script of a letter, "" of anything else.
func scriptOf(r rune) string {
	switch {
	case !unicode.IsLetter(r):
		return ""
	case unicode.Is(unicode.Latin, r):
		return "Latin"
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
}
