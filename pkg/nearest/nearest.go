// Package nearest finds the word that is meant by one with a slip of the pen. It knows no words itself.
//
//	nearest.Word("dry-rum", []string{"deadline", "dry-run"}) // dry-run
package nearest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Squash reduces a name to what people mean by it: its letters and digits, without letter case and accents.
func Squash(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	for _, r := range norm.NFD.String(name) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Word returns the candidate that the word is most likely a slip of the pen for, "" if none is near. Letter case, accents and
// punctuation do not count.
func Word(word string, candidates []string) string {
	word = Squash(word)
	best, least := "", min(2, utf8.RuneCountInString(word)/3)+1
	for _, candidate := range candidates {
		if edits := distance(word, Squash(candidate)); edits < least {
			best, least = candidate, edits
		}
	}
	return best
}

// distance counts the edits between a and b: letters inserted, deleted or replaced, and neighbours swapped (optimal
// string alignment).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	if gap := len(from) - len(to); gap < -2 || gap > 2 {
		return max(len(from), len(to)) // far enough: nobody asks beyond two
	}
	before, last, row := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(from); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(to); j++ {
			change := 1
			if from[i-1] == to[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(to)]
}
