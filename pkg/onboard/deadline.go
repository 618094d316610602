package onboard

import (
	"fmt"
	"time"
)

// ParseDeadline reads a duration from now, a time of day, the next one being meant, or an instant in RFC 3339.
func ParseDeadline(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d), nil
	}
	if day, err := time.ParseInLocation("15:04", text, now.Location()); err == nil {
		at := time.Date(now.Year(), now.Month(), now.Day(), day.Hour(), day.Minute(), 0, 0, now.Location())
		if !at.After(now) {
			at = at.AddDate(0, 0, 1)
		}
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("%q is neither a duration such as 90m, nor a time of day such as 06:00, nor an instant such as 2026-11-23T06:00:00Z", text)
	case !at.After(now):
		return time.Time{}, fmt.Errorf("%s is over", text)
	}
	return at, nil
}
