package email

import (
	_ "embed"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// confusables says of characters what they look like: a line has a character and, behind it, those that take its place, all as
// numbers of Unicode in hexadecimal digits, and the lines are in the order of their characters. It is the table of Unicode UTS
// 39, version 13.
//
//go:embed confusables.txt
var confusables string

// lookAlike returns what takes a character's place, and false if nothing does. It searches the lines as they are: to make a map of
// them takes longer than a small roster.
func lookAlike(r rune) (like string, found bool) {
	lines := confusables
	for lines != "" {
		start := strings.LastIndexByte(lines[:len(lines)/2], '\n') + 1
		line, behind, _ := strings.Cut(lines[start:], "\n")
		of, like, _ := strings.Cut(line, " ")
		switch at := character(of); {
		case at == r:
			return characters(like), true
		case at < r:
			lines = behind
		default:
			lines = lines[:start]
		}
	}
	return "", false
}

// characters returns the text of the characters with these numbers.
func characters(numbers string) string {
	var b strings.Builder
	for number := range strings.FieldsSeq(numbers) {
		b.WriteRune(character(number))
	}
	return b.String()
}

// character returns the character with a number.
func character(number string) rune {
	n, err := strconv.ParseUint(number, 16, 31)
	if err != nil {
		panic("confusables.txt: " + err.Error())
	}
	return rune(n)
}

// Skeleton returns what a domain looks like: domains with the same skeleton look alike (Unicode UTS 39), as exarnple.com and
// example.com do. It is no domain itself.
func Skeleton(domain string) string {
	if name, err := domains.ToUnicode(domain); err == nil {
		domain = name
	}
	return strings.ToLower(skeleton(strings.ToLower(domain)))
}

// skeleton puts in the place of each character what it looks like (UTS 39, section 4).
func skeleton(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if like, found := lookAlike(r); found {
			b.WriteString(like)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFD.String(b.String())
}
