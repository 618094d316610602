package onboard

import (
	"fmt"
	"strings"

	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// NoneOf returns the problem that an option is given none of the words that it can be, and says which one may be meant.
func NoneOf[W ~string](option, given string, of ...W) *remedy.OptionError {
	words := make([]string, len(of))
	for i, word := range of {
		words[i] = string(word)
	}
	last := len(words) - 1
	none, and := "none of ", " and "
	if last == 1 {
		none, and = "neither ", " nor "
	}
	return remedy.About(option, fmt.Errorf("%q is %s%s%s%s", given, none, strings.Join(words[:last], ", "), and, words[last])).
		With(roster.Meant(option, given, words))
}
