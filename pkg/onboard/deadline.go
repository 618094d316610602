package onboard

import (
	"fmt"
	"slices"
	"time"
)

// ParseDeadline reads a duration from now, a time of day, or an instant in RFC 3339. Of a time of day the next instant is
// meant at which clocks show it where now is: of an hour that comes twice, as in autumn, the first that is still ahead; of
// one that is left out, as in spring, the moment of the change. [DeadlineNote] says which.
func ParseDeadline(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d), nil
	}
	if day, err := time.Parse(timeOfDay, text); err == nil {
		for date := now; ; date = date.AddDate(0, 0, 1) {
			at, _ := instants(date, day.Hour(), day.Minute())
			if i := slices.IndexFunc(at, now.Before); i >= 0 {
				return at[i], nil
			}
		}
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

// DeadlineNote says which instant is meant by a time of day that comes twice or not at all on that day, at being what
// [ParseDeadline] has made of the text. It is empty where nothing is to be said.
func DeadlineNote(text string, at time.Time) string {
	day, err := time.Parse(timeOfDay, text)
	if err != nil || at.IsZero() {
		return ""
	}
	switch all, missing := instants(at, day.Hour(), day.Minute()); {
	case missing:
		return fmt.Sprintf("no clock shows %s that day, since they are set forward: the deadline is the moment of the change, %s", text, at.Format(zoned))
	case len(all) > 1 && at.Equal(all[0]):
		return fmt.Sprintf("%s comes twice that day, since clocks are set back: the deadline is the first, %s", text, at.Format(zoned))
	case len(all) > 1:
		return fmt.Sprintf("%s comes twice that day, since clocks are set back: the first is over, so the deadline is the second, %s", text, at.Format(zoned))
	}
	return ""
}

const (
	timeOfDay = "15:04"
	// zoned is a layout that tells apart two instants at which clocks show the same.
	zoned = time.DateTime + " -07:00"
)

// instants returns the instants at which clocks show a time on a date, where that date is, in order. If there is none, missing
// is set, and the instant is the one at which the clocks jump over it.
func instants(date time.Time, hour, minute int) (at []time.Time, missing bool) {
	zone := date.Location()
	wall := time.Date(date.Year(), date.Month(), date.Day(), hour, minute, 0, 0, time.UTC)
	shown := func(t time.Time) time.Time { // what clocks show, as if it were in UTC
		_, offset := t.Zone()
		return t.Add(time.Duration(offset) * time.Second).UTC()
	}
	// Whatever happens to the clocks on that day, they go by the offset of the day before or of the day after.
	const around = 24 * time.Hour
	var before time.Time // by the offset of the day before
	for i, near := range []time.Time{wall.Add(-around), wall.Add(around)} {
		_, offset := near.In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if i == 0 {
			before = t
		}
		if shown(t).Equal(wall) && !slices.ContainsFunc(at, t.Equal) {
			at = append(at, t)
		}
	}
	if len(at) == 0 { // the clocks were set forward less than a day before that
		change, _ := before.ZoneBounds()
		return []time.Time{change.In(zone)}, true
	}
	slices.SortFunc(at, time.Time.Compare)
	return at, false
}
