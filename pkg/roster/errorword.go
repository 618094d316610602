package roster

import (
	"strings"

	"rollcall/pkg/pattern"
	"rollcall/pkg/remedy"
)

// errorWords are what spreadsheet programs show where a formula has no result, besides the words that [errorShape]
// matches: those of Excel in the languages in which they end without a mark, and those of other programs.
var errorWords = map[string]bool{
	"#N/A": true, "#NV": true, "#N/D": true, "#N/B": true, "#I/T": true, "#Н/Д": true, "#ND": true,
	"#YOK": true, "#HIÁNYZIK": true, "#NENÍ_K_DISPOZICI": true,
	"#GETTING_DATA": true, "#ERROR": true, "#SPILL": true, "#UNKNOWN": true, "#VALUE": true, "#REF": true,
	"Loading...": true, "Loading…": true,
}

// errorShape matches error words of every language, "#VALUE!" and "#¿NOMBRE?", those of LibreOffice, and the fence of
// a column that was too narrow.
var errorShape = pattern.Of(`^(#[\p{Lu}¡¿][\p{L}/_0¡¿]*[!?]|Err:[0-9]{3}|#{3,})$`)

// errorWordLongest is how long, in bytes, an error word may be: #ПОЛЕ! and its like take two bytes a letter.
const errorWordLongest = 32

// IsErrorWord reports whether the text is what spreadsheet programs show instead of the result of a formula, such as
// #N/A. A roster has no value that looks like one.
func IsErrorWord(text string) bool {
	if len(text) > errorWordLongest || !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "Err:") && !strings.HasPrefix(text, "Loading") {
		return false
	}
	return errorWords[text] || errorShape().MatchString(text)
}

// isFormula reports whether a value is written as the formula of a text, ="Platform", which programs do for spreadsheets.
func isFormula(text string) bool { return strings.HasPrefix(text, keeper) }

// formulaOf is what is wrong with such a value.
func formulaOf(text string) *ValueError {
	problem := &ValueError{Reason: quote(text) + ` is written as a formula`, Code: "formula-text", Args: []string{text}}
	if name, length := unquote(text[1:]); length > 0 && name != "" {
		problem.Suggestion, problem.Meant = didYouMean(name), name
	}
	return problem
}

// failed is what is wrong with a value that is an error word.
func failed(word string) *ValueError {
	if strings.HasPrefix(word, "##") {
		return &ValueError{Reason: quote(word) + " is what a column shows that is too narrow", Suggestion: "widen it, and save it again", Code: "cell-narrow", Args: []string{word}}
	}
	return &ValueError{Reason: quote(word) + " is the error of a formula, and no value", Suggestion: "mend the formula, or write the value itself", Code: "formula-error", Args: []string{word}}
}

// failed returns the finding that the field has an error word instead of a value.
func (e *Entry) failed(field, word string) Finding {
	problem := failed(word)
	return e.at(field, problem.said(), remedy.Words(problem.Suggestion))
}
