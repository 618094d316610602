package charset

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The places of some scripts among all.
const (
	inLatin = iota
	inCyrillic
	inGreek
	inHebrew
)

// scripts are those in which words may be, each a word of its own; Han and the scripts of Japan go together.
var scripts = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Arabic, unicode.Thai, unicode.Hangul}

// scriptOf returns the index of a letter's script, -1 if it is none of those that are written here.
func scriptOf(r rune) int {
	for i, table := range scripts {
		if unicode.Is(table, r) {
			return i
		}
	}
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー' {
		return len(scripts)
	}
	return -1
}

// sense reports whether a text can be what somebody wrote, and returns its words that are not ASCII with the languages that
// they may be of. Words of scripts that have one encoding each are of any language.
func sense(text string) (words map[string]uint64, sensible bool) {
	words = make(map[string]uint64)
	for line := range strings.SplitSeq(text, "\n") {
		quotes := 0
		for _, r := range line {
			if isQuote(r) {
				quotes++
			}
		}
		if quotes%2 != 0 {
			return nil, false
		}
	}
	var before rune // what stands before what is at hand
	length := 0     // of the word before, in letters
	for len(text) > 0 {
		end := strings.IndexFunc(text, func(r rune) bool { return !isLetter(r) })
		if end < 0 {
			end = len(text)
		}
		if word := text[:end]; word != "" {
			languages, sensible := wordSense(word)
			if !sensible {
				return nil, false
			}
			if languages != 0 {
				words[word] = languages
			}
			before, _ = utf8.DecodeLastRuneInString(word)
			length = utf8.RuneCountInString(word)
			text = text[end:]
			if length == 1 && before >= 0x80 && unicode.Is(unicode.Latin, before) && unicode.IsUpper(before) && !strings.HasPrefix(text, ".") {
				return nil, false // no word, and no initial
			}
			continue
		}
		sign, size := utf8.DecodeRuneInString(text)
		after, _ := utf8.DecodeRuneInString(text[size:])
		if sign >= 0x80 && !placed(before, sign, after) || isRaised(sign) && length > 2 {
			return nil, false
		}
		before, length, text = sign, 0, text[size:]
	}
	return words, true
}

// isLetter reports whether r is part of a word, marks included. The ordinal indicators are signs, like those for squares.
func isLetter(r rune) bool {
	return r != 'ª' && r != 'º' && r != 'µ' && (unicode.IsLetter(r) || unicode.IsMark(r))
}

// wordSense returns the languages of a word, 0 if it is plain ASCII, and whether it makes sense: one script, capitals where
// they may be, and letters that one language has.
func wordSense(word string) (languages uint64, sensible bool) {
	script, plain, latin := -2, true, false
	for _, r := range word {
		if r < 0x80 {
			latin = true
		} else {
			plain = false
		}
		if unicode.IsMark(r) {
			continue
		}
		one := scriptOf(r)
		if one < 0 || script >= 0 && one != script {
			return 0, false
		}
		script = one
	}
	switch {
	case plain:
		return 0, true
	case !wellCased(word):
		return 0, false
	case script == inGreek && !greek(word), script == inHebrew && !hebrew(word):
		return 0, false
	case script <= inCyrillic: // Latin and Cyrillic have several encodings for several languages
		languages = covering(word)
		return languages, languages != 0
	}
	return ^uint64(0), !latin
}

// greek reports whether a word is spelled as Greek is: with an accent unless it is short or in capitals, and with the final
// form of sigma at its end alone.
func greek(word string) bool {
	if strings.HasSuffix(word, "σ") || strings.Contains(strings.TrimSuffix(word, "ς"), "ς") {
		return false
	}
	return len(word) < 2*len("αβγ") || !strings.ContainsFunc(word, unicode.IsLower) || strings.ContainsAny(word, "άέήίόύώΐΰΆΈΉΊΌΎΏ")
}

// hebrew reports whether the final forms of Hebrew letters are at the end of the word alone.
func hebrew(word string) bool {
	_, last := utf8.DecodeLastRuneInString(word)
	return !strings.ContainsAny(word[:len(word)-last], "ךםןףץ")
}

// wellCased reports whether no capital but those of ASCII follows a small letter, nor stands between a capital and a small one.
func wellCased(word string) bool {
	var before, last rune
	for _, r := range word {
		capital := unicode.IsUpper(last) && last >= 0x80
		if capital && (unicode.IsLower(before) || unicode.IsUpper(before) && unicode.IsLower(r)) {
			return false
		}
		before, last = last, r
	}
	return last < 0x80 || !unicode.IsUpper(last) || !unicode.IsLower(before)
}

// isQuote reports whether r is a quotation mark, of which there are two around a text.
func isQuote(r rune) bool { return strings.ContainsRune("“”„‚«»‹›", r) }

// isRaised reports whether r is a small raised letter or digit, as in "2.º" and "m²".
func isRaised(r rune) bool { return strings.ContainsRune("ªº²³", r) }

// placed reports whether a sign may stand between these two characters.
func placed(before, sign, after rune) bool {
	inside, begins := isLetter(before) && isLetter(after), !isLetter(before) && isLetter(after)
	ends := isLetter(before) && !isLetter(after)
	switch {
	case sign == utf8.RuneError, 0x80 <= sign && sign < 0xa0, unicode.Is(unicode.Co, sign):
		return false
	case unicode.IsSpace(sign), strings.ContainsRune("–—", sign):
		return true
	case sign == '’', sign == '·':
		return inside || ends
	case isQuote(sign), sign == '‘', sign == 'µ':
		return !inside
	case strings.ContainsRune("…®™©°€£•", sign):
		return !inside && !begins
	case strings.ContainsRune("¿¡", sign):
		return begins && unicode.IsUpper(after) && unicode.IsSpace(before)
	case isRaised(sign):
		return !inside && !begins
	case unicode.In(sign, unicode.Han, unicode.Hiragana, unicode.Katakana), '\u3000' <= sign && sign <= '\u303f', '\uff00' <= sign && sign <= '\uffef':
		return true
	}
	return !inside && !begins && !ends
}
