package email

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// confusables says of characters what they look like: a line has a character and, behind it, those that take its place, all as
// numbers of Unicode in hexadecimal digits. It is the table of Unicode UTS 39, version 13.
//
//go:embed confusables.txt
var confusables string

// lookAlikes is confusables as a table. Most commands need none.
var lookAlikes = sync.OnceValue(func() map[rune]string {
	table := make(map[rune]string, strings.Count(confusables, "\n"))
	for line := range strings.Lines(confusables) {
		var like []rune
		for field := range strings.FieldsSeq(line) {
			number, err := strconv.ParseUint(field, 16, 32)
			if err != nil {
				panic("confusables.txt: " + err.Error())
			}
			like = append(like, rune(number))
		}
		table[like[0]] = string(like[1:])
	}
	return table
})

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
		if like, known := lookAlikes()[r]; known {
			b.WriteString(like)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFD.String(b.String())
}
