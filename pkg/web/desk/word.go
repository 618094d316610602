package desk

import (
	"iter"

	"rollcall/pkg/roster"
)

// wordCodes are those of the findings about a word that stands for no role.
var wordCodes = map[string]string{"role-unknown": roster.FieldRole, "team-role-unknown": roster.FieldTeamRole}

// IsAbout reports whether a finding is about the word, also if it stands for many rows.
func IsAbout(finding roster.Finding, word Word) bool {
	return wordCodes[finding.Code] == word.Field && len(finding.Args) > 0 && finding.Args[0] == word.Text
}

// noteWord counts a word that stands for no role.
func noteWord(words map[Word]*Word, finding roster.Finding) {
	field := wordCodes[finding.Code]
	if field == "" || len(finding.Args) == 0 {
		return
	}
	key := Word{Field: field, Text: finding.Args[0]}
	if words[key] == nil {
		words[key] = &Word{Field: field, Text: key.Text, Likely: finding.Meant}
	}
	words[key].Rows++
}

func wordsOf(words map[Word]*Word) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		for _, word := range words {
			if !yield(*word) {
				return
			}
		}
	}
}
