package causes

import (
	"strings"

	"rollcall/pkg/pattern"
)

// ellipsis stands for what is not the same for everybody.
const ellipsis = "…"

// variable matches what is another one in each answer, although the reason is the same: addresses, ids and times.
var variable = pattern.Of(strings.Join([]string{
	`[^\s"'<>(),;:]+@[^\s"'<>(),;:]+`,                                                                 // an address
	`[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`,                     // a UUID
	`\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2})\b)?)?`, // a time
	`\b\d{1,2}:\d{2}(?::\d{2})?\b`,                                                                    // a time of day
	`\b(?:\d+(?:\.\d+)?(?:h|ms|µs|m|s))+\b`,                                                           // a duration
	`:\d{2,5}\b`,                                                                                      // a port
	`\b(?:[A-Za-z]+[_-])?[0-9A-Fa-f]*\d[0-9A-Fa-f]{7,}\b`,                                             // an id in hexadecimal digits
	`\b\d{4,}\b`, // a number that counts nothing
}, "|"))

// request matches the name of a request, which is another one each time.
var request = pattern.Of(`\(request [^()]*\)`)

// quoted matches what is cited, which may be anything that stands in a roster.
var quoted = pattern.Of(`"(?:[^"\\]|\\.)*"`)

// masked returns a reason with an ellipsis for what is not the same for everybody. The address is that of the person, whether
// or not it is one.
func masked(reason, address string) string {
	if address != "" {
		reason = strings.ReplaceAll(reason, `"`+address+`"`, `"`+ellipsis+`"`)
	}
	reason = request().ReplaceAllString(reason, "(request "+ellipsis+")")
	return variable().ReplaceAllString(reason, ellipsis)
}
