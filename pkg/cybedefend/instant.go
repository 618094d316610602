package cybedefend

import (
	"strconv"
	"strings"
	"time"
)

// The instants that a number can mean lie within the years 2001 and 5138: in them, seconds and milliseconds since 1970 are
// told apart by their size. What is smaller or larger is no instant.
const (
	firstSecond, endOfSeconds = 1e9, 1e11
	firstMilli, endOfMillis   = 1e12, 1e14
)

// days and clocks are how a point in time may be written, without its zone. See [parseInstant].
var (
	days   = []string{"2006-01-02T", "2006-01-02 ", "Mon, 2 Jan 2006 ", "2 Jan 2006 "}
	clocks = []string{"15:04:05", "15:04"}
	zones  = []string{"", "Z07:00", "Z0700", "Z07"}
)

// parseInstant reads a point in time as services write it: RFC 3339, also with a blank for the T, without colons in the zone,
// without seconds or without a zone, RFC 1123, a bare date, or seconds or milliseconds since 1970 as a number or a text.
// Without a zone it is UTC. A bare date is the last second of its day, since nothing has expired before that.
func parseInstant(text string) (at time.Time, ok bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil { // as documented
		return at.UTC(), true
	}
	text = strings.TrimSpace(text)
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return instantOfNumber(number)
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Second), true
	}
	text = normalZone(text)
	for _, day := range days {
		for _, clock := range clocks {
			for _, zone := range zones {
				if at, err := time.Parse(day+clock+zone, text); err == nil {
					return at.UTC(), true
				}
			}
		}
	}
	return time.Time{}, false
}

// normalZone writes the zone at the end of a point in time without a blank before it, and UTC as Z. Other names of zones
// stay: they mean different zones in different places.
func normalZone(text string) string {
	text = strings.ToUpper(text)
	for _, name := range []string{"GMT", "UTC", "Z"} {
		if before, found := strings.CutSuffix(text, name); found {
			return strings.TrimSpace(before) + "Z"
		}
	}
	return strings.NewReplacer(" +", "+", " -", "-").Replace(text)
}

func instantOfNumber(number float64) (at time.Time, ok bool) {
	switch {
	case number >= firstSecond && number < endOfSeconds:
		number *= 1000
	case number >= firstMilli && number < endOfMillis:
	default: // also what is no number at all
		return time.Time{}, false
	}
	return time.UnixMilli(int64(number)).UTC(), true
}
