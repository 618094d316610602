package workbook

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// era is where a workbook's dates begin.
type era struct{ of1904 bool }

// clock says what of a date and time a number format shows.
type clock struct{ day, minute, second, elapsed bool }

// clockOf finds out whether a section of a format is one of dates or times, by the letters that are not texts in it.
func clockOf(section string) (found clock) {
	text := strings.ToLower(section)
	month := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case 'y', 'd':
			found.day = true
		case 'm':
			month = true
		case 'h':
			found.minute = true
		case 's':
			found.minute, found.second = true, true
		case '"':
			i += max(strings.IndexByte(text[i+1:], '"'), 0) + 1
		case '[':
			end := strings.IndexByte(text[i:], ']')
			if end < 0 {
				return found
			}
			if inside := text[i+1 : i+end]; inside != "" && strings.Trim(inside, "hms") == "" {
				found.elapsed = true
			}
			i += end
		case '\\', '_', '*': // before a character as it is
			i++
		}
	}
	found.day = found.day || month && !found.minute
	return found
}

func (c clock) any() bool { return c.day || c.minute || c.elapsed }

// lastDay is the first number that is no date any more: the year 10000.
const lastDay = 2_958_466

// shown writes a number of days as a date, a time of the day, or both, always the same way: how Excel shows it often
// depends on the reader's country, and is ambiguous.
func (c clock) shown(days float64, era era) string {
	const secondsOfDay = 24 * 60 * 60
	if days < 0 || days >= lastDay {
		return general(days)
	}
	seconds := int64(math.Round(days * secondsOfDay))
	if c.elapsed {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case era.of1904:
		first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	case days < 60: // Excel takes 1900 for a leap year, as the spreadsheets before it
		first = first.AddDate(0, 0, 1)
	}
	at := first.AddDate(0, 0, int(seconds/secondsOfDay)).Add(time.Duration(seconds%secondsOfDay) * time.Second)
	var parts []string
	if c.day {
		parts = append(parts, time.DateOnly)
	}
	switch {
	case c.second:
		parts = append(parts, time.TimeOnly)
	case c.minute:
		parts = append(parts, "15:04")
	}
	return at.Format(strings.Join(parts, " "))
}
