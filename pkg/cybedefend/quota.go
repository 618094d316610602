package cybedefend

import (
	"strings"

	"rollcall/pkg/pattern"
)

// Words that tell a refusal for too many requests from one that is about the request itself. A text about the length of a
// field, the allowed values or the caller's rights must match none of them.
var (
	quotaWords = pattern.Of(`\brate[- ]?limit|\bthrottl(ed|ing)\b|\bquotas?\b` +
		`|\btoo many (\w+ ){0,2}(requests?|invit\w+|attempts?|calls?|e-?mails?|messages?|tries)\b` +
		`|\bper (\d+ )?(seconds?|minutes?|hours?|days?|weeks?|months?)\b`)
	// limitReached finds a limit and the word for its end within one phrase, in either order.
	limitReached = pattern.Of(`\b(limits?|allowance)\b[^.;]{0,40}\b(exceeded|reached|hit|exhausted|used up)\b` +
		`|\b(exceeds?|exceeded|exceeding|reached|hit|exhausted|used up|over)\b[^.;]{0,40}\b(limits?|allowance)\b`)
	// measures are limits of a field, not of a rate.
	measures = pattern.Of(`\b(characters?|length|long|longer|shorter|bytes?|size|elements?|items?|digits?)\b`)
	// places are limits of a subscription: waiting gives nobody one.
	places = pattern.Of(`\b(seats?|licen[cs]es?)\b`)
)

// speaksOfQuota reports whether a refusal is about a rate, a quota or a limit that is used up.
func speaksOfQuota(text string) bool {
	text = strings.ToLower(text)
	if places().MatchString(text) {
		return false
	}
	return quotaWords().MatchString(text) || limitReached().MatchString(text) && !measures().MatchString(text)
}
