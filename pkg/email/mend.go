package email

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rollcall/pkg/pattern"
)

var (
	// scheme matches what programs and directories write before an address, as in "smtp:ann@x.test".
	scheme = pattern.Of(`(?i)^\s*(mailto|smtp|sips?|xmpp|im|acct|https?|e-?mail|mail)\s*:\s*(//)?`)
	// spelledAt and spelledDot match the signs as people spell them against robots: "ann(at)x[dot]test".
	spelledAt  = pattern.Of(`(?i)\s*(\(\s*(at|@|ät)\s*\)|\[\s*(at|@|ät)\s*\]|\{\s*(at|@|ät)\s*\})\s*`)
	spelledDot = pattern.Of(`(?i)\s*(\(\s*(dot|punkt|point|\.)\s*\)|\[\s*(dot|punkt|point|\.)\s*\]|\{\s*(dot|punkt|point|\.)\s*\})\s*`)
	// escaped matches escapes of programs that are left behind as they were written: `\n`.
	escaped = pattern.Of(`(\\[nrt])+$`)
	manyAts = pattern.Of(`@{2,}`)
)

// mend returns the address that a text probably means: the first of several repairs that passes [Check], or "". Each is what
// one slip of a person or of a program takes back.
func mend(text string) string {
	if len(text) > hopeless {
		return ""
	}
	if single := onlyAddress(text); valid(single) {
		return single
	}
	text = escaped().ReplaceAllString(scheme().ReplaceAllString(text, ""), "")
	if !strings.Contains(text, "@") || spelledAt().MatchString(text) || spelledDot().MatchString(text) {
		text = spelledDot().ReplaceAllString(spelledAt().ReplaceAllString(text, "@"), ".")
	}
	text = strings.Map(usual, norm.NFKC.String(strings.Map(usual, text))) // NFKC makes two of an accent alone
	if single := onlyAddress(text); valid(single) {
		return single
	}
	text = manyAts().ReplaceAllString(text, "@")
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return ""
	}
	local, domain := strings.TrimLeftFunc(text[:at], loose), strings.TrimFunc(text[at+1:], loose)
	domain = strings.NewReplacer(",", ".", "..", ".").Replace(domain)
	dotted := strings.Join(strings.FieldsFunc(domain, unseen), ".")
	for _, repaired := range []string{local + "@" + domain, local + "@" + dotted} {
		if repaired = strings.Map(plausible, repaired); valid(repaired) {
			return repaired
		}
	}
	return ""
}

// onlyAddress returns the one word of the text that has an "@", without the signs around it, or "".
func onlyAddress(text string) string {
	only := ""
	for word := range strings.FieldsFuncSeq(text, separates) {
		if !strings.Contains(word, "@") {
			continue
		}
		if only != "" {
			return ""
		}
		only = scheme().ReplaceAllString(strings.TrimLeftFunc(word, loose), "")
	}
	at := strings.LastIndexByte(only, '@')
	if at < 0 {
		return ""
	}
	return strings.TrimLeftFunc(only[:at], loose) + "@" + strings.TrimFunc(only[at+1:], loose)
}

// usual returns the sign of an address that stands at the place of the given one on other keyboards, or by autocorrection.
func usual(r rune) rune {
	switch {
	case isApostrophe(r):
		return '\''
	case r == '。', r == '｡', r == '․', r == '…':
		return '.'
	case unicode.Is(unicode.Pd, r), r == '−', r == '\u00ad':
		return '-'
	}
	return r
}

// isApostrophe reports whether r is an apostrophe that is not the straight one: word processors curl it, and some
// keyboards have accents in its place.
func isApostrophe(r rune) bool {
	switch r {
	case '\u2018', '\u2019', '\u201b', '\u02bc', '\u00b4', '\u2032', '\uff07':
		return true
	}
	return false
}

// loose reports whether r can be left out at the ends of an address.
func loose(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '_'
}

// plausible drops what is no sign of an address.
func plausible(r rune) rune {
	if unseen(r) || r >= 0x80 && foreign(r) {
		return -1
	}
	return r
}
