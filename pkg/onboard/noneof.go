package onboard

import (
	"fmt"
	"strings"

	"rollcall/pkg/remedy"
	"rollcall/pkg/roster"
)

// NoneOf returns the problem that an option is given none of the words that it can be, and says which one may be meant.
func NoneOf(option, given string, words ...string) *remedy.OptionError {
	last := len(words) - 1
	none, and := "none of ", " and "
	if last == 1 {
		none, and = "neither ", " nor "
	}
	p := remedy.About(option, fmt.Errorf("%q is %s%s%s%s", given, none, strings.Join(words[:last], ", "), and, words[last]))
	if meant := roster.Nearest(given, words); meant != "" {
		return p.With(remedy.Words("did you mean ").Use(option, meant).Words("?"))
	}
	return p
}
