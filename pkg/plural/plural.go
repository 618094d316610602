// Package plural counts things in words: 1 row, 2 rows, 3 people.
package plural

import "strconv"

// Of returns the number and the thing, in the plural unless there is one of it. The thing is a regular English noun in the
// singular, or a person.
func Of(n int, thing string) string {
	switch {
	case n == 1:
	case thing == "person":
		thing = "people"
	default:
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

// Grouped returns the number with a comma before every three digits: 12,345.
func Grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
