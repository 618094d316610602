package email

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the key under which two addresses are the same mailbox: trimmed, the local part without regard to
// letter case, the domain in lower-case ASCII. Folding a key changes nothing. It takes any text, but only the keys of
// addresses that pass [Check] mean anything.
//
// By the letter of RFC 5321, local parts may differ in case; no provider of note lets them, and inviting a person
// twice is worse than asking which of two spellings is meant.
func Fold(address string) string {
	if plain(address) {
		return foldPlain(address)
	}
	return foldAny(address)
}

// foldAny folds any text.
func foldAny(address string) string {
	address = Trim(address)
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return foldCase(address)
	}
	local, domain := foldCase(address[:at]), address[at+1:]
	if ascii, err := domains.ToASCII(domain); err == nil {
		return local + "@" + ascii
	}
	return local + "@" + foldCase(domain)
}

// Key is [Check] and, of an address that passes it, [Fold].
func Key(address string) (key string, problem *Problem) {
	if plain(address) {
		return foldPlain(address), nil
	}
	if problem := Check(address); problem != nil {
		return "", problem
	}
	return Fold(address), nil
}

// foldPlain folds a plain address, which most are, as [foldAny] does. Nearly all of those are their own keys.
func foldPlain(address string) string {
	if capital(address) {
		return strings.ToLower(address)
	}
	return address
}

// foldCase makes texts equal that differ in letter case or in how their accents are encoded, and no others: unlike
// full case folding, it keeps "ß" and "ss" apart.
func foldCase(text string) string {
	return norm.NFC.String(strings.Map(foldRune, norm.NFC.String(text)))
}

// foldRune returns the first lower-case letter among those that differ from r in case only.
func foldRune(r rune) rune {
	if r < 0x80 {
		return unicode.ToLower(r)
	}
	first := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		if lower := unicode.IsLower(other); lower != unicode.IsLower(first) && lower || lower == unicode.IsLower(first) && other < first {
			first = other
		}
	}
	return first
}

// Trim removes what surrounds a copied value unseen: spaces of every kind, zero-width characters, byte order marks, and the
// marks of writing direction with which Windows copies names.
func Trim(text string) string {
	if text == "" || printable(text[0]) && printable(text[len(text)-1]) {
		return text
	}
	return strings.TrimFunc(text, blank)
}

func printable(c byte) bool { return ' ' < c && c < 0x7f }

func blank(r rune) bool {
	switch {
	case r == '\u00ad', r == '\u034f', r == '\u061c', r == '\u180e', '\u200b' <= r && r <= '\u200f', '\u202a' <= r && r <= '\u202e',
		'\u2060' <= r && r <= '\u2064', '\u2066' <= r && r <= '\u206f', r == '\ufeff':
		return true
	}
	return unicode.IsSpace(r)
}
